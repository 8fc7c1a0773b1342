"""Write and draw on the pages of a PDF, in the fonts that matplotlib brings along."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

import matplotlib
from fpdf import FPDF
from fpdf.fonts import TTFFont

from backprop_core.drawing.markup import Run
from backprop_core.drawing.sheets.rich import pieces

__all__ = ["POINT", "Pen"]

_FONTS = {
    ("serif", ""): "STIXGeneral.ttf",
    ("serif", "I"): "STIXGeneralItalic.ttf",
    ("serif", "B"): "STIXGeneralBol.ttf",
    ("sans", ""): "DejaVuSans.ttf",
    ("sans", "I"): "DejaVuSans-Oblique.ttf",
    ("sans", "B"): "DejaVuSans-Bold.ttf",
}
POINT = 25.4 / 72  # mm
# A file that is made anew is the same, whatever the clock says.
_MADE = datetime(2012, 1, 1, tzinfo=UTC)

Align = Literal["left", "center", "right"]


class Pen:
    """A PDF on A4 in the making. Lengths are in mm from the upper left corner, fonts in points.

    Parameters
    ----------
    title : str
    """

    def __init__(self, title: str) -> None:
        self.pdf = FPDF("portrait", "mm", "A4")
        folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
        for (family, style), file in _FONTS.items():
            self.pdf.add_font(family, style, folder / file)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.set_title(title)
        self.pdf.set_lang("en")
        self.pdf.set_creation_date(_MADE)

    @classmethod
    @contextmanager
    def on_paper(cls, title: str) -> Iterator[Self]:
        """Take a pen, and close the files of its fonts in the end, come what may."""
        pen = cls(title)
        try:
            yield pen
        finally:
            for font in pen.pdf.fonts.values():
                if isinstance(font, TTFFont):
                    font.close()

    def new_page(self, entry: str = "") -> None:
        """Begin a page, with an entry in the table of contents that a reader shows beside it."""
        self.pdf.add_page()
        if entry:
            self.pdf.start_section(entry)

    def finish(self) -> bytes:
        """The file."""
        return bytes(self.pdf.output())

    # ---- texts ----

    def write(
        self,
        at: tuple[float, float],
        text: str,
        size: float,
        *,
        family: str = "serif",
        bold: bool = False,
        align: Align = "left",
    ) -> float:
        """Write a text on a line that begins, has its middle or ends at a place of its baseline.

        Returns
        -------
        float
            How wide it is.
        """
        runs = pieces(text)
        width = sum(self._width(run, size, family, bold) for run in runs)
        x = at[0] - {"left": 0, "center": width / 2, "right": width}[align]
        for run in runs:
            step = self._width(run, size, family, bold)  # chooses the font, too
            self.pdf.text(x, at[1] + run.shift * size * POINT, run.text)
            x += step
        return width

    def width(self, text: str, size: float, *, family: str = "serif", bold: bool = False) -> float:
        """How wide a text is."""
        return sum(self._width(run, size, family, bold) for run in pieces(text))

    def paragraph(
        self, at: tuple[float, float], width: float, text: str, size: float, leading: float = 1.22
    ) -> float:
        """Write a text on as many lines as it takes, the first on the baseline of `at`.

        Returns
        -------
        float
            The baseline of the line after it.
        """
        x, y = at
        for line in self._wrapped(text, width, size):
            self.write((x, y), line, size)
            y += leading * size * POINT
        return y

    def _wrapped(self, text: str, width: float, size: float) -> Iterator[str]:
        line = ""
        for word in _words(text):
            longer = f"{line} {word}" if line else word
            if line and self.width(longer, size) > width:
                yield line
                longer = word
            line = longer
        yield line

    def _width(self, run: Run, size: float, family: str, bold: bool) -> float:
        self.pdf.set_font(family, "I" if run.italic else "B" if bold else "", size * run.scale)
        return float(self.pdf.get_string_width(run.text))

    # ---- lines and areas ----

    def line(
        self, start: tuple[float, float], end: tuple[float, float], width: float, grey: int = 0
    ) -> None:
        """Draw a straight line; `grey` from 0, black, to 255, white."""
        self.pdf.set_draw_color(grey)
        self.pdf.set_line_width(width)
        self.pdf.line(*start, *end)

    def area(self, corners: Sequence[tuple[float, float]], grey: int) -> None:
        """Fill a polygon."""
        self.pdf.set_fill_color(grey)
        self.pdf.polygon(list(corners), style="F")

    def box(self, left: float, top: float, width: float, height: float, grey: int) -> None:
        """Fill a rectangle."""
        self.pdf.set_fill_color(grey)
        self.pdf.rect(left, top, width, height, style="F")

    def disc(self, centre: tuple[float, float], radius: float, width: float) -> None:
        """Draw a circle with white in it."""
        self.pdf.set_draw_color(0)
        self.pdf.set_fill_color(255)
        self.pdf.set_line_width(width)
        x, y = centre
        self.pdf.ellipse(x - radius, y - radius, 2 * radius, 2 * radius, style="DF")


def _words(text: str) -> list[str]:
    """The words of a text; a symbol is kept together, whatever spaces it has."""
    words: list[str] = []
    for word in text.split(" "):
        if words and words[-1].count("$") % 2:
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words
