"""Look at the error: each sample's part of it, why it is halved, and how outputs share it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backprop_core._types import Array
from backprop_core.backprop import Forward, backward, error, forward
from backprop_core.equations import Equation, Term, format_number, joined, plain_text, weight_symbol
from backprop_core.network import Network
from backprop_core.situation import Situation, fitting, parameters_of, sample_text, samples_of
from backprop_core.widgets.board import (
    Board,
    Button,
    Choice,
    Graph,
    Mark,
    Plot,
    Shown,
    Slider,
)
from backprop_core.widgets.pictures import in_disc, picture
from backprop_core.widgets.valley import XOR

__all__ = ["HalfSquare", "TeacherSet", "TwoOutputs"]

_OFF = "weight-f1-f3"  # a weight that has still to be learnt
_START = Situation(XOR.net).with_parameter(_OFF, 1.0)


class TeacherSet(Board):
    """Every sample's output, target and part of E, for weights that a reader changes.

    Examples
    --------
    >>> board = TeacherSet()
    >>> board.take({"slot": "weight-f1-f3"})
    >>> board.take({"value": 0.0})
    >>> board.shown["steps"][2]["sentence"]
    'The network answers y = 0.049, but t = 1 was wanted: y − t = −0.951. That adds 0.452 to E.'
    """

    asked = (
        "What was wanted of this sample, and how large will its square be?",
        "Is the answer too high or too low here? Does the shaded area tell you which?",
        "Is this sample's share in E larger than those of all the others together?",
        "If the chosen weight grew a little, would the square of this sample grow or shrink?",
    )

    def __init__(self) -> None:
        super().__init__(
            "The error of a teacher set",
            (
                Graph("net", picture(XOR.net.layers, hats=True), picks="slot"),
                Plot(
                    "samples",
                    "samples",
                    "For each sample its target, the output, and the square between them",
                    "square: target t; dot: answer y; shaded: half of (y − t)²",
                ),
            ),
            (
                Choice.of("set", "Teacher set", fitting(2), "XOR"),
                XOR.choice("slot", "Weight or bias", _OFF),
                Slider("value", "Its value", *XOR.span, 0.1, _START.parameters[_OFF].value),
                Button("reset", "Reset"),
            ),
        )

    def act(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """All weights as they were."""
        kept = {name: values[name] for name in ("set", "slot")}
        return {**kept, "value": _START.parameters[values["slot"]].value}

    def chosen(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """A weight that is picked comes with its value; values stay when another is picked."""
        if key == "value":
            return {**values, values["slot"]: values["value"]}
        if key == "slot":
            kept = _START.parameters[values["slot"]].value
            return {**values, "value": values.get(values["slot"], kept)}
        return values

    def show(self, values: Mapping[str, Any]) -> Shown:
        """All samples on the plot; one at a time in the network."""
        situation = _START
        for slot in XOR.net.slots:
            if slot in values:
                situation = situation.with_parameter(slot, values[slot])
        x, t = samples_of(values["set"])
        f = forward(situation.network, x)
        parts = [error(f.y[i], t[i]) for i in range(len(t))]
        total = Equation(
            Term("E", error(f.y, t), "", (), "the error over the whole teacher set"),
            joined("+", ([_part(i, value)] for i, value in enumerate(parts))),
        )
        marks = [mark for i in range(len(t)) for mark in _triangle(i, f.y[i, 0], t[i, 0], parts[i])]
        weights = {p.slot: format_number(p.value) for p in situation.parameters.values()}
        return Shown(
            marks={"samples": marks},
            texts={"net": weights},
            equations=(total,),
            steps=[_sample(f, i, float(t[i, 0]), part) for i, part in enumerate(parts)],
        )


def _sample(f: Forward, i: int, t: float, part: float) -> Shown:
    """One sample: its way through the network, and what it adds to E."""
    y = float(f.y[i, 0])
    texts = {f"value-{node}": in_disc(v) for node, v in f.by_node(XOR.net, i).items()}
    texts |= {"value-y": format_number(y), "target-y": f"t = {format_number(t)}"}
    own = Equation(
        _part(i, part),
        (
            r"\tfrac{1}{2} \left(",
            Term(f"y^{{({i + 1})}}", y, "input", ("node-y",), "what the network answers"),
            "-",
            Term(f"t^{{({i + 1})}}", t, "", ("node-y",), "the target"),
            r"\right)^2",
        ),
    )
    wanted = "but" if abs(y - t) > 0.5 else "and"
    return Shown(
        marks={"samples": [Mark("now", "line", [(i + 1, -0.1), (i + 1.9, -0.1)], "error strong")]},
        texts={"net": texts},
        lit={"net": ["node-y"]},
        equations=(own,),
        title=f"Sample {i + 1}: {sample_text(tuple(f.x[i]), (t,))}",
        sentence=(
            f"The network answers y = {format_number(y)}, {wanted} t = {format_number(t)} was "
            f"wanted: y − t = {format_number(y - t)}. That adds {format_number(part)} to E."
        ),
    )


def _part(i: int, value: float) -> Term:
    return Term(f"E^{{({i + 1})}}", value, "error", (), f"what sample {i + 1} adds to E")


def _triangle(i: int, y: float, t: float, part: float) -> list[Mark]:
    """Half a square whose side is the difference, standing between answer and target."""
    left, side = i + 1, abs(y - t)
    square = [(left, t), (left, y), (left + side, y), (left + side, t), (left, t)]
    beside = left + (0.15 if left < 4 else 0.7)  # near the right end, text stands before its place
    return [
        Mark(f"half-{i}", "area", [(left, t), (left, y), (left + side, t)], "error strong"),
        Mark(f"square-{i}", "line", square, "error dashed"),
        Mark(f"target-{i}", "point", (left, t), "square"),
        Mark(f"answer-{i}", "point", (left, y), "input circle"),
        Mark(f"part-{i}", "text", (beside, 1.12), "error", format_number(part, 2)),
    ]


class HalfSquare(Board):
    """½u² beside u², and how steep they are.

    Examples
    --------
    >>> board = HalfSquare()
    >>> board.take({"u": -0.5})
    >>> board.shown["sentence"]
    'At u = −0.5, the slope of ½u² is −0.5, just u. The slope of u² is twice that: −1.'
    """

    _U = np.linspace(-2, 2, 81)

    def __init__(self) -> None:
        super().__init__(
            "Half a square and its slope",
            (
                Plot(
                    "squares",
                    "half-square",
                    "The curves of ½u² and of u², with a tangent at the same u",
                    "solid: ½u²; dashed: u²",
                ),
            ),
            (Slider("u", "Difference u", -2.0, 2.0, 0.05, 1.0),),
        )

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        """The two curves."""
        whole = np.stack((self._U, self._U**2), axis=-1)
        return {
            "squares": [
                Mark("whole", "line", whole, "quiet dashed"),
                Mark("half", "line", whole * (1, 0.5), "strong"),
            ]
        }

    def show(self, values: Mapping[str, Any]) -> Shown:
        """Both tangents at u."""
        u = values["u"]
        ends = np.array([u - 0.8, u + 0.8])

        def tangent(height: float, slope: float) -> Any:
            return np.stack((ends, height + slope * (ends - u)), axis=-1)

        marks = [
            Mark("tangent-whole", "line", tangent(u * u, 2 * u), "quiet"),
            Mark("tangent", "line", tangent(u * u / 2, u), "slope"),
            Mark("at-whole", "point", (u, u * u), "quiet ring"),
            Mark("at", "point", (u, u * u / 2), "strong circle", "½u²", drag=("u", "")),
        ]
        difference = Term("u", u, "input", (), "a difference, like y − t")
        equation = Equation(
            Term(
                r"\frac{d}{du} \, \tfrac{1}{2} u^2", u, "slope", (), "the slope of half the square"
            ),
            (r"\tfrac{1}{2} \cdot 2 \cdot", difference),
        )
        half, whole = format_number(u), format_number(2 * u)
        return Shown(
            marks={"squares": marks},
            equations=(equation,),
            sentence=(
                f"At u = {half}, the slope of ½u² is {half}, just u. "
                f"The slope of u² is twice that: {whole}."
                if u
                else "At u = 0 both curves are flat, and both are at their lowest."
            ),
        )


class TwoOutputs(Board):
    """A network with two outputs, and what each output's error says about a weight.

    Examples
    --------
    >>> board = TwoOutputs()
    >>> board.take({"slot": "weight-x1-f1"})
    >>> board.shown["sentence"]
    'wₓ₁,₁ is on the way to both outputs. The two gradients are added.'
    """

    _NET = Network.from_weights(
        weights=[[[1.5, -1.0], [-0.5, 2.0]], [[1.2, 0.7], [-0.6, 0.9]]],
        biases=[[0.2, -0.3], [-0.3, 0.1]],
    )
    _X = (1.0, 0.5)
    _FREE = ("f1", "f4")  # the ends of the weight into the other output that a slider moves

    def __init__(self) -> None:
        weights = [f"weight-{a}-{b}" for a, b in self._NET.edges]
        other = parameters_of(self._NET)["weight-{}-{}".format(*self._FREE)]
        super().__init__(
            "Two outputs",
            (Graph("net", picture(self._NET.layers), picks="slot"),),
            (
                Choice(
                    "slot",
                    "Gradient of",
                    tuple((plain_text(_weight(slot)), slot) for slot in weights),
                    "weight-f1-f3",
                ),
                Slider("t1", "Target t₁", 0.0, 1.0, 0.05, 1.0),
                Slider("t2", "Target t₂", 0.0, 1.0, 0.05, 0.0),
                Slider("other", f"{other.name}, into output 2", *XOR.span, 0.1, other.value),
            ),
        )

    def show(self, values: Mapping[str, Any]) -> Shown:
        """E and one gradient, each in the parts that the two outputs have in it."""
        net = self._NET.with_weight(*self._FREE, values["other"])
        f, t = forward(net, self._X), np.array([values["t1"], values["t2"]])
        slot = values["slot"]
        errors, gradients = [error(f.y, t)], [backward(net, f, t)]
        for n in (0, 1):
            alone = f.y[0].copy()
            alone[n] = t[n]  # the other output has just what it wants
            errors.append(error(f.y, alone))
            gradients.append(backward(net, f, alone))
        edge, *onward = self._way(slot)
        whose = ("both outputs", "output 1", "output 2")
        names = ("E", "E_1", "E_2")
        e = [
            Term(name, value, "error" if name != "E" else "", (), f"the error of {who}")
            for name, value, who in zip(names, errors, whose, strict=True)
        ]
        slopes = [
            Term(
                rf"\frac{{\partial {name}}}{{\partial {_weight(slot)}}}",
                gradient.of(net, *net.slots[slot]),
                "slope",
                (edge,),
                f"how fast the error of {who} grows with this weight",
            )
            for name, gradient, who in zip(names, gradients, whose, strict=True)
        ]
        reached = [n for n in (1, 2) if f"node-y{n}" in onward]
        return Shown(
            texts={"net": self._texts(net, f, t)},
            lit={"net": [edge, *onward]},
            equations=[
                Equation(whole, joined("+", ([part] for part in parts)))
                for whole, *parts in (e, slopes)
            ],
            sentence=_who_knows(plain_text(_weight(slot)), reached),
        )

    def _way(self, slot: str) -> list[str]:
        """The weight's edge, and all that lies behind it."""
        _, start, end = slot.split("-")
        last = self._NET.layers[-1]
        neurons = [end] if end in last else list(last)
        way = [f"edge-{start}-{end}"] + [f"edge-{end}-{n}" for n in neurons if n != end]
        for n in neurons:
            y = f"y{last.index(n) + 1}"
            way += [f"node-{n}", f"edge-{n}-{y}", f"node-{y}"]
        return way

    @staticmethod
    def _texts(net: Network, f: Forward, t: Array) -> dict[str, str]:
        texts = {f"value-{node}": format_number(v) for node, v in f.by_node(net).items()}
        for n in (0, 1):
            texts[f"value-y{n + 1}"] = format_number(float(f.y[0, n]))
            texts[f"target-y{n + 1}"] = f"t{'₁₂'[n]} = {format_number(t[n])}"
        return texts | {p.slot: format_number(p.value) for p in parameters_of(net).values()}


def _weight(slot: str) -> str:
    return weight_symbol(*slot.split("-")[1:])


def _who_knows(name: str, outputs: list[int]) -> str:
    if len(outputs) > 1:
        return f"{name} is on the way to both outputs. The two gradients are added."
    (here,) = outputs
    return (
        f"{name} leads to output {here} and nowhere else. To the error of output {3 - here} it "
        "makes no difference, so that part of its gradient is 0."
    )
