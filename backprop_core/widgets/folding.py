"""Watch a hidden layer fold the plane until a line separates what no line could."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop_core._types import Array
from backprop_core.backprop import forward
from backprop_core.equations import unicode_name
from backprop_core.network import Network
from backprop_core.separation import (
    Box,
    Line,
    answer_border,
    grid,
    half_plane,
    line_across,
    right_answers,
)
from backprop_core.training import train
from backprop_core.widgets.board import Board, Choice, Mark, Plot, Shown, Slider
from backprop_core.widgets.separation import PLANE, line_equation, point_name, sample_marks, samples

__all__ = ["HIDDEN", "Film", "Folding"]

HIDDEN: Box = ((-0.15, 1.15), (-0.15, 1.15))  # of the frame "hidden"
SET = "XOR"
SEEDS = (12, 15, 13)
EPOCHS, EVERY, H = 800, 10, 1.0
_MOST = 10.0  # the largest weight and bias
_MET = 0.1  # from here on, two points in the hidden plane are said to lie close together
_GRID = grid(PLANE, 0.2, 31)

# Weights and biases as rows of one neuron each, the article's hats on what belongs to the output.
_LABELS = {
    "w11": "w₁,₁",
    "w21": "w₂,₁",
    "b1": "b₁",
    "w12": "w₁,₂",
    "w22": "w₂,₂",
    "b2": "b₂",
    "v1": "ŵ₁",
    "v2": "ŵ₂",
    "c": "b̂",
}


class Folding(Board):
    """The plane of the inputs beside the plane of the hidden outputs, while a network learns XOR.

    Examples
    --------
    >>> board = Folding()
    >>> board.take({"epoch": 800})
    >>> board.shown["sentence"]
    'Epoch 800: 4 of 4 right. In the hidden plane, (0, 1) and (1, 0) lie close together.'
    """

    def __init__(self) -> None:
        self._films = {str(seed): Film(seed) for seed in SEEDS}
        start = _parameters(self._films[str(SEEDS[0])].after(0))
        super().__init__(
            "A hidden layer folds the plane",
            (
                Plot(
                    "plane",
                    "plane",
                    "The plane of the inputs x1 and x2 with the four samples of XOR, the lines of "
                    "the two hidden neurons and the border where the network answers one half",
                    "What comes in",
                ),
                Plot(
                    "hidden",
                    "hidden",
                    "The plane of the hidden outputs f1 and f2: where the four samples and the "
                    "grid of the input plane go, and the line of the output neuron",
                    "What the output neuron sees",
                ),
            ),
            (
                Slider("epoch", "Epochs of learning", 0, EPOCHS, EVERY, 0),
                Choice(
                    "seed",
                    "Start",
                    tuple((f"random weights {n}", str(seed)) for n, seed in enumerate(SEEDS, 1)),
                    str(SEEDS[0]),
                ),
                *(
                    Slider(key, label, -_MOST, _MOST, 0.1, start[key])
                    for key, label in _LABELS.items()
                ),
            ),
        )

    def chosen(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """All weights and biases follow the learning."""
        if key not in ("seed", "epoch"):
            return values
        if key == "seed":
            values = {**values, "epoch": 0.0}
        return {**values, **self._learnt(values)}

    def _learnt(self, values: Mapping[str, Any]) -> dict[str, float]:
        """The weights and biases that the learning leads to."""
        return _parameters(self._films[values["seed"]].after(round(values["epoch"])))

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        """A grid over the plane, and where the hidden layer takes it."""
        net = _network(values)
        folded = forward(net, _GRID.reshape(-1, 2)).outputs[0].reshape(_GRID.shape)
        straight = _GRID[:, [0, -1]]
        return {
            "plane": [Mark("grid", "line", list(straight), "quiet thin")],
            "hidden": [Mark("grid", "line", list(folded), "quiet thin")],
        }

    def show(self, values: Mapping[str, Any]) -> Shown:
        """Lines, borders and samples in both planes."""
        net, (x, t) = _network(values), samples(SET)
        own = any(values[key] != number for key, number in self._learnt(values).items())
        right, hidden = right_answers(net, x, t), forward(net, x).outputs[0]
        borders, areas = answer_border(net, PLANE)
        plane = [
            Mark("half", "area", areas, "error"),
            *_hidden_lines(net),
            Mark("border", "line", borders, "strong"),
            *sample_marks(x, t, right, [point_name(place) for place in x]),
        ]
        w1, w2 = net.weights[1][:, 0].tolist()
        line = Line(w1, w2, float(net.biases[1][0]))
        seen = [
            Mark("half", "area", half_plane(line[:2], line.b, HIDDEN), "error"),
            Mark("border", "line", line_across(line[:2], line.b, HIDDEN), "strong"),
            *sample_marks(hidden, t, right, _names(x, hidden)),
        ]
        return Shown(
            {"plane": plane, "hidden": seen},
            equations=[
                line_equation(line, (r"\hat{w}_1", r"\hat{w}_2", r"\hat{b}"), ("f_1", "f_2"))
            ],
            sentence=_sentence(round(values["epoch"]), own, x, hidden, right),
        )


class Film:
    """A network's way through a training, remembered every `EVERY` epochs.

    Examples
    --------
    >>> film = Film(SEEDS[0])
    >>> film.after(20) is film.after(20)
    True
    """

    def __init__(self, seed: int) -> None:
        self._frames = [Network.random([2, 2, 1], seed=seed)]
        self._x, self._t = samples(SET)

    def after(self, epochs: int) -> Network:
        """The network after so many epochs; it learns on only when somebody wants to see it."""
        while len(self._frames) <= epochs // EVERY:
            learnt = train(self._frames[-1], self._x, self._t[:, np.newaxis], h=H, epochs=EVERY)
            self._frames.append(learnt.network)
        return self._frames[epochs // EVERY]


def _parameters(net: Network) -> dict[str, float]:
    """A network's weights and biases by the key of their slider."""
    neurons = zip(
        (*net.weights[0].T, *net.weights[1].T), (*net.biases[0], *net.biases[1]), strict=True
    )
    numbers = [float(number) for w, b in neurons for number in (*w, b)]
    return {key: round(number, 3) for key, number in zip(_LABELS, numbers, strict=True)}


def _network(values: Mapping[str, Any]) -> Network:
    rows = np.array([values[key] for key in _LABELS]).reshape(3, 3)  # a neuron each: w, w, b
    return Network.from_weights([rows[:2, :2].T, rows[2:, :2].T], [rows[:2, 2], rows[2:, 2]])


def _hidden_lines(net: Network) -> list[Mark]:
    """Where each hidden neuron answers one half, with its name at one end."""
    marks = []
    for n, (w, b) in enumerate(zip(net.weights[0].T, net.biases[0], strict=True), 1):
        across = line_across(w, float(b), PLANE)
        if len(across):
            marks.append(Mark(f"line-{n}", "line", across, "input dashed"))
            inwards = across[0] + 0.08 * (across[1] - across[0])
            marks.append(Mark(f"name-{n}", "text", inwards, "input", unicode_name(f"f{n}")))
    return marks


def _together(hidden: Array) -> list[list[int]]:
    """Samples grouped by where they lie in the hidden plane."""
    groups: list[list[int]] = []
    for n, place in enumerate(hidden):
        near = [g for g in groups if np.hypot(*(hidden[g[0]] - place)) < _MET]
        near[0].append(n) if near else groups.append([n])
    return groups


def _names(x: Array, hidden: Array) -> list[str]:
    """The samples' names for their places, in one place where some lie close together."""
    texts = [""] * len(x)
    for group in _together(hidden):
        texts[group[0]] = ", ".join(point_name(x[n]) for n in group)
    return texts


def _sentence(epoch: int, own: bool, x: Array, hidden: Array, right: NDArray[np.bool_]) -> str:
    count = f"{right.sum()} of {len(right)} right."
    groups = [group for group in _together(hidden) if len(group) > 1]
    told = ([point_name(x[n]) for n in group] for group in groups)
    met = (f"{', '.join(names[:-1])} and {names[-1]}" for names in told)
    return " ".join(
        (
            f"{'Your weights' if own else f'Epoch {epoch}'}: {count}",
            *(f"In the hidden plane, {names} lie close together." for names in met),
        )
    )
