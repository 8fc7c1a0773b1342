"""Write the worksheets of a class and their key into a folder, as `make worksheet` does."""

import sys
from pathlib import Path

from backprop_core.drawing.sheets import write_html, write_pdf
from backprop_core.worksheet import checked, sheets


def write(students: str, seed: str, folder: str) -> str:
    """Write all four files.

    Returns
    -------
    str
        What was written, in one line.

    Raises
    ------
    ValueError
        One sentence about what cannot be.
    """
    count, number = checked(students, seed)
    if not folder.strip():
        raise ValueError(f"OUT is “{folder}”, but expected the name of a folder.")
    try:
        out = Path(folder).expanduser()
        out.mkdir(parents=True, exist_ok=True)
        of = sheets(count, number)
        for name, key in (("worksheets", False), ("key", True)):
            (out / f"{name}.html").write_text(write_html(of, key=key), encoding="utf-8")
            (out / f"{name}.pdf").write_bytes(write_pdf(of, key=key))
    except RuntimeError:  # ~ of somebody who has no home here
        raise ValueError(
            f"OUT is “{folder}”, but expected a folder in a home that there is."
        ) from None
    except OSError as trouble:
        reason = (trouble.strerror or "nothing can be written there").lower()
        raise ValueError(
            f"OUT is “{folder}”, but expected a folder that can be written to: {reason}."
        ) from None
    who = "1 student" if count == 1 else f"{count} students"
    return f"{out}: worksheets.html, worksheets.pdf, key.html and key.pdf for {who}, seed {number}."


def main() -> None:
    """Write what the arguments say, or exit with one sentence."""
    try:
        print(write(*sys.argv[1:4]))
    except ValueError as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
