"""Look into one neuron: what comes in, its sum, what goes out."""

from collections.abc import Mapping
from typing import Any

from backprop_core.activations import ACTIVATIONS
from backprop_core.equations import (
    Equation,
    Term,
    format_number,
    joined,
    output_equation,
    product,
    unicode_name,
)
from backprop_core.widgets.board import Board, Choice, Graph, Shown, Slider
from backprop_core.widgets.pictures import neuron

__all__ = ["Neuron"]

_SLIDERS = (
    ("x1", 1.0),
    ("x2", 0.5),
    ("w1", 0.8),
    ("w2", -1.2),
    ("b", 0.3),
)


class Neuron(Board):
    """One neuron with two inputs; every number it works with can be moved.

    Examples
    --------
    >>> board = Neuron()
    >>> board.take({"activation": "threshold", "b": -1.0})
    >>> board.shown["sentence"]
    'The sum is −0.8. The threshold makes 0 of it.'
    """

    def __init__(self) -> None:
        super().__init__(
            "One neuron",
            (Graph("neuron", neuron()),),
            (
                *(Slider(key, unicode_name(key), -2.0, 2.0, 0.1, start) for key, start in _SLIDERS),
                Choice.of("activation", "Activation", ACTIVATIONS, "sigmoid"),
            ),
        )

    def show(self, values: Mapping[str, Any]) -> Shown:
        """The sum and the output, in the drawing and as equations."""
        activation = ACTIVATIONS[values["activation"]]
        summands = [
            (
                Term(
                    f"w_{n}",
                    values[f"w{n}"],
                    "weight",
                    (f"edge-x{n}-f1",),
                    f"the weight of {unicode_name(f'x{n}')}",
                ),
                Term(f"x_{n}", values[f"x{n}"], "input", (f"node-x{n}",), "an input"),
            )
            for n in (1, 2)
        ]
        bias = Term("b", values["b"], "weight", ("node-b",), "the bias")
        # In floats, 0.1 + 0.2 − 0.3 is not 0, and a threshold would notice.
        r = round(sum(w.value * x.value for w, x in summands) + bias.value, 9)
        total = Term("r", r, "sum", ("node-sum",), "the sum")
        output = Term("g(r)", float(activation(r)), "", ("node-g",), "the output")
        texts = {
            **{f"value-x{n}": format_number(values[f"x{n}"]) for n in (1, 2)},
            **{
                f"weight-x{n}-f1": f"{unicode_name(f'w{n}')} = {format_number(values[f'w{n}'])}"
                for n in (1, 2)
            },
            "bias-f1": f"b = {format_number(bias.value)}",
            "sum-f1": format_number(total.value),
            "value-f1": format_number(output.value),
            "value-y": format_number(output.value),
        }
        line = joined("+", (*(product(pair) for pair in summands), (bias,)))
        return Shown(
            texts={"neuron": texts},
            equations=[Equation(total, line), output_equation(activation, total, output)],
            sentence=f"The sum is {format_number(r)}. "
            f"The {activation.name} makes {format_number(output.value)} of it.",
        )
