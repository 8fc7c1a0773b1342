"""Let a teacher save worksheets for a class, and their key, from a page."""

from functools import partial
from typing import Any

import traitlets

from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.file_maker import FileMaker, Progress, Wanted
from backprop_core.worksheet import checked, sheets

__all__ = ["FILES", "Worksheets"]

# What can be saved: whether it is the key, and its media type, by the end of the file's name.
FILES = {
    "worksheets.pdf": (False, "application/pdf"),
    "key.pdf": (True, "application/pdf"),
    "worksheets.html": (False, "text/html"),
    "key.html": (True, "text/html"),
}


class Worksheets(FileMaker):
    """Fields for students and seed, and buttons that save worksheets or their key.

    A view sends what `FileMaker` says, with one of `FILES` to ``do``, and ``students`` and
    ``seed`` as they were typed.

    Parameters
    ----------
    students : int, optional
        With which the page begins: 1 to 60.
    seed : int, optional
        0 to 999,999.

    Attributes
    ----------
    typed : dict
        What stands in the fields; kept for views that come later, and not relied upon.

    Raises
    ------
    ValueError
        If it cannot begin with these.
    """

    _esm = script("saving.mjs", "worksheets.mjs")
    _css = stylesheet("saving.css", "worksheets.css")
    page_sets = ("typed",)

    typed = traitlets.Dict().tag(sync=True)

    def __init__(self, students: int = 30, seed: int = 1) -> None:
        students, seed = checked(students, seed)
        super().__init__(typed={"students": str(students), "seed": str(seed)})

    def grant(self, ticket: str, do: str, wish: dict[str, Any], buffers: list[Any]) -> None:
        """Save one of the `FILES`."""
        if do not in FILES:
            return
        try:
            students, seed = checked(wish.get("students"), wish.get("seed"))
        except ValueError as refusal:
            self.answer(ticket, "failed", str(refusal))
            return
        name = f"backprop-class-{seed}-{do}"
        make = partial(_make, students, seed, do)
        self.save(ticket, Wanted(name, FILES[do][1], make, step="Student"))


def _make(students: int, seed: int, do: str, progress: Progress) -> bytes:
    from backprop_core.drawing.sheets import write_html, write_pdf

    of, key = sheets(students, seed), FILES[do][0]
    if do.endswith(".pdf"):
        return write_pdf(of, key=key, progress=progress)
    return write_html(of, key=key, progress=progress).encode()
