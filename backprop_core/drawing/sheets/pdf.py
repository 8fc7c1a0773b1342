"""Write worksheets and their key as a PDF each, ready for the printer."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from backprop_core.drawing.sheets.network import draw_on_paper
from backprop_core.drawing.sheets.pen import POINT, Pen
from backprop_core.worksheet import Sheet, overview
from backprop_core.worksheet_tables import Table

__all__ = ["write_pdf"]

# What lies between these lines has room on a page of A4 and on one of US Letter.
_LEFT, _RIGHT, _TOP, _BOTTOM = 15.0, 195.0, 14.0, 266.0
_WIDTH = _RIGHT - _LEFT
_INSET = 1.5
_LINE = 125  # grey of a table's lines


class _Look(NamedTuple):
    """Sizes of a table: heights in mm, fonts in points."""

    gap: float
    head: float
    row: float
    long: float
    font: float


_TO_WRITE = _Look(gap=3.0, head=5.6, row=10.6, long=15.6, font=10)  # by hand
_TO_READ = _Look(gap=1.2, head=5.0, row=5.0, long=5.0, font=8.5)


def write_pdf(
    sheets: Sequence[Sheet],
    *,
    key: bool,
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> bytes:
    """Write a class's worksheets, or their key, as a PDF.

    Parameters
    ----------
    sheets : sequence of Sheet
        As made by `backprop_core.worksheet.sheets`.
    key : bool
        Whether the tables are filled in: then a student has one page, else two.
    progress : callable, optional
        Called with the number of students done and of all, before each of them; may raise to
        give up.

    Returns
    -------
    bytes
        The same for the same sheets.
    """
    with Pen.on_paper(f"{'Answer key' if key else 'Worksheets'} for class {sheets[0].seed}") as pen:
        if key:
            _overview(pen, overview(sheets), sheets[0].seed)
        for place, sheet in enumerate(sheets):
            progress(place, len(sheets))
            (_keyed if key else _student)(pen, sheet)
        return pen.finish()


def _student(pen: Pen, sheet: Sheet) -> None:
    """Both sides of a student's sheet."""
    front, back = sheet.sides
    pen.new_page(sheet.title)
    y = _heading(pen, sheet.title, name=True)
    y = _known(pen, sheet, sheet.notes, y, width=104)
    for table in front:
        y = _table(pen, table, y, filled=False, look=_TO_WRITE)
    pen.new_page()
    y = _heading(pen, f"{sheet.title} (back)", name=True)
    for table in back:
        y = _table(pen, table, y, filled=False, look=_TO_WRITE)


def _keyed(pen: Pen, sheet: Sheet) -> None:
    """A student's page of the key."""
    pen.new_page(sheet.title)
    y = _heading(pen, f"{sheet.title}: key", name=False)
    y = _known(pen, sheet, (f"Exercise number {sheet.number}",), y, width=78)
    for table in sheet.tables:
        y = _table(pen, table, y, filled=True, look=_TO_READ)


def _overview(pen: Pen, table: Table, seed: int) -> None:
    """The class at a glance, on as many pages as it takes."""
    left = list(table.rows)
    while left:
        pen.new_page(table.title if len(left) == len(table.rows) else "")
        y = _heading(pen, f"Answer key for class {seed}", name=False)
        fitting = int((_BOTTOM - y - 12 - _TO_READ.head) / _TO_READ.row)
        part = Table(table.title, table.reminders, table.columns, tuple(left[:fitting]))
        _table(pen, part, y, filled=True, look=_TO_READ)
        left = left[fitting:]


def _heading(pen: Pen, title: str, *, name: bool) -> float:
    """Write the first line of a page; the height at which the next thing may begin."""
    baseline = _TOP + 5
    end = _LEFT + pen.write((_LEFT, baseline), title, 13, family="sans", bold=True)
    if name:
        start = max(_RIGHT - 84, end + 6)
        start += pen.write((start, baseline), "Name", 10.5, family="sans") + 2
        pen.line((start, baseline + 0.6), (_RIGHT, baseline + 0.6), 0.25)
    return baseline + 4


def _known(pen: Pen, sheet: Sheet, notes: Sequence[str], y: float, width: float) -> float:
    """Draw the network, with the sample and the notes beside it; the height of its lower end."""
    height = draw_on_paper(pen, sheet, (_LEFT, y), width)
    left, beside = _LEFT + width + 6, _WIDTH - width - 6
    baseline = y + 5
    for line in sheet.given:
        baseline = pen.paragraph((left, baseline), beside, line, 12) + 0.8
    baseline += 0.6
    for note in notes:
        baseline = pen.paragraph((left, baseline), beside, note, 10) + 1.2
    return max(y + height, baseline) + 1


def _table(pen: Pen, table: Table, y: float, *, filled: bool, look: _Look) -> float:
    """Write a table with its title and its formulas; the height of its lower end."""
    y = _title(pen, table, y + look.gap + 4) + 1.5
    whole = sum(column.share for column in table.columns)
    edges = [_LEFT]
    for column in table.columns:
        edges.append(edges[-1] + _WIDTH * column.share / whole)
    heights = [look.long if table.is_long(row) else look.row for row in table.rows]
    pen.box(_LEFT, y, _WIDTH, look.head, 240)
    titles = tuple(column.title for column in table.columns)
    _cells(pen, edges, y, look.head, titles, look.font - 0.5)
    top, y = y, y + look.head
    pen.line((_LEFT, y), (_RIGHT, y), 0.4)
    for row, height in zip(table.rows, heights, strict=True):
        _cells(pen, edges, y, height, table.cells(row, filled), look.font)
        y += height
        pen.line((_LEFT, y), (_RIGHT, y), 0.2, _LINE)
    pen.line((_LEFT, top), (_RIGHT, top), 0.2, _LINE)
    for x in edges:
        pen.line((x, top), (x, y), 0.2, _LINE)
    return y


def _title(pen: Pen, table: Table, baseline: float) -> float:
    """Write a table's title, and its formulas behind it as far as they fit, below it otherwise."""
    x = _LEFT + pen.write((_LEFT, baseline), table.title, 11, family="sans", bold=True) + 4
    for n, reminder in enumerate(table.reminders):
        text = reminder if n == len(table.reminders) - 1 else f"{reminder}; "
        if x + pen.width(text, 10) > _RIGHT + 1:
            x, baseline = _LEFT, baseline + 1.3 * 10 * POINT
        x += pen.write((x, baseline), text, 10)
    return baseline


def _cells(
    pen: Pen,
    edges: Sequence[float],
    top: float,
    height: float,
    texts: Sequence[str],
    size: float,
) -> None:
    """Write a row of a table, smaller where a text would not fit."""
    for text, left, right in zip(texts, edges, edges[1:], strict=False):
        if not text:
            continue
        room = right - left - 2 * _INSET
        fitting = min(size, size * room / pen.width(text, size, family="sans"))
        at = (left + _INSET, top + height / 2 + 0.36 * fitting * POINT)
        pen.write(at, text, fitting, family="sans")
