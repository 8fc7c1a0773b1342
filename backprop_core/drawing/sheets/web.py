"""Write worksheets and their key as one web page each, to be read or printed from a browser."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from importlib.resources import files

from backprop_core.drawing.artists import draw_network
from backprop_core.drawing.graph import network_graph
from backprop_core.drawing.sheets.rich import as_html
from backprop_core.worksheet import Sheet, overview
from backprop_core.worksheet_tables import Table

__all__ = ["write_html"]

_LONG = ' class="long"'
_STYLE = files("backprop_core.drawing.sheets") / "sheets.css"


def write_html(
    sheets: Sequence[Sheet],
    *,
    key: bool,
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> str:
    """Write a class's worksheets, or their key, as a page that needs no other file.

    Parameters
    ----------
    sheets : sequence of Sheet
        As made by `backprop_core.worksheet.sheets`.
    key : bool
        Whether the tables are filled in.
    progress : callable, optional
        Called with the number of students done and of all, before each of them; may raise to
        give up.

    Returns
    -------
    str
        The same for the same sheets.
    """
    pages = []
    for place, sheet in enumerate(sheets):
        progress(place, len(sheets))
        pages.append(_keyed(sheet) if key else _student(sheet))
    title = f"{'Answer key' if key else 'Worksheets'} for class {sheets[0].seed}"
    count = f"{len(sheets)} student{'' if len(sheets) == 1 else 's'}"
    how = "one page each" if key else "two pages each: print on both sides of a sheet"
    at_once = _page(_wide(_table(overview(sheets), "all", filled=True))) if key else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n"
        f'</head>\n<body class="{"key" if key else "blank"}">\n<header class="screen">'
        f"<h1>{escape(title)}</h1>\n<p>{count}, {how}. A4 and US Letter will both do.</p>"
        f"</header>\n<main>\n{at_once}{''.join(pages)}</main>\n</body>\n</html>\n"
    )


def _student(sheet: Sheet) -> str:
    """Both sides of a student's sheet."""
    front, back = sheet.sides
    name = '<p class="name"><span>Name</span></p>'
    notes = "".join(f"<li>{as_html(note)}</li>" for note in sheet.notes)
    given = "".join(f"<li>{as_html(given)}</li>" for given in sheet.given)
    told = f'<ul class="given">{given}</ul>\n<ul class="notes">{notes}</ul>'
    top = f'<header><h2 id="{_id(sheet)}">{escape(sheet.title)}</h2>{name}</header>\n'
    again = f'<header><p class="again">{escape(sheet.title)} (back)</p>{name}</header>\n'
    sides = [
        _page(top + _known(sheet, told) + "".join(_tables(sheet, front, filled=False))),
        _page(again + "".join(_tables(sheet, back, filled=False))),
    ]
    return _section(sheet, "".join(sides))


def _keyed(sheet: Sheet) -> str:
    """A student's page of the key."""
    given = "".join(f"<li>{as_html(given)}</li>" for given in sheet.given)
    told = f'<ul class="given">{given}<li>Exercise number {sheet.number}</li></ul>'
    top = f'<header><h2 id="{_id(sheet)}">{escape(sheet.title)}: key</h2></header>\n'
    return _section(
        sheet,
        _page(top + _known(sheet, told) + "".join(_tables(sheet, sheet.tables, filled=True))),
    )


def _section(sheet: Sheet, content: str) -> str:
    return f'<section class="student" aria-labelledby="{_id(sheet)}">\n{content}</section>\n'


def _page(content: str) -> str:
    return f'<div class="page">\n{content}</div>\n'


def _wide(table: str) -> str:
    """A table that is scrolled sideways on a phone, by keyboard, too."""
    return f'<div class="wide" role="region" aria-labelledby="all" tabindex="0">{table}</div>'


def _known(sheet: Sheet, told: str) -> str:
    """The network, and what is told beside it."""
    drawing = draw_network(
        network_graph(sheet.situation.network.layers),
        texts=sheet.in_graph,
        labels="names",
        label=sheet.in_words,
    )
    return f'<div class="known">\n{drawing}\n<div>{told}</div>\n</div>\n'


def _tables(sheet: Sheet, tables: Sequence[Table], *, filled: bool) -> Iterator[str]:
    for table in tables:
        yield _table(table, f"{_id(sheet)}-{sheet.tables.index(table) + 1}", filled=filled)


def _table(table: Table, name: str, *, filled: bool) -> str:
    whole = sum(column.share for column in table.columns)
    shares = "".join(f'<col style="width:{100 * c.share / whole:.4g}%">' for c in table.columns)
    heads = "".join(f'<th scope="col">{as_html(column.title)}</th>' for column in table.columns)
    rows = "".join(_row(table, row, filled) for row in table.rows)
    reminders = "".join(f"<li>{as_html(reminder)}</li>" for reminder in table.reminders)
    return (
        f'<section class="part"><h3 id="{name}">{escape(table.title)}</h3>'
        f'<ul class="reminders">{reminders}</ul>\n'
        f'<table aria-labelledby="{name}"><colgroup>{shares}</colgroup>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></section>\n"
    )


def _row(table: Table, row: Sequence[str], filled: bool) -> str:
    first, *others = (as_html(text) for text in table.cells(row, filled))
    tag = 'th scope="row"' if table.columns[0].given else "td"
    cells = f"<{tag}>{first}</{tag[:2]}>" + "".join(f"<td>{text}</td>" for text in others)
    return f"<tr{_LONG if table.is_long(row) else ''}>{cells}</tr>\n"


def _id(sheet: Sheet) -> str:
    return f"student-{sheet.student}"
