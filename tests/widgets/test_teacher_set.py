"""The chooser follows its reader, and refuses in a sentence what cannot be."""

from typing import Any

import pytest

from backprop_core.csv_file import MOST_BYTES
from backprop_core.teacher_sets import GENERATED, NAMES, Recipe
from backprop_core.widgets.teacher_set import MENU, NOT_YET, TeacherSetChooser
from tests.refusals import assert_refused

MARKUP = "<img src=x onerror=alert(1)>"
TABLE = "x1,x2,x3,t1\n" + "\n".join(f"{n},{n % 5},0,{n % 2}" for n in range(20))
SEMICOLONS = "Row 1 is separated by semicolons, as spreadsheets in some countries write it, but"


@pytest.fixture
def chooser() -> TeacherSetChooser:
    return TeacherSetChooser()


def controls(chooser: TeacherSetChooser) -> list[str]:
    return [control["key"] for control in chooser.settings.controls]


def sentence(chooser: TeacherSetChooser) -> str:
    return str(chooser.settings.shown["sentence"])


def offer(chooser: TeacherSetChooser, **table: Any) -> str:
    """Bring a table as the browser does; what is said to it."""
    chooser.notes.set_state({"offer": {"ticket": "a ticket", **table}})
    answer = chooser.notes.answer
    assert answer["ticket"] == "a ticket"
    assert answer["taken"] == (not chooser.problem)
    assert chooser.notes.offer == {}
    return chooser.problem


# ---- the menu ----


def test_the_menu_has_every_set() -> None:
    assert [name for _, name in MENU] == list(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "own"])
def test_each_set_can_be_chosen(chooser: TeacherSetChooser, name: str) -> None:
    seen: list[Recipe] = []
    chooser.observe(lambda change: seen.append(change["new"]), "recipe")
    chooser.settings.take({"set": "AND"})
    chooser.settings.take({"set": name})
    assert chooser.recipe == seen[-1] == chooser.settings.recipe == Recipe(name)
    made = chooser.teacher_set
    assert sentence(chooser).startswith(f"{made.training} samples")
    expected = {"set"}
    expected |= {"samples", "noise"} if name in GENERATED else set()
    expected |= {"check", "seed"} if made.can_be_split else set()
    assert set(controls(chooser)) == expected
    assert bool(chooser.notes.source) == (name in ("iris", "penguins"))


def test_counts_are_told(chooser: TeacherSetChooser) -> None:
    assert sentence(chooser) == "140 samples for training, 60 kept for checking."
    chooser.settings.take({"check": 0})
    assert sentence(chooser) == "200 samples, all for training."
    chooser.settings.take({"set": "XOR"})
    assert sentence(chooser) == "4 samples, all for training."
    chooser.recipe = Recipe("own", own="x1,t1\n1,0\n")
    assert sentence(chooser) == "1 sample, all for training."


def test_settings_make_the_recipe_and_outlast_another_set(chooser: TeacherSetChooser) -> None:
    for key, value in (("samples", 120), ("noise", 0.4), ("seed", "12"), ("check", 0.2)):
        chooser.settings.take({key: value})
    expected = Recipe("moons", 120, 0.4, 12, 0.2)
    assert chooser.recipe == expected
    chooser.settings.take({"set": "XOR"})
    chooser.settings.take({"set": "moons"})
    assert chooser.recipe == expected
    assert chooser.settings.shown["values"]["samples"] == "120"


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("set", "sunflowers", "Teacher set is “sunflowers”, but expected one of: AND: 4 samples,"),
        ("set", "own", NOT_YET),
        ("samples", 501, "Samples is 501, but expected a number from 20 to 500."),
        ("noise", "a lot", "Noise is “a lot”, but expected a number from 0 to 0.5."),
        ("seed", "1.5", "Seed is 1.5, but expected a whole number from 0 to 999999."),
        ("seed", "-1", "Seed is −1, but expected a whole number from 0 to 999999."),
        ("seed", "one", "Seed is “one”, but expected a number such as 0.5."),
        ("check", 1, "Share kept for checking is 1, but expected a number from 0 to 0.9."),
        ("across", "1", "key is “across”, but expected one of: set, samples, noise, check, seed."),
    ],
)
def test_a_setting_that_is_refused(
    chooser: TeacherSetChooser, key: str, value: Any, problem: str
) -> None:
    before = chooser.recipe, sentence(chooser)
    chooser.settings.set_state({"action": {"ticket": 1, "key": key, "value": value}})
    assert chooser.problem.startswith(problem)
    assert (chooser.recipe, sentence(chooser)) == before
    chooser.settings.set_state({"action": {"ticket": 2, "key": "noise", "value": 0.3}})
    assert chooser.problem == ""


# ---- a table of one's own ----


@pytest.mark.parametrize(
    "table",
    [
        {"text": TABLE},
        {"name": "mine.csv", "size": len(TABLE), "data": TABLE.encode()},
        {"name": "mine.csv", "size": len(TABLE), "data": memoryview(TABLE.encode())},
    ],
    ids=["pasted", "bytes", "memory"],
)
def test_an_own_table_is_used_and_kept(chooser: TeacherSetChooser, table: dict[str, Any]) -> None:
    chooser.settings.take({"check": 0.2})
    assert offer(chooser, **table) == ""
    assert chooser.recipe == Recipe("own", check=0.2, own=TABLE)
    assert chooser.notes.taken == "Your table is in use."
    assert chooser.notes.scalings[0][0] == "x₁"
    chooser.settings.take({"set": "AND"})
    assert chooser.recipe.own == ""
    assert chooser.notes.taken == ""
    chooser.settings.take({"set": "own"})
    assert chooser.recipe == Recipe("own", check=0.2, own=TABLE)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"text": TABLE.replace(",", ";")}, SEMICOLONS),
        ({"text": f"{MARKUP},t1\n1,2"}, f"Row 1, column 1 is “{MARKUP}”, but expected x1"),
        ({"text": ""}, "The table is empty, but expected a header such as x1,x2,t1"),
        ({"text": 5}, "The table could not be read: choose it once more."),
        ({"size": 2 * MOST_BYTES}, "The table has 2.0 MB, but expected up to 1 MB."),
        ({"size": "large"}, "The table could not be read: choose it once more."),
        ({"text": "x" * (MOST_BYTES + 1)}, "The table has 1.1 MB, but expected up to 1 MB."),
        (
            {"name": f"{MARKUP}.csv", "size": 10 * MOST_BYTES},
            f"The file “{MARKUP}.csv” has 10.0 MB, but expected up to 1 MB.",
        ),
        (
            {"name": "a.csv", "size": 3, "data": b"0" * (MOST_BYTES + 1)},
            "The file “a.csv” has 1.1 MB, but expected up to 1 MB.",
        ),
        ({"name": "a.csv", "size": 7}, "The file “a.csv” could not be read: choose it once more."),
        ({"name": "a.xlsx", "size": 4, "data": b"PK\3\4"}, "The file is a spreadsheet or an"),
        ({"name": ["a"], "data": {}}, "The table could not be read: choose it once more."),
    ],
)
def test_a_table_that_is_refused(
    chooser: TeacherSetChooser, table: dict[str, Any], problem: str
) -> None:
    before = chooser.recipe, sentence(chooser), chooser.settings.values
    assert offer(chooser, **table).startswith(problem)
    assert (chooser.recipe, sentence(chooser), chooser.settings.values) == before
    assert chooser.notes.taken == ""
    assert offer(chooser, text=TABLE) == ""


def test_whoever_wants_a_table_of_their_own_is_shown_where_to_put_it(
    chooser: TeacherSetChooser,
) -> None:
    before = chooser.notes.opened
    chooser.settings.set_state({"action": {"ticket": 1, "key": "set", "value": "own"}})
    assert chooser.problem == NOT_YET
    assert (before, chooser.notes.opened) == (False, True)
    assert offer(chooser, text=TABLE) == ""


def test_the_browser_is_answered_even_if_whoever_follows_goes_astray(
    chooser: TeacherSetChooser,
) -> None:
    def stumble(change: Any) -> None:
        raise RuntimeError

    chooser.observe(stumble, "recipe")
    with pytest.raises(RuntimeError):
        chooser.notes.offer = {"ticket": "a ticket", "text": TABLE}
    assert chooser.notes.answer == {"ticket": "a ticket", "taken": False}
    assert chooser.problem == "That could not be read."


def test_scaling_is_told() -> None:
    chooser = TeacherSetChooser(Recipe("penguins"))
    told = [(name, float(centre), float(spread)) for name, centre, spread in chooser.notes.scalings]
    made = chooser.teacher_set
    for (name, *numbers), expected, scaling in zip(told, made.inputs, made.scalings, strict=True):
        assert name == expected
        assert numbers == pytest.approx(scaling, rel=1e-4)
    assert "scaled = (value − centre) / spread" in chooser.notes.rule
    offer(chooser, text="x1,t1\n3,2\n-3,3")
    assert chooser.notes.scalings == []
    assert chooser.notes.rule == "All inputs are within −3…3, so they are used as they are."
    chooser.recipe = Recipe()
    assert chooser.notes.rule == chooser.notes.source == ""


# ---- set by a program ----


def test_a_recipe_can_be_set(chooser: TeacherSetChooser) -> None:
    chooser.recipe = Recipe("own", seed=3, check=0.1, own=TABLE)
    assert chooser.settings.recipe == chooser.recipe
    assert chooser.settings.values["set"] == "own"
    assert chooser.settings.shown["values"]["seed"] == "3"
    assert sentence(chooser).startswith("18 samples for training")
    chooser.recipe = Recipe("circles", noise=0.2)
    assert chooser.settings.values["noise"] == 0.2
    chooser.settings.take({"set": "own"})
    assert chooser.recipe == Recipe("own", noise=0.2, own=TABLE)


def test_a_recipe_that_cannot_be_made_is_refused(chooser: TeacherSetChooser) -> None:
    before = chooser.recipe
    assert_refused(lambda: setattr(chooser, "recipe", Recipe("own", own="x1;t1\n1;2")), SEMICOLONS)
    assert chooser.recipe == before == chooser.settings.recipe
    assert chooser.settings.values["set"] == "moons"
