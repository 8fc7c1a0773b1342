"""The pictures in the repository are what `make figures` would draw today."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import figures as script
from scripts.figures import figures

PICTURES = figures()
ARTICLE = {
    "network-fully-connected",
    "single-neuron",
    "one-output-network",
    "weights-1st-layer",
    "weights-2nd-layer",
    "three-layered-network",
    "upper-weights-highlighted",
    "lower-weights-highlighted",
    "propagate-y-f5",
    "propagate-f5-f3_f4",
    "propagate-f3-f1_f2",
    "propagate-f4-f1_f2",
    "propagate-f1-x1_x2",
    "propagate-f2-x1_x2",
}


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_kept_picture_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PICTURES[path], "run make figures"


@pytest.mark.parametrize("folder", sorted({path.parent for path in PICTURES}), ids=lambda f: f.name)
def test_nothing_else_is_kept(folder: Path) -> None:
    kept = {path for path in folder.iterdir() if path.is_file()}
    assert kept == {path for path in PICTURES if path.parent == folder}


def test_the_articles_figures_have_their_names() -> None:
    assert {path.stem for path in PICTURES if path.parent.name == "figures"} == ARTICLE
    assert all(path.suffix == ".svg" for path in PICTURES)


def test_make_figures_writes_them_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "ROOT", tmp_path)
    script.main()
    written = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    root = Path(__file__).parents[1]
    assert written == {path.relative_to(root) for path in PICTURES}
    for path in written:
        assert (tmp_path / path).read_bytes() == (root / path).read_bytes()


PROGRAM = """
import hashlib
from scripts.figures import figures
print(hashlib.sha256(repr(sorted(figures().items())).encode()).hexdigest())
"""


def test_another_process_draws_the_same() -> None:
    seen = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "20")
    }
    assert len(seen) == 1
    assert re.fullmatch(r"[0-9a-f]{64}\n", seen.pop())
