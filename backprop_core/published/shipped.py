"""Choose among the published examples that are shipped with this book."""

from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from backprop_core.published.example import WorkedExample
from backprop_core.published.files import read_example

__all__ = ["examples", "titles"]


def _shelf() -> list[Traversable]:
    """Our files in their order; beside the package where it runs from its repository."""
    installed = files("backprop_core") / "assets/worked_examples"
    folder = (
        installed if installed.is_dir() else Path(__file__).parents[2] / "assets/worked_examples"
    )
    found = [file for file in folder.iterdir() if file.name.endswith(".yaml")]
    return sorted(found, key=lambda file: file.name)


@lru_cache(maxsize=1)
def titles() -> tuple[str, ...]:
    """Titles of the examples that are shipped, without loading what reads YAML.

    Examples
    --------
    >>> titles()[2]
    'Mathematics Stack Exchange: a missing factor (1-1-2-1)'
    """
    first = (file.read_text(encoding="utf-8").partition("\n")[0] for file in _shelf())
    return tuple(line.removeprefix("title: ").strip("\"'") for line in first)


@lru_cache(maxsize=1)
def examples() -> tuple[WorkedExample, ...]:
    """The examples that are shipped.

    Examples
    --------
    >>> [example.network.sizes for example in examples()]
    [(2, 2, 2), (2, 2, 1), (1, 1, 2, 1)]
    """
    return tuple(read_example(file.read_bytes(), file.name) for file in _shelf())
