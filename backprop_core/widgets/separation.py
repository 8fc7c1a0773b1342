"""Turn the line of a threshold neuron until it separates a teacher set, where a line can."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backprop_core._types import Array
from backprop_core.equations import Equation, Term, format_number, plain_text
from backprop_core.network import Network
from backprop_core.separation import (
    Box,
    Line,
    half_plane,
    line_across,
    right_answers,
    through,
    widest_line,
)
from backprop_core.situation import fitting, samples_of
from backprop_core.widgets.board import Board, Button, Choice, Handle, Mark, Plot, Shown, Slider

__all__ = ["PLANE", "Separation", "arrow", "line_equation", "point_name", "sample_marks", "samples"]

PLANE: Box = ((-0.6, 1.6), (-0.6, 1.6))  # of the frame "plane"
_MOST = 3.0  # the largest weight and bias
_DIGITS = 6  # decimals of a weight
_MARGIN = 0.05  # handles keep off the border, so that their line is always to be seen
_HANDLES = (0.12, 0.88)  # where on the line's piece in the plane they stand
_WEIGHTS = ("w1", "w2", "b")


class Separation(Board):
    """A threshold neuron's line in the plane of its two inputs, among the points of a teacher set.

    Examples
    --------
    >>> board = Separation()
    >>> board.take({"find": True})
    >>> board.shown["sentence"]
    '4 of 4 right. This line separates AND.'
    """

    def __init__(self) -> None:
        weights = [
            Slider(key, label, -_MOST, _MOST, 0.1, start)
            for key, label, start in (("w1", "w₁", 1.0), ("w2", "w₂", -0.5), ("b", "b", -0.2))
        ]
        start = Line(*(weight.start for weight in weights))
        places = _handles(start)
        handles = [
            Handle(
                key,
                f"Handle {key[1]}",
                round(low + _MARGIN, 2),
                round(high - _MARGIN, 2),
                0.01,
                places[key],
            )
            for key, (low, high) in zip(places, PLANE * 2, strict=True)
        ]
        super().__init__(
            "A line that separates",
            (
                Plot(
                    "plane",
                    "plane",
                    "The plane of the inputs x1 and x2 with four samples, the neuron's line, and "
                    "the half-plane in which it answers 1",
                    "shaded: the neuron answers 1",
                ),
            ),
            (
                Choice.of("set", "Teacher set", fitting(2), fitting(2)[0]),
                *weights,
                *handles,
                Button("find", "Find a line"),
            ),
        )

    def act(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """The line in the middle of the widest gap; ValueError where there is no gap."""
        line = widest_line(*samples(values["set"]))
        if line is None:
            raise ValueError(f"No line separates {values['set']}: there is none to be found.")
        return _with_line(values, line)

    def chosen(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """The weights follow the handles, and the handles the weights."""
        line = _line(values)
        if key in _WEIGHTS:
            return _with_line(values, line)
        if key in _handles(line) and (line.w1 or line.w2):
            first, second = ((values[f"u{n}"], values[f"v{n}"]) for n in (1, 2))
            if first == second:
                raise ValueError("Both rings are in one place, but a line needs two.")
            moved = through(first, second, like=line)
            # The same line has many weights: keep them on their sliders.
            size = max(1.0, max(map(abs, moved)) / _MOST)
            rounded = (round(part / size, _DIGITS) + 0.0 for part in moved)
            return {**values, **dict(zip(_WEIGHTS, rounded, strict=True))}
        return values

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        """Where no line is enough: the ways between points of one kind, which cross."""
        x, t = samples(values["set"])
        ways = _crossing(x, t)
        return {"plane": [Mark("ways", "line", ways, "quiet dashed")]} if ways else {}

    def show(self, values: Mapping[str, Any]) -> Shown:
        """The line, its half-plane, and which samples it gets right."""
        line, (x, t) = _line(values), samples(values["set"])
        w = np.array((line.w1, line.w2))
        # As whole numbers: then a point that is on the line is on it exactly.
        whole = np.round(10.0**_DIGITS * np.array(line))
        neuron = Network.from_weights([whole[:2, np.newaxis]], [whole[2:]], "threshold")
        right = right_answers(neuron, x, t)
        marks = [Mark("half", "area", half_plane(w, line.b, PLANE), "error")]
        across = line_across(w, line.b, PLANE)
        if len(across):
            marks += [
                Mark("line", "line", across, "strong"),
                Mark("normal", "line", _normal(across, w), "error"),
            ]
        texts = [f"t = {format_number(target)}" for target in t]
        marks += sample_marks(x, t, right, texts)
        if len(across):
            marks += [
                Mark(
                    f"handle-{n}",
                    "point",
                    (values[f"u{n}"], values[f"v{n}"]),
                    "ring input",
                    drag=(f"u{n}", f"v{n}"),
                )
                for n in (1, 2)
            ]
        return Shown(
            {"plane": marks},
            equations=[line_equation(line, ("w_1", "w_2", "b"), ("x_1", "x_2"))],
            sentence=_sentence(values["set"], line, x, t, right, bool(len(across))),
        )


def samples(name: str) -> tuple[Array, Array]:
    """The points, (M, 2), and targets, (M,), of a teacher set."""
    x, t = samples_of(name)
    return x, t[:, 0]


def sample_marks(x: ArrayLike, t: ArrayLike, right: ArrayLike, texts: Sequence[str]) -> list[Mark]:
    """The samples as points: round for the target 1, square for 0, crossed if wrong."""
    told = zip(np.asarray(x), np.asarray(t), np.asarray(right), texts, strict=True)
    marks = []
    for n, (place, target, good, text) in enumerate(told):
        shape = "circle" if target else "square"
        marks.append(Mark(f"sample-{n}", "point", place, f"{shape} strong", text))
        if not good:
            marks.append(Mark(f"wrong-{n}", "point", place, "cross error strong"))
    return marks


def point_name(x: ArrayLike) -> str:
    """A point as people write it.

    Examples
    --------
    >>> point_name((1.0, 0.5))
    '(1, 0.5)'
    """
    return f"({', '.join(format_number(float(part)) for part in np.asarray(x))})"


def arrow(start: ArrayLike, end: ArrayLike, head: float = 0.07) -> list[Array]:
    """The pieces of an arrow: its shaft and its head."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = (end - start) / np.hypot(*(end - start))
    square = np.array((-along[1], along[0]))
    back = end - head * along
    return [
        np.array((start, end)),
        np.array((back + head / 2 * square, end, back - head / 2 * square)),
    ]


def _line(values: Mapping[str, Any]) -> Line:
    return Line(*(values[key] for key in _WEIGHTS))


def _handles(line: Line) -> dict[str, float]:
    """Coordinates of the two handles on the line; those of the diagonal where it has none."""
    across = line_across((line.w1, line.w2), line.b, PLANE)
    first, last = across if len(across) else np.transpose(PLANE)
    places: dict[str, float] = {}
    for n, share in enumerate(_HANDLES, 1):
        u, v = (first + share * (last - first)).round(3).tolist()
        places |= {f"u{n}": u, f"v{n}": v}
    return places


def _with_line(values: Mapping[str, Any], line: Line) -> dict[str, Any]:
    return {**values, **line._asdict(), **_handles(line)}


def _normal(across: Array, w: Array) -> list[Array]:
    """An arrow from the middle of the line to the side on which the neuron answers 1."""
    middle = across.mean(axis=0)
    return arrow(middle, middle + 0.25 * w / np.hypot(*w))


def _crossing(x: Array, t: Array) -> list[Array]:
    """The ways between two points of either kind, if that is why no line separates them."""
    ways = [x[t == target] for target in (1, 0)]
    four = [len(way) for way in ways] == [2, 2]
    return ways if four and widest_line(x, t) is None else []


def line_equation(line: Line, symbols: Sequence[str], inputs: Sequence[str]) -> Equation:
    """A line as the places where the sum is 0; symbols of the two weights, the bias, the inputs."""
    words = (*(f"the weight of {plain_text(name)}" for name in inputs), "the bias")
    w1, w2, b = (
        Term(latex, value, "weight", words=said)
        for latex, value, said in zip(symbols, line, words, strict=True)
    )
    first, second = inputs
    total = Term("0", 0.0, words="the sum on the line")
    return Equation(total, (w1, rf"\cdot {first} +", w2, rf"\cdot {second} +", b))


def _sentence(
    name: str,
    line: Line,
    x: Array,
    t: Array,
    right: NDArray[np.bool_],
    on_show: bool,
) -> str:
    told = [f"{right.sum()} of {len(right)} right."]
    if not line.w1 and not line.w2:
        told.append("With both weights 0 the inputs do not count, and there is no line.")
    elif not on_show:
        told.append("The line lies outside the picture.")
    if right.all():
        return " ".join((*told, f"This line separates {name}."))
    *others, last = [point_name(place) for place in x[~right]]
    told.append(f"{', '.join(others)} and {last} are wrong." if others else f"{last} is wrong.")
    if _crossing(x, t):
        told.append(
            "No line gets all of them right: the way between the two round points "
            "crosses the way between the two square ones."
        )
    return " ".join(told)
