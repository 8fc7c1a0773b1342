"""What is installed is what the project needs: one list of dependencies, a complete wheel."""

import functools
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.browser.conftest import free_port

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

# conda-forge calls some packages differently.
CONDA_NAMES = {
    "jupyter-client": "jupyter_client",
    "jupyter-server": "jupyter_server",
    "matplotlib": "matplotlib-base",
}


def test_conda_environment_agrees_with_pyproject() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    listed = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    conda = {r.name: r.specifier for r in map(Requirement, listed)}
    ours = {
        CONDA_NAMES.get(r.name, r.name): r.specifier
        for r in map(Requirement, PROJECT["project"]["dependencies"])
    }
    python = SpecifierSet(PROJECT["project"]["requires-python"])
    assert conda == {**ours, "python": python, "pip": SpecifierSet()}
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_has_all_we_need_with_hashes_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    entries = re.split(r"\n(?=\w)", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    locked = {entry.split("==")[0] for entry in entries}
    groups = PROJECT["dependency-groups"]
    needed = PROJECT["project"]["dependencies"] + groups["build"]
    if lock.stem == "test":
        needed = needed + groups["test"]
    assert {Requirement(line).name for line in needed} <= locked


def test_both_locks_hold_the_same_versions() -> None:
    serve, test = (
        set(re.findall(r"^\w\S*==\S+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("serve.txt", "test.txt")
    )
    assert serve
    assert serve <= test


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install .` installs."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*build, "--no-build-isolation", "--wheel-dir", folder, ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_wheel_is_complete(wheel: Path) -> None:
    built = set(zipfile.ZipFile(wheel).namelist())

    package = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "backprop_core").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    suffixes = {".py", ".mjs", ".css", ".j2", ".woff2", ".typed"}
    assert {Path(file).suffix for file in package} >= suffixes
    assert package <= built

    for folder in ("assets/teacher_sets", "assets/worked_examples", "notebooks"):
        brought = {
            f"backprop_core/{file.relative_to(ROOT).as_posix()}"
            for file in (ROOT / folder).iterdir()
            if file.is_file()
        }
        assert len(brought) >= 3
        assert brought <= built

    assert not [file for file in built if file.startswith(("tests", "notebooks", "scripts"))]


def test_what_pip_installs_serves_and_writes_the_tutorial(wheel: Path, tmp_path: Path) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*install, "--target", installed, wheel], check=True)
    run = functools.partial(
        subprocess.Popen,
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(installed), "JUPYTER_RUNTIME_DIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    command = str(installed / "bin/backprop-tutorial")
    chapters = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]

    with run([command, "serve", "--port", str(free_port()), "--no-browser"]) as server:
        assert server.stderr is not None
        try:
            address = next(
                found[0] for line in server.stderr if (found := re.search(r"http://\S+/", line))
            )
            for chapter in chapters:
                with urlopen(f"{address}voila/render/{chapter}.ipynb", timeout=60) as page:
                    assert b'id="bp-widgets"' in page.read()
        finally:
            server.terminate()

    (empty / "few").mkdir()
    shutil.copy(ROOT / "notebooks/00_start_here.ipynb", empty / "few")
    with run([command, "site", "--folder", "few"]) as site:
        _, told = site.communicate()
        assert site.returncode == 0, told
    assert b'data-python="none"' in (empty / "dist/00_start_here.html").read_bytes()
