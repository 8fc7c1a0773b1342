"""Teacher sets are what they are called: the same every time, published numbers to the digit."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_core.backprop import forward
from backprop_core.network import Network
from backprop_core.situation import TEACHER_SETS
from backprop_core.teacher_sets import GENERATED, NAMES, Recipe, Scaling, TeacherSet, teacher_set
from backprop_core.training import train
from tests.refusals import assert_refused

ASSETS = Path(__file__).parents[1] / "assets/teacher_sets"
NEAR = "x1,x2,t1\n" + "\n".join(f"{n / 4},{-n / 5},{n % 2}" for n in range(12))
FAR = "x1,x2,t1\n" + "\n".join(f"{100 * n},7,{n % 2}" for n in range(12))
OWN = {"own": NEAR, "own, far": FAR}
RECIPES = [Recipe(name) for name in NAMES if name != "own"]
RECIPES += [Recipe("own", own=text) for text in OWN.values()]
IDS = [*NAMES[:-1], *OWN]


def rows(x: Any, *others: Any) -> set[tuple[float, ...]]:
    """Samples without their order."""
    return set(map(tuple, np.hstack((x, *others)).round(9).tolist()))


# ---- all of them ----


@pytest.mark.parametrize("recipe", RECIPES, ids=IDS)
def test_a_set_holds_together(recipe: Recipe) -> None:
    made = teacher_set(recipe)
    assert made.recipe == recipe
    assert made.x.shape == (len(made.x), len(made.inputs))
    assert made.t.shape == (len(made.x), len(made.outputs))
    assert len(made.scalings) == len(made.inputs)
    assert len(made.x_training) == len(made.t_training) == made.training
    assert len(made.x_check) == len(made.t_check) == len(made.x) - made.training
    np.testing.assert_array_equal(np.vstack((made.x_training, made.x_check)), made.x)
    np.testing.assert_array_equal(np.vstack((made.t_training, made.t_check)), made.t)
    assert np.isfinite(made.x).all()
    assert not made.x.flags.writeable
    assert not made.t.flags.writeable
    assert teacher_set(replace(recipe)) is made


@pytest.mark.parametrize("recipe", RECIPES, ids=IDS)
@pytest.mark.parametrize("check", [0, 0.3, 0.9])
def test_the_share_that_is_kept_for_checking(recipe: Recipe, check: float) -> None:
    made = teacher_set(replace(recipe, check=check))
    split = recipe.name not in TEACHER_SETS
    assert made.can_be_split == split
    assert len(made.x_check) == (round(check * len(made.x)) if split else 0)
    assert made.training > 0


def test_a_small_table_keeps_nothing_for_checking() -> None:
    lines = NEAR.split("\n")
    for samples in (1, 9, 10):
        made = teacher_set(Recipe("own", own="\n".join(lines[: samples + 1])))
        assert made.training == (7 if samples == 10 else samples)
        assert made.can_be_split == (samples == 10)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*TEACHER_SETS, "own")])
def test_a_seed_draws_the_order_anew_and_each_class_is_in_both_parts(name: str) -> None:
    first, other = (teacher_set(Recipe(name, seed=seed)) for seed in (0, 1))
    assert not np.array_equal(first.t, other.t)
    for made in (first, other):
        assert made.classes
        kinds = set(range(len(made.classes.names)))
        assert set(made.classes.numbers[: made.training].tolist()) == kinds
        assert set(made.classes.numbers[made.training :].tolist()) == kinds


@pytest.mark.parametrize("name", TEACHER_SETS)
def test_the_smallest_sets_are_those_of_the_chapters(name: str) -> None:
    made = teacher_set(Recipe(name, seed=7, check=0.5))
    assert [(tuple(x), tuple(t)) for x, t in zip(made.x, made.t, strict=True)] == list(
        TEACHER_SETS[name]
    )
    assert not made.is_scaled
    assert made.source == ""


# ---- generated ----


@pytest.mark.parametrize("name", GENERATED)
@pytest.mark.parametrize("samples", [20, 21, 500])
def test_generated_points(name: str, samples: int) -> None:
    made = teacher_set(Recipe(name, samples=samples, noise=0))
    assert made.x.shape == (samples, 2)
    assert abs(2 * made.t.sum() - samples) <= 1
    assert np.max(np.abs(made.x)) <= 1 + 1e-12
    assert not made.is_scaled


@pytest.mark.parametrize("name", GENERATED)
def test_noise_moves_each_point_a_little(name: str) -> None:
    still, some, twice = (teacher_set(Recipe(name, noise=noise)) for noise in (0, 0.1, 0.2))
    np.testing.assert_array_equal(still.t, some.t)
    np.testing.assert_allclose(twice.x - still.x, 2 * (some.x - still.x), atol=1e-12)
    gap = {"two-spirals": 16 / 104, "moons": 1 / 3, "circles": 1 / 2}[name]
    assert np.std(some.x - still.x) == pytest.approx(0.1 * gap, rel=0.1)


def test_two_spirals_are_the_classical_ones() -> None:
    made = teacher_set(Recipe("two-spirals", samples=194, noise=0))
    points = []
    for i in range(97):
        angle, radius = i * np.pi / 16, 6.5 * (104 - i) / 104
        x, y = radius * np.sin(angle) / 6.5, radius * np.cos(angle) / 6.5
        points += [(x, y, 1), (-x, -y, 0)]
    assert rows(made.x, made.t) == rows(np.array(points))


def test_moons_are_two_half_circles() -> None:
    made = teacher_set(Recipe("moons", noise=0))
    x, t = 1.5 * made.x, made.t[:, 0]
    for kind, middle, side in ((0, (-0.5, -0.25), 1), (1, (0.5, 0.25), -1)):
        away = x[t == kind] - middle
        np.testing.assert_allclose(np.hypot(*away.T), 1)
        assert (side * away[:, 1] >= -1e-12).all()


def test_circles_are_around_each_other() -> None:
    made = teacher_set(Recipe("circles", noise=0))
    np.testing.assert_allclose(np.hypot(*made.x.T), 1 - made.t[:, 0] / 2)


def test_no_line_parts_generated_points_but_a_hidden_layer_learns_them() -> None:
    made = teacher_set(Recipe("circles", samples=100, noise=0.05))

    def right(*hidden: int) -> float:
        net = Network.random([2, *hidden, 1], activation="tanh", seed=0)
        learned = train(net, made.x_training, made.t_training, h=0.01, epochs=500).network
        answers = forward(learned, made.x_check).y >= 0.5
        return float(np.mean(answers == made.t_check))

    assert right() < 0.8
    assert right(8) > 0.95


# ---- real measurements ----

# Means of each species: Fisher (1936), Table 2; R's help page on palmerpenguins' summary.
PUBLISHED = {
    "iris": {
        "setosa": (50, (5.006, 3.428, 1.462, 0.246)),
        "versicolor": (50, (5.936, 2.770, 4.260, 1.326)),
        "virginica": (50, (6.588, 2.974, 5.552, 2.026)),
    },
    "penguins": {
        "Adelie": (151, (38.791, 18.346, 189.954, 3700.662)),
        "Gentoo": (123, (47.505, 14.982, 217.187, 5076.016)),
        "Chinstrap": (68, (48.834, 18.421, 195.824, 3733.088)),
    },
}
FIRST = {
    "iris": [5.1, 3.5, 1.4, 0.2],
    "penguins": [39.1, 18.7, 181.0, 3750.0],
}

LICENCES = {
    "iris": ("10.24432/C56C76", "CC BY 4.0"),
    "penguins": ("10.5281/zenodo.3960218", "CC0"),
}


def measured(made: TeacherSet) -> Any:
    """Inputs as they were before they were scaled."""
    return made.x * [s.spread for s in made.scalings] + [s.centre for s in made.scalings]


@pytest.mark.parametrize("name", PUBLISHED)
def test_real_measurements_are_the_published_ones(name: str) -> None:
    made = teacher_set(Recipe(name))
    assert made.outputs == tuple(PUBLISHED[name])
    x = measured(made)
    for column, (count, means) in enumerate(PUBLISHED[name].values()):
        species = x[made.t[:, column] == 1]
        assert len(species) == count
        np.testing.assert_allclose(species.mean(axis=0), means, atol=5e-4)
    assert (made.t.sum(axis=1) == 1).all()
    with (ASSETS / f"{name}.csv").open(encoding="utf-8") as file:
        header, *kept = csv.reader(file)
    assert made.inputs == tuple(header[:-1])
    assert [float(cell) for cell in kept[0][:-1]] == FIRST[name]
    assert rows(x) == rows(np.array([row[:-1] for row in kept], dtype=float))


def test_iris_is_fishers_table_not_the_one_with_two_mistakes() -> None:
    lines = (ASSETS / "iris.csv").read_text("utf-8").split("\n")
    assert lines[35] == "4.9,3.1,1.5,0.2,setosa"
    assert lines[38] == "4.9,3.6,1.4,0.1,setosa"


@pytest.mark.parametrize("name", PUBLISHED)
def test_source_licence_and_what_is_left_out_are_told(name: str) -> None:
    told = (ASSETS / "README.md").read_text("utf-8")
    doi, licence = LICENCES[name]
    for text in (told, teacher_set(Recipe(name)).source):
        assert doi in text
        assert licence in text
    assert f"## {name}.csv" in told


# ---- scaling ----


@pytest.mark.parametrize("recipe", [Recipe("iris"), Recipe("penguins")], ids=["iris", "penguins"])
@pytest.mark.parametrize("check", [0, 0.3])
def test_inputs_are_scaled_by_the_samples_for_training_alone(recipe: Recipe, check: float) -> None:
    made = teacher_set(replace(recipe, check=check))
    assert made.is_scaled
    np.testing.assert_allclose(made.x_training.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(made.x_training.std(axis=0), 1)
    if check:
        assert (np.abs(made.x_check.mean(axis=0)) > 1e-3).all()


def test_an_own_table_is_scaled_only_where_it_leads_far() -> None:
    near = teacher_set(Recipe("own", own=NEAR, check=0))
    assert near.scalings == (Scaling(), Scaling())
    assert rows(near.x, near.t) == {(n / 4, -n / 5, n % 2) for n in range(12)}
    far = teacher_set(Recipe("own", own=FAR, check=0))
    assert far.is_scaled
    assert far.scalings[0] == pytest.approx((550, np.std(100 * np.arange(12))))


def test_a_column_that_never_changes_is_moved_to_0() -> None:
    far = teacher_set(Recipe("own", own=FAR))
    assert far.scalings[1] == Scaling(7, 1)
    assert not far.x[:, 1].any()
    tenths = "x1,x2,t1\n" + "\n".join(f"{10 * n},0.1,0" for n in range(13))
    assert np.max(np.abs(teacher_set(Recipe("own", own=tenths)).x[:, 1])) < 1e-12


# ---- classes ----


@pytest.mark.parametrize(
    ("table", "names", "numbers"),
    [
        ("x1,t1\n1,0\n2,1\n3,0", ("t = 0", "t = 1"), [0, 1, 0]),
        ("x1,t1\n1,-1\n2,0.5\n3,2", ("t = −1", "t = 0.5", "t = 2"), [0, 1, 2]),
        ("x1,t1,t2\n1,0,1\n2,1,0\n3,0,1", ("t1", "t2"), [1, 0, 1]),
        ("x1,t1,t2\n1,0,1\n2,1,1\n3,0,1", ("t = (0, 1)", "t = (1, 1)"), [0, 1, 0]),
        ("x1,t1,t2\n1,0.5,0.5\n2,1,0", ("t = (0.5, 0.5)", "t = (1, 0)"), [0, 1]),
    ],
)
def test_classes(table: str, names: tuple[str, ...], numbers: list[int]) -> None:
    made = teacher_set(Recipe("own", own=table))
    order = np.argsort(made.x[:, 0])
    assert made.classes
    assert made.classes.names == names
    assert made.classes.numbers[order].tolist() == numbers


def test_many_different_targets_are_no_classes() -> None:
    def table(different: int) -> str:
        return "x1,t1\n" + "\n".join(f"1,{n % different}" for n in range(30))

    assert teacher_set(Recipe("own", own=table(20))).classes is not None
    assert teacher_set(Recipe("own", own=table(21))).classes is None


# ---- what cannot be made ----


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "<b>", "name is “<b>”, but expected one of: AND, OR, XOR, two-spirals, moons,"),
        ("name", None, "name is “None”, but expected one of: AND, OR, XOR, two-spirals, moons,"),
        ("name", ["AND"], "name is “['AND']”, but expected one of: AND, OR, XOR, two-spirals,"),
        ("samples", 19, "samples is 19, but expected a whole number from 20 to 500."),
        ("samples", 501, "samples is 501, but expected a whole number from 20 to 500."),
        ("samples", 20.5, "samples is 20.5, but expected a whole number from 20 to 500."),
        ("seed", True, "seed is “True”, but expected a whole number from 0 to 999999."),
        ("samples", "20", "samples is “20”, but expected a whole number from 20 to 500."),
        ("noise", -0.1, "noise is −0.1, but expected a number from 0 to 0.5."),
        ("noise", np.nan, "noise is nan, but expected a number from 0 to 0.5."),
        ("seed", -1, "seed is −1, but expected a whole number from 0 to 999999."),
        pytest.param("seed", 10**5000, "seed is a number of over 300 digits, but", id="endless"),
        ("check", 0.91, "check is 0.91, but expected a number from 0 to 0.9."),
        ("check", np.inf, "check is inf, but expected a number from 0 to 0.9."),
        ("own", 5, "own is 5, but expected the text of a table."),
    ],
)
def test_a_recipe_that_is_refused(field: str, value: Any, sentence: str) -> None:
    assert_refused(lambda: Recipe(**{field: value}), sentence)


def test_a_table_that_cannot_be_read_is_refused() -> None:
    assert_refused(lambda: teacher_set(Recipe("own")), "The table is empty, but expected a header")
    assert_refused(
        lambda: teacher_set(Recipe("own", own="x1,t1\n1,b")),
        "Row 2, column t1 is “b”, but expected a number such as 0.5.",
    )
