"""What is installed is what the project needs: one list of dependencies, a complete wheel."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

# conda-forge calls some packages differently.
CONDA_NAMES = {"jupyter-server": "jupyter_server", "matplotlib": "matplotlib-base"}


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


def test_wheel_is_complete(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*build, "--no-build-isolation", "--wheel-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    built = set(zipfile.ZipFile(wheel).namelist())

    package = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "backprop_core").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {Path(file).suffix for file in package} >= {".py", ".mjs", ".css", ".typed"}
    assert package <= built

    for folder in ("teacher_sets", "worked_examples"):
        assets = {
            f"backprop_core/{file.relative_to(ROOT).as_posix()}"
            for file in (ROOT / "assets" / folder).iterdir()
        }
        assert len(assets) >= 3
        assert assets <= built

    data = wheel.name.removesuffix("-py3-none-any.whl") + ".data/data"
    template = {
        f"{data}/{file.relative_to(ROOT).as_posix()}"
        for file in (ROOT / "share").rglob("*")
        if file.is_file()
    }
    assert any(file.endswith("voila/templates/backprop/index.html.j2") for file in template)
    assert template <= built
    assert not [file for file in built if file.startswith(("tests", "notebooks", "scripts"))]
