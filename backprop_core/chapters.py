"""Find the tutorial's notebooks, and copy them to where somebody may change them."""

import shutil
from pathlib import Path

__all__ = ["CHAPTERS", "FIRST", "copy_chapters"]

# A wheel brings the notebooks along; in a checkout they stand beside the package.
_HERE = Path(__file__).parent
CHAPTERS = _HERE / "notebooks" if (_HERE / "notebooks").is_dir() else _HERE.parent / "notebooks"
FIRST = "00_start_here.ipynb"


def copy_chapters(folder: Path) -> tuple[Path, ...]:
    """Copy the notebooks that a folder does not have yet; what is there stays as it is.

    Returns
    -------
    tuple of Path
        The copies that were made.

    Raises
    ------
    OSError
        If nothing can be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for chapter in sorted(CHAPTERS.glob("*.ipynb")):
        copy = folder / chapter.name
        if not copy.exists():
            shutil.copyfile(chapter, copy)
            made.append(copy)
    return tuple(made)
