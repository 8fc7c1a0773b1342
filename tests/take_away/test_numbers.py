"""The table of numbers is a proper CSV, and holds the walk's values with all their bits."""

import csv
import io

import pytest

from backprop_core import Network
from backprop_core.equations import Term
from backprop_core.situation import Situation
from backprop_core.take_away import write_numbers
from backprop_core.take_away.numbers import COLUMNS

SITUATIONS = {
    "article": (Situation(), "neuron"),
    "by layer": (Situation(), "layer"),
    "textbook": (Situation(convention="sum"), "neuron"),
    "two outputs": (
        Situation(Network.random([3, 4, 2], ["ReLU", "gaussian"]), (0.1, -2.0, 3.0), (0.0, 1.0)),
        "neuron",
    ),
}

every_situation = pytest.mark.parametrize(("situation", "by"), SITUATIONS.values(), ids=SITUATIONS)


def table(situation: Situation, by: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(write_numbers(situation, by), newline="")))


@every_situation
def test_every_value_of_every_step_is_there(situation: Situation, by: str) -> None:
    rows = table(situation, by)
    for number, step in enumerate(situation.walk(by), 1):
        told = {(row["part"], float(row["value"])) for row in rows if row["step"] == str(number)}
        found = {("found", equation.value) for equation in step.equations}
        terms = [t for e in step.equations for t in e.terms if isinstance(t, Term)]
        assert found <= told
        assert {value for _, value in told} == {t.value for t in terms} | {v for _, v in found}
        titles = {(row["phase"], row["title"]) for row in rows if row["step"] == str(number)}
        assert titles == {(step.phase, step.title)}


@every_situation
def test_it_is_a_table(situation: Situation, by: str) -> None:
    text = write_numbers(situation, by)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert text.count("\r\n") == text.count("\n") == len(rows)
    # what a spreadsheet would take for a formula
    assert not [cell for row in rows for cell in row[1:-1] if cell.startswith(tuple("=+-@\t\r"))]


def test_names_and_places_are_plain() -> None:
    rows = table(Situation(), "neuron")
    assert {row["where"] for row in rows if row["quantity"] == "w₃,₅"} == {"f3-f5"}
    assert {row["where"] for row in rows if row["quantity"] == "δ₃"} == {"f3"}
    assert {row["where"] for row in rows if row["quantity"] == "h"} == {""}
    assert "w₃,₅ after the update" in {row["quantity"] for row in rows}
    assert not [row for row in rows if set(row["quantity"]) & set("\\{}_^$")]
