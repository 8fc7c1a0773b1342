"""Let a reader design a network, and say how it is to learn: two boards of settings."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import traitlets

from backprop_core.activations import ACTIVATIONS
from backprop_core.descent import MODES, Rule
from backprop_core.equations import format_number
from backprop_core.experiment import LAYERS, NEURONS, SEEDS, Design
from backprop_core.widgets.board import Board, Button, Choice, Control, Number, Shown, Slider
from backprop_core.widgets.bundle import stylesheet

__all__ = ["LearningSettings", "NetworkSettings"]

LARGEST_BATCH = 1_000_000
LARGEST_MOMENTUM = 0.99

MODE_NAMES = dict(zip(MODES, ("batch", "on-line", "mini-batch"), strict=True))
SPEEDS = (
    ("full speed", ""),
    ("100 epochs/s", "100"),
    ("10 epochs/s", "10"),
    ("1 epoch/s", "1"),
)


class NetworkSettings(Board):
    """The layers of a network, their activations, and how the first weights are drawn.

    Attributes
    ----------
    design : Design
        What is chosen; observe it to follow the reader.

    Examples
    --------
    >>> board = NetworkSettings()
    >>> board.take({"layers": 1})
    >>> board.take({"neurons1": 3})
    >>> board.design.hidden
    (3,)
    """

    _css = stylesheet("plots.css", "board.css", "playground.css")

    design = traitlets.Instance(Design)

    def __init__(self, design: Design | None = None, ends: tuple[int, int] = (2, 1)) -> None:
        self._ends = ends
        design = design or Design()
        super().__init__("Network", (), _network_controls(design))

    def tell(self, design: Design, ends: tuple[int, int]) -> None:
        """Show another design, for so many inputs and outputs."""
        if (design, ends) == (self.design, self._ends):
            return
        self._ends = ends
        with self.hold_sync():
            self._show(_network_values(design))

    def act(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """Draw other weights: with the next seed."""
        return {**values, "seed": (values["seed"] + 1) % (SEEDS + 1)}

    def chosen(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """A layer that is new is like the last one."""
        if key != "layers":
            return values
        layers = _whole("Hidden layers", values["layers"], LAYERS)
        hidden, activations = list(self.design.hidden), list(self.design.activations)
        while len(hidden) < layers:
            hidden.append(hidden[-1] if hidden else Design().hidden[0])
            activations.insert(-1, activations[-2] if len(hidden) > 1 else "tanh")
        activations[layers:-1] = []
        return {**_layer_values(hidden[:layers], activations), **_draw_values(values)}

    def show(self, values: Mapping[str, Any]) -> Shown:
        """How large the network is."""
        design = _design(values)
        inputs, outputs = self._ends
        sizes = (inputs, *design.hidden, outputs)
        count = sum((a + 1) * b for a, b in pairwise(sizes))
        told = f"{' – '.join(map(str, sizes))}: {count} weights and biases."
        if design.scale == 0:
            told += " All of them begin at 0."
        return Shown(sentence=told)

    def _show(self, values: dict[str, Any]) -> None:
        design = _design(values)
        super()._show(values)
        controls = _network_controls(design)
        if [c.key for c in controls] != list(self._controls):
            self.set_controls(controls)
        self.design = design


class LearningSettings(Board):
    """The learning rate, how many samples make an update, and momentum.

    Attributes
    ----------
    rule : Rule
        What is chosen; observe it to follow the reader.

    Examples
    --------
    >>> board = LearningSettings()
    >>> board.take({"h": "0,25"})
    >>> board.rule.h
    0.25
    >>> board.take({"h": "0"})
    Traceback (most recent call last):
    ...
    ValueError: Learning rate h is 0, but expected a number greater than 0.
    """

    rule = traitlets.Instance(Rule)

    @property
    def speed(self) -> float:
        """How many epochs a second are wanted; infinite: as many as there can be."""
        return float(self.values["speed"] or "inf")

    def __init__(self, rule: Rule | None = None) -> None:
        rule = rule or Rule()
        self._batch_size = float(rule.batch_size)  # kept while its slider is not on show
        super().__init__("Learning", (), _learning_controls(rule))

    def tell(self, rule: Rule) -> None:
        """Show another rule."""
        if rule == self.rule:
            return
        with self.hold_sync():
            self._show(
                {
                    "h": rule.h,
                    "mode": rule.mode,
                    "batch_size": float(rule.batch_size),
                    "momentum": rule.momentum,
                    "speed": self.values["speed"],
                }
            )

    def show(self, values: Mapping[str, Any]) -> Shown:
        """How many samples make an update."""
        size = round(values["batch_size"])
        told = {
            "batch": "One update an epoch, from all samples.",
            "online": "One update after each sample.",
            "mini-batch": f"One update after every {'sample' if size == 1 else f'{size} samples'}.",
        }
        return Shown(sentence=told[values["mode"]])

    def _show(self, values: dict[str, Any]) -> None:
        values = {"batch_size": self._batch_size, **values}
        rule = _rule(values)
        self._batch_size = values["batch_size"]
        super()._show(values)
        controls = _learning_controls(rule)
        if [c.key for c in controls] != list(self._controls):
            self.set_controls(controls)
        self.rule = rule


# ---- a design as the values of a board, and back ----


def _layer_values(hidden: list[int], activations: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {"layers": float(len(hidden))}
    for k, (neurons, activation) in enumerate(zip(hidden, activations, strict=False), 1):
        values |= {f"neurons{k}": float(neurons), f"activation{k}": activation}
    return {**values, "output": activations[-1]}


def _draw_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"seed": values["seed"], "scale": values["scale"]}


def _network_values(design: Design) -> dict[str, Any]:
    drawn = {"seed": float(design.seed), "scale": float(design.scale)}
    return {**_layer_values(list(design.hidden), list(design.activations)), **drawn}


def _design(values: Mapping[str, Any]) -> Design:
    """What the values say; ValueError, in a sentence, if that cannot be."""
    layers = _whole("Hidden layers", values["layers"], LAYERS)
    if values["scale"] < 0:
        raise ValueError(
            f"First weights: scale is {format_number(values['scale'])}, "
            "but expected a number of 0 or more."
        )
    return Design(
        tuple(
            _whole(f"Layer {k}: neurons", values[f"neurons{k}"], NEURONS, least=1)
            for k in range(1, layers + 1)
        ),
        (*(values[f"activation{k}"] for k in range(1, layers + 1)), values["output"]),
        _whole("First weights: seed", values["seed"], SEEDS),
        values["scale"],
    )


def _network_controls(design: Design) -> list[Control]:
    names = list(ACTIVATIONS)
    controls: list[Control] = [
        Slider("layers", "Hidden layers", 0, LAYERS, 1, float(len(design.hidden)))
    ]
    for k, neurons in enumerate(design.hidden, 1):
        controls += [
            Slider(f"neurons{k}", f"Layer {k}: neurons", 1, NEURONS, 1, float(neurons)),
            Choice.of(f"activation{k}", f"Layer {k}: activation", names, design.activations[k - 1]),
        ]
    return [
        *controls,
        Choice.of("output", "Output: activation", names, design.activations[-1]),
        Number("seed", "First weights: seed", float(design.seed)),
        Number("scale", "First weights: scale", float(design.scale)),
        Button("draw", "Draw other weights"),
    ]


# ---- a rule as the values of a board, and back ----


def _rule(values: Mapping[str, Any]) -> Rule:
    """What the values say; ValueError, in a sentence, if that cannot be."""
    h = values["h"]
    if h <= 0:
        raise ValueError(
            f"Learning rate h is {format_number(h)}, but expected a number greater than 0."
        )
    size = _whole("Samples in a mini-batch", values["batch_size"], LARGEST_BATCH, least=1)
    return Rule(h, values["mode"], size, values["momentum"])


def _learning_controls(rule: Rule) -> list[Control]:
    modes = tuple((text, mode) for mode, text in MODE_NAMES.items())
    controls: list[Control] = [
        Number("h", "Learning rate h", rule.h),
        Choice("mode", "Updates", modes, rule.mode),
    ]
    if rule.mode == "mini-batch":
        controls.append(Number("batch_size", "Samples in a mini-batch", float(rule.batch_size)))
    return [
        *controls,
        Slider("momentum", "Momentum", 0, LARGEST_MOMENTUM, 0.01, rule.momentum),
        Choice("speed", "Speed", SPEEDS, ""),
    ]


def _whole(label: str, value: float, most: int, least: int = 0) -> int:
    """A value as a whole number; ValueError, in a sentence, if it is none inside the range."""
    if not float(value).is_integer() or not least <= value <= most:
        raise ValueError(
            f"{label} is {format_number(value)}, "
            f"but expected a whole number from {least} to {format_number(most)}."
        )
    return int(value)
