"""What a worksheet asks for is what the engine computes, and every student has their own."""

import re

import pytest

from backprop_core import Network, backward, error, forward, update
from backprop_core.answers import read_answer
from backprop_core.exercises import KINDS, check, class_number, exercise
from backprop_core.reading import read_number
from backprop_core.worksheet import Sheet, checked, overview, sheet, sheets
from backprop_core.worksheet_tables import Table
from tests.refusals import assert_refused

CLASS = sheets(students=30, seed=2026)


def nodes_of(symbol: str) -> tuple[str, ...]:
    """The nodes of ``$f_{3}$``, ``$w_{1,3}$``, ``$w_{x_1,3}$`` or ``$b_{3}$``."""
    indices = symbol.strip("$").partition("_")[2].strip("{}").split(",")
    *source, target = indices
    return (*(a.replace("_", "") if "x" in a else f"f{a}" for a in source), f"f{target}")


def computed(of: Sheet) -> dict[str, list[tuple[float, ...]]]:
    """The numbers of each table that a student has to find, by the engine's sweeps alone."""
    s = of.situation
    net, f = s.network, forward(s.network, s.x)
    g = backward(net, f, s.t)
    new = update(net, g, s.h)
    slopes = [a.slope(r)[0] for a, r in zip(net.activations, f.r, strict=True)]
    place = {name: net.neuron(name) for name in net.neurons}
    y = float(f.y[0, 0])
    y_after = float(forward(new, s.x).y[0, 0])
    forward_table, _, backward_table, gradients, _ = of.tables
    return {
        "Forward": [
            (f.r[k][0, n], f.outputs[k][0, n])
            for k, n in (place[nodes_of(row[0])[0]] for row in forward_table.rows)
        ],
        "The error": [(y, y - s.t[0], error(f.y, s.t))],
        "Backward": [
            (slopes[k][n], g.deltas[k][0, n])
            for k, n in (place[nodes_of(row[0])[0]] for row in backward_table.rows)
        ],
        "Gradients and update": [
            (g.of(net, *nodes), net.parameter(*nodes), new.parameter(*nodes))
            for nodes in (nodes_of(row[0]) for row in gradients.rows)
        ],
        "Afterwards": [(y_after, error([[y_after]], [s.t]))],
    }


def columns(table: Table, *titles: str) -> list[tuple[str, ...]]:
    """Some columns of a table."""
    places = [[c.title for c in table.columns].index(title) for title in titles]
    return [tuple(row[place] for place in places) for row in table.rows]


NUMBERS = {
    "Forward": ("$r$", "$f = g(r)$"),
    "The error": ("$y$", "$y − t$", "$E$"),
    "Backward": ("$g′(r)$", "$δ$"),
    "Gradients and update": ("Gradient", "Old", "New"),
    "Afterwards": ("New $y$", "New $E$"),
}


def assert_written(text: str, value: float) -> None:
    """A number is the nearest with its digits, and has four of them unless it ends before."""
    decimals = len(text.partition(".")[2])
    assert abs(read_number(text, "a number") - value) <= 0.5000001 * 10**-decimals
    digits = text.replace(".", "").replace("−", "").lstrip("0")
    assert len(digits) >= 4 or read_number(text, "a number") == pytest.approx(value, abs=1e-12)


def test_every_number_is_the_engines() -> None:
    for one in CLASS:
        found = computed(one)
        assert [table.title for table in one.tables] == list(found) == list(NUMBERS)
        for table in one.tables:
            written = columns(table, *NUMBERS[table.title])
            for texts, values in zip(written, found[table.title], strict=True):
                for text, value in zip(texts, values, strict=True):
                    assert_written(text, value)


def test_a_new_weight_shows_what_has_changed() -> None:
    for one in CLASS:
        for old, new in columns(one.tables[3], "Old", "New"):
            assert len(new.partition(".")[2]) == 5
            assert read_number(new, "new") != read_number(old, "old")


def test_every_working_leads_to_its_number() -> None:
    ends = {"Forward": "$r$", "Backward": "$δ$", "Gradients and update": "Gradient"}
    for one in CLASS:
        for table in one.tables:
            if table.title in ends:
                for working, end in columns(table, "Working", ends[table.title]):
                    # the working is with rounded numbers
                    value = read_number(end, "a number")
                    assert read_answer(working, "a working").value == pytest.approx(
                        value, rel=4e-3, abs=4e-4
                    )


def test_whether_the_error_has_fallen_is_told_rightly() -> None:
    for one in CLASS:
        fallen = one.situation.updated.error < one.situation.error
        assert one.tables[4].rows[0][-1] == ("yes" if fallen else "no")


def test_a_student_finds_weights_and_names_and_no_answers() -> None:
    for table in CLASS[0].tables:
        for row in table.rows:
            blanks = table.cells(row, filled=False)
            for column, text, blank in zip(table.columns, row, blanks, strict=True):
                assert blank == (text if column.given else "")
                assert column.given == (column.title in ("Neuron", "Weight", "Old"))
            assert table.cells(row, filled=True) == row


def test_the_rows_are_in_the_order_in_which_they_can_be_filled() -> None:
    forward_table, _, backward_table, gradients, _ = CLASS[0].tables
    there = ["f1", "f2", "f3", "f4", "f5"]
    assert [nodes_of(row[0])[0] for row in forward_table.rows] == there
    assert [nodes_of(row[0])[0] for row in backward_table.rows] == there[::-1]
    arrived = [nodes_of(row[0])[-1] for row in gradients.rows]
    layers = [CLASS[0].situation.network.places[neuron][0] for neuron in arrived]
    assert layers == sorted(layers, reverse=True)


def test_all_weights_biases_and_the_sample_are_told() -> None:
    for one in CLASS:
        net, texts = one.situation.network, one.in_graph
        for slot, nodes in net.slots.items():
            assert read_number(texts[slot].strip("$").split(" ")[-1], slot) == net.parameter(*nodes)
            (row,) = (row for row in one.tables[3].rows if nodes_of(row[0]) == nodes)
            assert read_number(row[3], slot) == net.parameter(*nodes)
        numbers = re.findall(r"= ([−\d.]+)\$", one.given[0])
        told = [read_number(number, "a number") for number in numbers]
        assert told == [*one.situation.x, *one.situation.t, one.situation.h]


# --- a class -------------------------------------------------------------------------------------


def test_each_student_has_another_network_and_another_number() -> None:
    networks = {str([w.tolist() for w in one.situation.network.weights]) for one in CLASS}
    assert len(networks) == len({one.number for one in CLASS}) == 30
    assert [one.student for one in CLASS] == list(range(1, 31))


def test_the_same_seed_brings_the_same_sheets_and_another_seed_others() -> None:
    again = sheets(students=30, seed=2026)
    assert [one.tables for one in again] == [one.tables for one in CLASS]
    assert sheets(students=3, seed=2026)[2].tables == CLASS[2].tables
    assert sheet(seed=2027, student=1).tables != CLASS[0].tables


NUMBER_KINDS = [key for key, kind in KINDS.items() if kind.form == "number"]


@pytest.mark.parametrize("kind", NUMBER_KINDS)
def test_under_its_number_the_page_has_the_same_network_and_the_key_has_the_answer(
    kind: str,
) -> None:
    for one in CLASS:
        assert one.number == class_number(one.seed, one.student)
        assert f"Exercise number {one.number}:" in one.notes[-1]
        asked = exercise(kind, one.number)
        ours, theirs = one.situation, asked.situation
        assert (ours.x, ours.t, ours.h) == (theirs.x, theirs.t, theirs.h)
        assert_same(ours.network, theirs.network)
        assert asked.task is not None
        answer = asked.task.value
        found = [
            text
            for table in one.tables[:4]
            for column, texts in zip(table.columns, zip(*table.rows, strict=True), strict=True)
            if column.title not in ("Neuron", "Weight", "Working", "Old")
            for text in texts
            if abs(read_number(text, "a number") - answer) <= 1e-3 * abs(answer)
        ]
        # of a new weight one digit more may be wanted: then ours is right as far as it goes
        good = {"right", "rounded"} if kind == "updated-weight" else {"right"}
        assert good & {check(asked, text).status for text in found}


def assert_same(one: Network, other: Network) -> None:
    assert [w.tolist() for w in one.weights] == [w.tolist() for w in other.weights]
    assert [b.tolist() for b in one.biases] == [b.tolist() for b in other.biases]
    assert one.activations == other.activations


def test_the_overview_has_what_the_keys_have() -> None:
    table = overview(CLASS)
    assert [row[:2] for row in table.rows] == [(str(o.student), str(o.number)) for o in CLASS]
    for row, one in zip(table.rows, CLASS, strict=True):
        _, told, back, gradients, after = (dict.fromkeys(sum(t.rows, ())) for t in one.tables)
        assert set(row[2:4]) <= set(told)
        assert set(row[4:6]) <= set(back)
        assert set(row[6:8]) <= set(gradients)
        assert row[8] in after


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("students", "seed", "sentence"),
    [
        ("", "1", "Students is empty, but expected a whole number from 1 to 60."),
        ("0", "1", "Students is “0”, but expected a whole number from 1 to 60."),
        (61, 1, "Students is 61, but expected a whole number from 1 to 60."),
        ("a few", "1", "Students is “a few”, but expected"),
        ("3.5", "1", "Students is “3.5”, but expected"),
        ("²", "1", "Students is “²”, but expected"),
        (True, "1", "Students is “True”, but expected"),
        (None, "1", "Students is “None”, but expected"),
        ([3], "1", "Students is “[3]”, but expected"),
        ("9" * 5000, "1", "Students is “9999"),
        ("3", "-1", "Seed is “-1”, but expected a whole number from 0 to 999,999."),
        ("3", 1_000_000, "Seed is 1·10⁶, but expected a whole number from 0 to 999,999."),
        ("3", "<b>", "Seed is “<b>”, but expected"),
    ],
)
def test_what_is_no_class_is_refused_in_a_sentence(
    students: object, seed: object, sentence: str
) -> None:
    assert_refused(lambda: checked(students, seed), sentence)


def test_numbers_are_read_as_they_are_typed() -> None:
    assert checked(" 30 ", "0002026") == (30, 2026)
    assert checked(60, 0) == (60, 0)
