"""The pictures in the repository are what `make figures` would draw today."""

from pathlib import Path

import pytest

from scripts.figures import figures

PICTURES = figures()


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_kept_picture_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PICTURES[path], "run make figures"
