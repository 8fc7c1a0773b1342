"""A table is read as it stands, or refused in one sentence that says where and why."""

import zipfile
from io import BytesIO
from time import perf_counter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_core.csv_file import MOST_BYTES, MOST_ROWS, check_size, read_csv
from tests.refusals import assert_refused

PLAIN = "x1,x2,t1\n0,1,1\n-0.5,1e-3,0\n"
MARKUP = "<img src=x onerror=alert(1)>"
MANY = ",".join(f"x{n}" for n in range(1, 17)) + "," + ",".join(f"t{n}" for n in range(1, 17))


def spreadsheet() -> bytes:
    """What a spreadsheet's own file begins with: it is an archive."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


# ---- what is taken ----


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.strip(),
        PLAIN + "\n\r\n  \n",
        " x1 , x2,t1\n 0, 1 ,1\n−0.5,+.001,0.",
        '"x1","x2","t1"\n"0","1","1"\n-.5,1E-03,"0"',
    ],
    ids=["text", "bytes", "BOM", "BOM in text", "CRLF", "CR", "no end", "ends", "spaces", "quotes"],
)
def test_what_is_taken(data: bytes | str) -> None:
    inputs, outputs, x, t = read_csv(data)
    assert (inputs, outputs) == (("x1", "x2"), ("t1",))
    assert x.tolist() == [[0, 1], [-0.5, 0.001]]
    assert t.tolist() == [[1], [0]]


def test_the_largest_table_is_taken() -> None:
    rng = np.random.default_rng(0)
    table = rng.standard_normal((MOST_ROWS, 32)).round(6)
    rows = [",".join(map(repr, row)) for row in table.tolist()]
    inputs, outputs, x, t = read_csv("\n".join([MANY, *rows]).encode())
    assert (len(inputs), len(outputs)) == (16, 16)
    assert outputs[-1] == "t16"
    np.testing.assert_array_equal(np.hstack((x, t)), table)


def test_a_file_may_be_as_large_as_1_mb() -> None:
    text = PLAIN + (MOST_BYTES - len(PLAIN)) * "\n"
    assert len(read_csv(text.encode())[2]) == 2
    for end in ("\n\n", "ä"):  # one byte more
        larger = text[:-1] + end
        assert assert_one_sentence(larger) == "The table has 1.1 MB, but expected up to 1 MB."


def test_a_cell_of_many_digits_is_refused_at_once() -> None:
    begin = perf_counter()
    assert_refused(lambda: read_csv(f"x1,t1\n{'1' * 100_000}x,1\n"), "Row 2, column x1 is “1111")
    assert perf_counter() - begin < 5


# ---- what is refused, and how ----

HEADERS = {
    "no header": ("0,1,1\n1,1,0", "Row 1, column 1 is “0”, but expected x1: row 1 is a header"),
    "other names": ("a,b,c\n1,2,3", "Row 1, column 1 is “a”, but expected x1, as in x1,x2,t1."),
    "capitals": ("X1,X2,T1\n1,2,3", "Row 1, column 1 is “X1”, but expected x1, as in"),
    "twice": (
        "x1,x1,t1\n1,2,3",
        "Row 1, column 2 is “x1”, but expected x2 or t1: column 1 has this name already.",
    ),
    "out of order": ("x2,x1,t1\n1,2,3", "Row 1, column 1 is “x2”, but expected x1, as in"),
    "left out": ("x1,x3,t1\n1,2,3", "Row 1, column 2 is “x3”, but expected x2 or t1."),
    "targets first": ("t1,x1\n1,2", "Row 1, column 1 is “t1”, but expected x1, as in x1,x2,t1."),
    "mixed": ("x1,t1,x2\n1,2,3", "Row 1, column 3 is “x2”, but expected t2."),
    "only inputs": ("x1,x2\n1,2", "Row 1 ends with x2, but expected targets after the inputs: t1"),
    "only targets": ("t1,t2\n1,2", "Row 1, column 1 is “t1”, but expected x1, as in x1,x2,t1."),
    "a hole": ("x1,,t1\n1,2,3", "Row 1, column 2 is empty, but expected x2 or t1."),
    "a comma too many": ("x1,t1,\n1,2", "Row 1, column 3 is empty, but expected t2."),
    "markup": (f"{MARKUP},t1\n1,2", f"Row 1, column 1 is “{MARKUP}”, but expected x1, as in"),
    "17 inputs": (
        MANY.replace("x16", "x16,x17"),
        "Row 1, column 17 is x17, but expected up to 16 inputs.",
    ),
    "16 inputs and no target": (
        MANY.replace(",t1,", ",y1,"),
        "Row 1, column 17 is “y1”, but expected t1.",
    ),
    "17 targets": (f"{MANY},t17", "Row 1, column 33 is t17, but expected up to 16 targets."),
    "semicolons": (
        "x1;x2;t1\n0,5;1;0",
        "Row 1 is separated by semicolons, as spreadsheets in some countries write it, but "
        "expected commas: save the table with commas.",
    ),
    "a spreadsheet's first line": ("sep=;\nx1;t1\n1;2", "Row 1 is separated by semicolons, as"),
    "tabs": ("x1\tt1\n1\t2", "Row 1 is separated by tabs, but expected commas: save the table"),
    "an empty row first": ("\nx1,t1\n1,2", "Row 1 is empty, but expected a header such as"),
    "header only": ("x1,t1\n", "Row 2 is missing, but expected a row of numbers below the header."),
    "empty": ("", "The table is empty, but expected a header such as x1,x2,t1 and rows of numbers"),
    "blank": (" \n\r\n\t", "The table is empty, but expected a header such as x1,x2,t1"),
}
NUMBERS = {
    "a hole": ("1,,0", "Row 3, column x2 is empty, but expected a number such as 0.5."),
    "a letter": ("1,b,0", "Row 3, column x2 is “b”, but expected a number such as 0.5."),
    "a unit": ("1,2 cm,0", "Row 3, column x2 is “2 cm”, but expected a number such as 0.5."),
    "not a number": ("1,NaN,0", "Row 3, column x2 is “NaN”, but expected a finite number such"),
    "infinite": ("-inf,1,0", "Row 3, column x1 is “-inf”, but expected a finite number such as"),
    "not available": ("1,2,NA", "Row 3, column t1 is “NA”, but expected a number such as 0.5."),
    "huge": ("1,1e300,0", "Row 3, column x2 is “1e300”, but expected a number from −10⁹ to 10⁹."),
    "beyond floats": ("1,1e999,0", "Row 3, column x2 is “1e999”, but expected a number from"),
    "a decimal comma": (
        '1,"0,5",0',
        "Row 3, column x2 is “0,5”, but expected a point for its decimals: 0.5.",
    ),
    "decimal commas": (
        "0,5,1,5,0",
        "Row 3 goes on after column t1 with “5”, but expected 3 numbers, each with a point for",
    ),
    "a thousands separator": ("1,1 000,0", "Row 3, column x2 is “1 000”, but expected a number"),
    "other digits": ("1,٣,0", "Row 3, column x2 is “٣”, but expected a number such as 0.5."),
    "Python's digits": ("1,1_000,0", "Row 3, column x2 is “1_000”, but expected a number such"),
    "too few": ("1,2", "Row 3 ends after column x2, but expected 3 numbers, up to column t1."),
    "too many": ("1,2,0,7", "Row 3 goes on after column t1 with “7”, but expected 3 numbers,"),
    "a comma too many": ("1,2,0,", "Row 3 goes on after column t1 with an empty cell, but"),
    "empty": ("\n1,2,0", "Row 3 is empty, but expected 3 numbers."),
    "only commas": (",,", "Row 3 is empty, but expected 3 numbers."),
    "a quotation mark": ('1,"2,0', "Row 3 has a quotation mark out of place, but expected cells"),
    "a quotation mark inside": ('1,"2"3,0', "Row 3 has a quotation mark out of place, but"),
    "a zero byte": ("1,2\0,0", "Row 3, character 4 is a zero byte, but expected text: save the"),
    "control characters": ("1,\x07\x1b[31m,0", "Row 3, column x2 is “��[31m”, but expected a"),
    "half a character": ("1,\ud800,0", "Row 3, column x2 is “�”, but expected a number such as"),
    "markup": (f"1,{MARKUP},0", f"Row 3, column x2 is “{MARKUP}”, but expected a number such"),
    "a text without end": (f"1,{200_000 * 'b'},0", "Row 3 has a cell longer than any number, but"),
    "a long text": ("1," + "b" * 999 + ",0", f"Row 3, column x2 is “{'b' * 39}…”, but expected a"),
}
FILES = {
    "Latin-1": (
        "x1,t1\n1,Ä".encode("latin-1"),
        "Row 2, character 3 is the byte C4, but expected text in UTF-8: save it as “CSV UTF-8”.",
    ),
    "UTF-16": (PLAIN.encode("utf-16"), "The file is in UTF-16, but expected UTF-8: save it as"),
    "UTF-16 without a mark": (
        PLAIN.encode("utf-16-le"),
        "Row 1, character 2 is a zero byte, but expected text: save the table as CSV.",
    ),
    "a spreadsheet": (
        spreadsheet(),
        "The file is a spreadsheet or an archive, but expected text: save the table as CSV.",
    ),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1", "The file is a spreadsheet, but expected text"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "The file is a picture, but expected text: save the"),
    "empty": (b"", "The table is empty, but expected a header such as x1,x2,t1 and rows of"),
    "only a mark": (b"\xef\xbb\xbf", "The table is empty, but expected a header such as x1,x2,t1"),
    "10 MB": (10 * 2**20 * b"0", "The table has 10.0 MB, but expected up to 1 MB."),
    "too many rows": (
        b"x1,t1\n" + (MOST_ROWS + 5) * b"1,0\n",
        "Row 2002 is one too many, but expected up to 2,000 rows of numbers.",
    ),
}


def assert_one_sentence(data: bytes | str) -> str:
    """Fail unless a table is refused with one sentence that a page can show; return it."""
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 the message is looked at
        read_csv(data)
    (sentence,) = refusal.value.args
    assert type(refusal.value) is ValueError  # not one of Unicode's or of csv's own
    assert sentence.isprintable()
    assert sentence.startswith(("Row ", "The "))
    assert sentence.count(", but expected ") == 1
    assert sentence.endswith(".")
    assert len(sentence) < 250
    return str(sentence)


@pytest.mark.parametrize(("text", "sentence"), HEADERS.values(), ids=HEADERS)
def test_a_header_that_is_refused(text: str, sentence: str) -> None:
    assert assert_one_sentence(text).startswith(sentence)
    assert assert_one_sentence(text.encode()).startswith(sentence)


@pytest.mark.parametrize(("row", "sentence"), NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_row_that_is_refused(row: str, sentence: str, end: str) -> None:
    text = end.join(["x1,x2,t1", "1,2,0", *row.split("\n"), "4,5,1"])
    assert assert_one_sentence(text).startswith(sentence)


@pytest.mark.parametrize(("data", "sentence"), FILES.values(), ids=FILES)
def test_a_file_that_is_refused(data: bytes, sentence: str) -> None:
    assert assert_one_sentence(data).startswith(sentence)


def test_a_cell_may_go_over_several_lines_and_its_row_is_still_one() -> None:
    text = 'x1,t1\n"1\n",0\n2,b'
    assert assert_one_sentence(text).startswith("Row 3, column t1 is “b”")


def test_a_size_is_refused_with_the_files_name() -> None:
    check_size(MOST_BYTES, "data.csv")
    name = f"{MARKUP}\n\0.csv"
    assert_refused(lambda: check_size(10**400, name), f"The file “{MARKUP} �.csv” has 1")


# ---- whatever comes ----

CELLS = st.sampled_from(
    ["0", "1", "-2.5", "1e5", "1e999", "", "x1", "x2", "t1", "NaN", '"', '"1"', "ä", ";", "\t", "−"]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", ",", "\0", "\u2028", ""])
TABLES = st.lists(st.tuples(st.lists(CELLS, max_size=4).map(",".join), ENDS), max_size=6).map(
    lambda rows: "".join(map("".join, rows))
)


@given(st.one_of(st.binary(), st.text(), TABLES, TABLES.map(lambda rows: f"x1,t1\n{rows}")))
@example(b"x1,t1\n1,0")
@example("x1,t1\n1,0\n\ud800")
def test_any_bytes_are_a_table_or_a_sentence(data: bytes | str) -> None:
    try:
        inputs, outputs, x, t = read_csv(data)
    except ValueError:
        assert_one_sentence(data)
    else:
        assert x.shape == (len(t), len(inputs))
        assert t.shape[1] == len(outputs) > 0
        assert np.isfinite(x).all()
        assert np.isfinite(t).all()
        assert x.size
