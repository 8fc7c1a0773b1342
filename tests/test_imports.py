"""Importing the engine is light, and imports go one way.

From the command line: serving → pages → widgets → drawing → engine.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import backprop_core

PACKAGE = Path(backprop_core.__file__).parent

# Which of other people's packages a part may import; what is named nowhere, all may.
_LIVELY = {"IPython", "ipywidgets", "latex2mathml", "traitlets"}
_KERNELS = {"comm", "ipykernel"}
OTHERS = {
    "engine": set[str](),
    "drawing": {"PIL", "fpdf", "matplotlib", "networkx"},
    "widgets": {"anywidget", *_LIVELY},
    "pages": {"jinja2", "markupsafe", "nbconvert", *_LIVELY, *_KERNELS},
    "serving": {
        *("jinja2", "jupyter_client", "jupyter_server", "tornado", "voila", "zmq"),
        *("ipywidgets", "traitlets", *_KERNELS),
    },
    "command": {"jupyterlab"},
}
HEAVY = set().union(*OTHERS.values())
# What each part may import of the package: itself, and those before it. The command line draws
# worksheets, starts servers and writes pages, but knows no widget.
PARTS = tuple(OTHERS)
MAY_USE = {part: set(PARTS[: n + 1]) for n, part in enumerate(PARTS)}
MAY_USE["command"] -= {"widgets"}
_COMMAND = {"__main__", "cli"}


def part_of(module: str) -> str:
    """The part of the package that ``backprop_core.…`` belongs to."""
    within = module.split(".")[1:2]
    if _COMMAND & set(within):
        return "command"
    return next((part for part in PARTS[1:-1] if part in within), "engine")


def modules() -> list[str]:
    """All modules of the package."""
    names = [
        ".".join(("backprop_core", *path.relative_to(PACKAGE).with_suffix("").parts))
        for path in sorted(PACKAGE.rglob("*.py"))
    ]
    return [name.removesuffix(".__init__") for name in names]


def imports(source: str, module: str) -> set[str]:
    """Names of the modules that a module's source imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively: say the whole name"
            # `from backprop_core import drawing` imports backprop_core.drawing.
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def strays(source: str, module: str) -> list[str]:
    """Imports that go against the arrows."""
    part = part_of(module)
    wrong = []
    for name in sorted(imports(source, module)):
        top = name.split(".")[0]
        if top == "backprop_core":
            if part_of(name) not in MAY_USE[part]:
                wrong.append(name)
        elif top in HEAVY - OTHERS[part]:
            wrong.append(name)
    return wrong


def test_there_are_modules_to_look_at() -> None:
    found = modules()
    assert {"backprop_core", "backprop_core.network", "backprop_core.training"} <= set(found)
    assert {part_of(module) for module in found} == set(MAY_USE)


@pytest.mark.parametrize("module", modules())
def test_arrows_go_one_way(module: str) -> None:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    assert strays(file.read_text(encoding="utf-8"), module) == []


@pytest.mark.parametrize(
    ("module", "source", "stray"),
    [
        ("backprop_core.network", "import matplotlib.figure", "matplotlib.figure"),
        ("backprop_core.network", "def f():\n    import networkx", "networkx"),
        ("backprop_core.network", "from backprop_core import drawing", "backprop_core.drawing"),
        ("backprop_core.walkthrough", "from latex2mathml.converter import x", "latex2mathml"),
        ("backprop_core.drawing.graph", "from backprop_core.widgets.walk import W", "widgets"),
        ("backprop_core.drawing", "import ipywidgets", "ipywidgets"),
        ("backprop_core.widgets.walk", "from networkx import DiGraph", "networkx.DiGraph"),
        ("backprop_core.widgets", "from backprop_core.pages.prose import prose", "pages.prose"),
        ("backprop_core.widgets.walk", "import ipykernel.comm", "ipykernel"),
        ("backprop_core.pages.page", "from backprop_core.serving import serve", "serving.serve"),
        ("backprop_core.pages.site", "def f():\n    import tornado.web", "tornado.web"),
        ("backprop_core.pages", "from anywidget import AnyWidget", "anywidget.AnyWidget"),
        ("backprop_core.serving.kernel", "from backprop_core import cli", "backprop_core.cli"),
        ("backprop_core.serving", "import anywidget", "anywidget"),
        ("backprop_core.drawing.svg", "import backprop_core.pages", "backprop_core.pages"),
        ("backprop_core.cli", "import backprop_core.widgets", "backprop_core.widgets"),
        ("backprop_core.cli", "from voila.app import Voila", "voila.app"),
        ("backprop_core.worksheet", "from backprop_core.__main__ import x", "__main__.x"),
    ],
)
def test_an_import_against_the_arrows_is_found(module: str, source: str, stray: str) -> None:
    assert len(strays(source, module)) == 1
    assert stray in strays(source, module)[0]


def loaded_with(module: str) -> set[str]:
    """Names of the packages and modules that are loaded where only this one was imported."""
    shown = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}\nprint(*sys.modules)"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(shown.stdout.split())


def test_importing_the_package_loads_numpy_and_nothing_heavy() -> None:
    loaded = {name.partition(".")[0] for name in loaded_with("backprop_core")}
    assert "numpy" in loaded
    assert [name for name in loaded if name in HEAVY or name.startswith("jupyter")] == []


@pytest.mark.parametrize("module", ["backprop_core.serving", "backprop_core.cli"])
def test_what_is_asked_for_help_alone_loads_no_server(module: str) -> None:
    assert {"voila", "tornado", "ipywidgets"}.isdisjoint(loaded_with(module))
