r"""Read a teacher set from a CSV file, or say in one sentence what is wrong with it and where.

The first row names the columns, x1, …, xn, t1, …, tm, and every other row is a sample:

>>> inputs, outputs, x, t = read_csv("x1,x2,t1\n0,1,1\n1,1,0\n")
>>> inputs, outputs, x.tolist(), t.tolist()
(('x1', 'x2'), ('t1',), [[0.0, 1.0], [1.0, 1.0]], [[1.0], [0.0]])
"""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from math import ceil

from backprop_core._types import Array
from backprop_core.network import as_array
from backprop_core.reading import quoted

__all__ = [
    "MOST_BYTES",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "check_size",
    "read_csv",
    "read_text",
]

MOST_BYTES = 2**20  # 1 MB
MOST_ROWS = 2_000  # samples: rows below the header
MOST_COLUMNS = 16  # of inputs, and of targets

_LARGEST = 1e9  # squares and sums of such numbers are still far from float64's end
_EXAMPLE = "x1,x2,t1"
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|∞)", re.IGNORECASE)
_SEPARATORS = {";": "semicolons, as spreadsheets in some countries write it", "\t": "tabs"}
# What files that are no text begin with.
_KINDS = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "an archive",
}


def read_csv(data: bytes | str) -> tuple[tuple[str, ...], tuple[str, ...], Array, Array]:
    """Read a teacher set.

    Parameters
    ----------
    data : bytes or str
        Up to 1 MB of text, in UTF-8 if it is bytes; a byte order mark, both kinds of line ends and
        empty lines at the end are welcome. Up to 16 inputs, 16 targets and 2,000 samples.

    Returns
    -------
    inputs, outputs : tuple of str
        The columns' names.
    x, t : (M, N_0) and (M, N_L) arrays

    Raises
    ------
    ValueError
        One sentence that names row and column, what stood there and what was expected. Rows are
        counted as a spreadsheet does: the header is row 1.

    Examples
    --------
    >>> read_csv("x1,x2,t1\\n0,,1")
    Traceback (most recent call last):
    ...
    ValueError: Row 2, column x2 is empty, but expected a number such as 0.5.
    >>> read_csv("x1;x2;t1\\n0;1;1")
    Traceback (most recent call last):
    ...
    ValueError: Row 1 is separated by semicolons, as spreadsheets in some countries write it, but \
expected commas: save the table with commas.
    """
    rows = _rows(read_text(data))
    _, header = next(rows)
    names = _names(header)
    samples: list[list[float]] = []
    for row, cells in rows:
        if len(samples) == MOST_ROWS:
            raise ValueError(
                f"Row {row} is one too many, but expected up to {MOST_ROWS:,} rows of numbers."
            )
        samples.append(_numbers(row, cells, names))
    if not samples:
        raise ValueError("Row 2 is missing, but expected a row of numbers below the header.")
    table = as_array(samples, "table")
    count = sum(name.startswith("x") for name in names)
    return names[:count], names[count:], table[:, :count], table[:, count:]


def read_text(data: bytes | str) -> str:
    """The text of a table; ValueError, in a sentence, if it is too long or no text at all."""
    check_size(len(data if isinstance(data, bytes) else data.encode("utf-8", "replace")))
    if isinstance(data, bytes):
        data = _decoded(data)
    text = data.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    before, zero, _ = text.partition("\0")
    if zero:
        raise ValueError(
            f"{_place(before)} is a zero byte, but expected text: save the table as CSV."
        )
    return text


def check_size(size: int, name: str = "") -> None:
    """Refuse a file that is too large.

    Examples
    --------
    >>> check_size(10_485_760, "weather.csv")
    Traceback (most recent call last):
    ...
    ValueError: The file “weather.csv” has 10.0 MB, but expected up to 1 MB.
    """
    if size > MOST_BYTES:
        what = f"The file {quoted(name)}" if name else "The table"
        raise ValueError(
            f"{what} has {ceil(10 * min(size, 2**60) / 2**20) / 10} MB, but expected up to 1 MB."
        )


def _decoded(data: bytes) -> str:
    kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), "")
    if kind:
        raise ValueError(f"The file is {kind}, but expected text: save the table as CSV.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("The file is in UTF-16, but expected UTF-8: save it as “CSV UTF-8”.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        place = _place(data[: wrong.start].decode("utf-8"))
        raise ValueError(
            f"{place} is the byte {data[wrong.start]:02X}, but expected text in UTF-8: "
            "save it as “CSV UTF-8”."
        ) from None


def _place(before: str) -> str:
    """Where something is in a file of which nothing is known but what comes before it."""
    *rows, row = _one_kind_of_ends(before).split("\n")
    return f"Row {len(rows) + 1}, character {len(row) + 1}"


def _one_kind_of_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row's number and cells; empty rows at the end are none."""
    text = text.rstrip()
    if not text:
        raise ValueError(
            f"The table is empty, but expected a header such as {_EXAMPLE} and rows of numbers."
        )
    rows = csv.reader(StringIO(_one_kind_of_ends(text), newline=""), strict=True)
    row = 1
    try:
        for row, cells in enumerate(rows, 1):
            yield row, [cell.strip() for cell in cells]
            row += 1
    except csv.Error as wrong:
        limit = "limit" in str(wrong)
        fault = "a cell longer than any number" if limit else "a quotation mark out of place"
        raise ValueError(
            f"Row {row} has {fault}, but expected cells separated by commas."
        ) from None


def _names(header: list[str]) -> tuple[str, ...]:
    """The header, if it is x1, …, xn, t1, …, tm."""
    if not header:
        raise ValueError(f"Row 1 is empty, but expected a header such as {_EXAMPLE}.")
    if len(header) == 1:
        for separator, told in _SEPARATORS.items():
            if separator in header[0]:
                raise ValueError(
                    f"Row 1 is separated by {told}, "
                    "but expected commas: save the table with commas."
                )
    inputs = outputs = 0
    for column, name in enumerate(header, 1):
        if name == f"x{inputs + 1}" and not outputs:
            inputs += 1
        elif name == f"t{outputs + 1}" and inputs:
            outputs += 1
        else:
            expected = [f"x{inputs + 1}"] if not outputs and inputs < MOST_COLUMNS else []
            expected += [f"t{outputs + 1}"] if inputs else []
            hint = ""
            if name in header[: column - 1]:
                hint = f": column {header.index(name) + 1} has this name already"
            elif _NUMBER.fullmatch(name):
                hint = f": row 1 is a header such as {_EXAMPLE}"
            elif column == 1:
                hint = f", as in {_EXAMPLE}"
            raise ValueError(
                f"Row 1, column {column} is {_found(name)}, "
                f"but expected {' or '.join(expected)}{hint}."
            )
        for count, kind in ((inputs, "inputs"), (outputs, "targets")):
            if count > MOST_COLUMNS:
                raise ValueError(
                    f"Row 1, column {column} is {name}, but expected up to {MOST_COLUMNS} {kind}."
                )
    if not outputs:
        raise ValueError(
            f"Row 1 ends with {header[-1]}, but expected targets after the inputs: t1 and so on."
        )
    return tuple(header)


def _numbers(row: int, cells: list[str], names: tuple[str, ...]) -> list[float]:
    """The numbers of a row, if it has as many as there are names."""
    if not any(cells):
        raise ValueError(f"Row {row} is empty, but expected {len(names)} numbers.")
    if len(cells) > len(names):
        more = cells[len(names)]
        raise ValueError(
            f"Row {row} goes on after column {names[-1]} with "
            f"{quoted(more) if more else 'an empty cell'}, "
            f"but expected {len(names)} numbers, each with a point for its decimals."
        )
    numbers = [_number(row, name, cell) for name, cell in zip(names, cells, strict=False)]
    if len(cells) < len(names):
        raise ValueError(
            f"Row {row} ends after column {names[len(cells) - 1]}, "
            f"but expected {len(names)} numbers, up to column {names[-1]}."
        )
    return numbers


def _number(row: int, name: str, cell: str) -> float:
    plain = cell.replace("−", "-")
    expected = "a number such as 0.5"
    if _NUMBER.fullmatch(plain):
        value = float(plain)
        if abs(value) <= _LARGEST:
            return value
        expected = "a number from −10⁹ to 10⁹"
    elif _DECIMAL_COMMA.fullmatch(plain):
        expected = f"a point for its decimals: {plain.replace(',', '.')[:40]}"
    elif _NOT_FINITE.fullmatch(plain):
        expected = "a finite number such as 0.5"
    raise ValueError(f"Row {row}, column {name} is {_found(cell)}, but expected {expected}.")


def _found(cell: str) -> str:
    return quoted(cell) if cell else "empty"
