"""Make a teacher set to learn from: generated points, real measurements, or the reader's own table.

>>> flowers = teacher_set(Recipe("iris"))
>>> flowers.x.shape, flowers.t.shape, flowers.training
((150, 4), (150, 3), 105)
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from backprop_core._types import Array
from backprop_core.csv_file import read_csv
from backprop_core.equations import format_number
from backprop_core.network import as_array
from backprop_core.reading import quoted
from backprop_core.situation import TEACHER_SETS, samples_of

__all__ = [
    "GENERATED",
    "LIMITS",
    "NAMES",
    "Classes",
    "Recipe",
    "Scaling",
    "TeacherSet",
    "teacher_set",
]

Samples = tuple[Array, Array]  # x, (M, N_0), and t, (M, N_L)

# Lowest and highest value of a recipe's numbers.
LIMITS = {"samples": (20, 500), "noise": (0.0, 0.5), "seed": (0, 999_999), "check": (0.0, 0.9)}
_FEW = 10  # with fewer samples than this, none is kept for checking
_NEAR = 3.0  # a table whose inputs stay within −3…3 is left as it is
_CLASSES = 20  # with more different targets than this, they are values and not classes

# Beside the package in the repository, inside it where it was installed.
_HERE = Path(__file__).parent
_KEPT = (_HERE / "assets/teacher_sets", _HERE.parent / "assets/teacher_sets")

IRIS_SOURCE = (
    "Measured by Edgar Anderson, published by R. A. Fisher in 1936; UCI Machine Learning "
    "Repository, doi 10.24432/C56C76, CC BY 4.0, with the two flowers that are wrong there "
    "corrected to Fisher's table, as in R."
)
PENGUINS_SOURCE = (
    "Palmer penguins: measured by Kristen Gorman and the Palmer Station LTER; collected by "
    "A. M. Horst, A. P. Hill and K. B. Gorman (2020), doi 10.5281/zenodo.3960218, CC0. Two of "
    "the 344 birds have no measurements and are left out."
)


@dataclass(frozen=True)
class Recipe:
    """What a teacher set is made from: few words for many numbers, so that a link can carry it.

    Attributes
    ----------
    name : str
        One of `NAMES`.
    samples : int
        How many points are generated, 20 to 500; the other sets have the samples they have.
    noise : float
        How far generated points stray, 0 to 0.5: the standard deviation of each coordinate, as a
        share of the gap between the two classes.
    seed : int
        Draws generated points, and the order in which all but AND, OR and XOR are shuffled.
    check : float
        Share of the samples kept for checking, 0 to 0.9; AND, OR, XOR and tables of fewer than 10
        samples keep none.
    own : str
        The text of the reader's own table (`backprop_core.csv_file`), where the name is "own".

    Raises
    ------
    ValueError
        One sentence that names the field, its value and what was expected.

    Examples
    --------
    >>> Recipe("sunflowers")
    Traceback (most recent call last):
    ...
    ValueError: name is “sunflowers”, but expected one of: AND, OR, XOR, two-spirals, moons, \
circles, iris, penguins, own.
    >>> Recipe(noise=2)
    Traceback (most recent call last):
    ...
    ValueError: noise is 2, but expected a number from 0 to 0.5.
    """

    name: str = "moons"
    samples: int = 200
    noise: float = 0.15
    seed: int = 0
    check: float = 0.3
    own: str = ""

    def __post_init__(self) -> None:
        """Refuse what nothing can be made from."""
        if not isinstance(self.name, str) or self.name not in NAMES:
            expected = f"one of: {', '.join(NAMES)}"
            raise ValueError(f"name is {quoted(self.name)}, but expected {expected}.")
        for field, (low, high) in LIMITS.items():
            value, whole = getattr(self, field), isinstance(low, int)
            kinds = int if whole else (int, float)
            if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
                number = "a whole number" if whole else "a number"
                expected = f"{number} from {format_number(low)} to {high}"
                raise ValueError(f"{field} is {quoted(value)}, but expected {expected}.")
        if not isinstance(self.own, str):
            raise ValueError(f"own is {quoted(self.own)}, but expected the text of a table.")


class Scaling(NamedTuple):
    """How a column of inputs was scaled: scaled = (value − centre) / spread."""

    centre: float = 0.0
    spread: float = 1.0


class Classes(NamedTuple):
    """The different targets that occur: what each is called, and which one each sample has."""

    names: tuple[str, ...]
    numbers: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class TeacherSet:
    """Inputs and targets, those for training first, then those kept for checking.

    Attributes
    ----------
    recipe : Recipe
    x : (M, N_0) array
        Inputs, scaled.
    t : (M, N_L) array
        Targets.
    training : int
        How many samples are for training.
    inputs, outputs : tuple of str
        What each column is called.
    scalings : tuple of Scaling
        One for each input, found from the training samples alone: what is kept for checking must
        not be known beforehand. (0, 1) where nothing was scaled.
    source : str
        Where real measurements are from and under which licence, or "".
    """

    recipe: Recipe
    x: Array
    t: Array
    training: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    scalings: tuple[Scaling, ...]
    source: str

    @property
    def ends(self) -> tuple[int, int]:
        """How many inputs and outputs it calls for: N_0 and N_L."""
        return self.x.shape[1], self.t.shape[1]

    @property
    def x_training(self) -> Array:
        """Inputs of the samples for training."""
        return self.x[: self.training]

    @property
    def t_training(self) -> Array:
        """Targets of the samples for training."""
        return self.t[: self.training]

    @property
    def x_check(self) -> Array:
        """Inputs of the samples kept for checking; maybe none."""
        return self.x[self.training :]

    @property
    def t_check(self) -> Array:
        """Targets of the samples kept for checking; maybe none."""
        return self.t[self.training :]

    @property
    def is_scaled(self) -> bool:
        """Whether the inputs are not what was measured, but scaled."""
        return any(scaling != Scaling() for scaling in self.scalings)

    @property
    def can_be_split(self) -> bool:
        """Whether a part of the samples can be kept for checking."""
        return _can_be_split(self.recipe, len(self.x))

    @cached_property
    def classes(self) -> Classes | None:
        """The classes of the samples; None if the targets take too many values to be classes.

        Examples
        --------
        >>> teacher_set(Recipe("iris")).classes.names
        ('setosa', 'versicolor', 'virginica')
        >>> names, numbers = teacher_set(Recipe("AND")).classes
        >>> names, numbers.tolist()
        (('t = 0', 't = 1'), [0, 0, 0, 1])
        """
        one_of_many = ((self.t == 0) | (self.t == 1)).all() and (self.t.sum(axis=1) == 1).all()
        if one_of_many and len(self.outputs) > 1:
            return Classes(self.outputs, np.argmax(self.t, axis=1))
        targets, numbers = np.unique(self.t, axis=0, return_inverse=True)
        if len(targets) > _CLASSES:
            return None
        told = [", ".join(format_number(value) for value in target) for target in targets]
        several = len(self.outputs) > 1
        names = tuple(f"t = ({text})" if several else f"t = {text}" for text in told)
        return Classes(names, numbers.ravel())


def teacher_set(recipe: Recipe) -> TeacherSet:
    """Make a teacher set; the same recipe always makes the same one.

    Raises
    ------
    ValueError
        As `read_csv`, if the recipe brings the reader's own table.

    Examples
    --------
    >>> moons = teacher_set(Recipe("moons", samples=50, check=0.2))
    >>> moons.x_training.shape, moons.x_check.shape
    ((40, 2), (10, 2))
    >>> teacher_set(Recipe("own", own="x1,t1\\n1,0\\n2,one"))
    Traceback (most recent call last):
    ...
    ValueError: Row 3, column t1 is “one”, but expected a number such as 0.5.
    """
    return _made(recipe)


@lru_cache(maxsize=8)
def _made(recipe: Recipe) -> TeacherSet:
    random = np.random.default_rng(recipe.seed)
    inputs: tuple[str, ...] = ("x1", "x2")
    outputs: tuple[str, ...] = ("t1",)
    source = ""
    if recipe.name in TEACHER_SETS:
        x, t = samples_of(recipe.name)
    elif recipe.name in GENERATED:
        x, t = GENERATED[recipe.name](recipe.samples, recipe.noise, random)
    elif recipe.name in _MEASURED:
        source = _MEASURED[recipe.name]
        inputs, outputs, x, t = _measurements(recipe.name)
    else:
        inputs, outputs, x, t = _own(recipe.own)
    if recipe.name not in TEACHER_SETS:
        order = random.permutation(len(x))
        x, t = x[order], t[order]
    training = len(x)
    if _can_be_split(recipe, training):
        training -= round(recipe.check * training)
    scalings = (Scaling(),) * len(inputs)
    far = recipe.name == "own" and np.max(np.abs(x)) > _NEAR
    if far or recipe.name in _MEASURED:
        scalings = tuple(_scaling(column) for column in x[:training].T)
        x = (x - [s.centre for s in scalings]) / [s.spread for s in scalings]
    x, t = as_array(x, "x"), as_array(t, "t")  # to be read only
    return TeacherSet(recipe, x, t, training, inputs, outputs, scalings, source)


def _can_be_split(recipe: Recipe, samples: int) -> bool:
    return recipe.name not in TEACHER_SETS and samples >= _FEW


def _scaling(values: Array) -> Scaling:
    """Mean and standard deviation; a column that is the same everywhere is only moved to 0."""
    centre, spread = float(np.mean(values)), float(np.std(values))
    constant = spread <= 1e-12 * float(np.max(np.abs(values)))  # no more than rounding
    return Scaling(centre, 1.0 if constant else spread)


# ---- generated: two curves that no line parts, and noise ----


def _two_spirals(samples: int, noise: float, random: Generator) -> Samples:
    """Two arms that wind three times around each other (K. J. Lang and M. J. Witbrock, 1988).

    With 194 samples and no noise these are their points, divided by 6.5.
    """

    def arm(share: Array) -> Array:
        angle, radius = 6 * np.pi * share, 1 - 96 / 104 * share
        return np.stack((radius * np.sin(angle), radius * np.cos(angle)), axis=1)

    first, second = (arm(np.linspace(0, 1, count)) for count in _halves(samples))
    return _strayed(-second, first, noise * 16 / 104, random)


def _moons(samples: int, noise: float, random: Generator) -> Samples:
    """Two half circles that reach into each other."""
    upper, lower = (np.pi * random.random(count) for count in _halves(samples))
    first = np.stack((np.cos(upper) - 0.5, np.sin(upper) - 0.25), axis=1)
    second = np.stack((0.5 - np.cos(lower), 0.25 - np.sin(lower)), axis=1)
    return _strayed(first / 1.5, second / 1.5, noise * 0.5 / 1.5, random)


def _circles(samples: int, noise: float, random: Generator) -> Samples:
    """A circle around another one."""
    around, inside = (2 * np.pi * random.random(count) for count in _halves(samples))
    first = np.stack((np.cos(around), np.sin(around)), axis=1)
    second = np.stack((np.cos(inside), np.sin(inside)), axis=1) / 2
    return _strayed(first, second, noise * 0.5, random)


def _halves(samples: int) -> tuple[int, int]:
    return samples - samples // 2, samples // 2


def _strayed(zeros: Array, ones: Array, deviation: float, random: Generator) -> Samples:
    """Both classes as one set, t = 0 and t = 1, every point a little off its place."""
    x = np.concatenate((zeros, ones))
    t = np.repeat((0.0, 1.0), (len(zeros), len(ones)))
    return x + deviation * random.standard_normal(x.shape), t[:, np.newaxis]


GENERATED: dict[str, Callable[[int, float, Generator], Samples]] = {
    "two-spirals": _two_spirals,
    "moons": _moons,
    "circles": _circles,
}

# ---- real measurements ----

_MEASURED = {"iris": IRIS_SOURCE, "penguins": PENGUINS_SOURCE}

NAMES = (*TEACHER_SETS, *GENERATED, *_MEASURED, "own")


@lru_cache(maxsize=len(_MEASURED))
def _measurements(name: str) -> tuple[tuple[str, ...], tuple[str, ...], Array, Array]:
    """What was measured, unscaled, and the species in as many columns of 0 and 1."""
    folder = next(folder for folder in _KEPT if folder.is_dir())
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    species = [row[-1] for row in rows]
    outputs = tuple(dict.fromkeys(species))
    x = np.array([row[:-1] for row in rows], dtype=np.float64)
    t = np.array([[float(name == output) for output in outputs] for name in species])
    return tuple(header[:-1]), outputs, x, t


@lru_cache(maxsize=2)
def _own(text: str) -> tuple[tuple[str, ...], tuple[str, ...], Array, Array]:
    return read_csv(text)
