"""Ask for one number of a pass: which network, which samples, which quantity, how many digits."""

from dataclasses import dataclass
from functools import cached_property
from math import floor, log10

import numpy as np

from backprop_core.backprop import Forward, Gradient, backward, error, forward, learning_rate
from backprop_core.equations import (
    PLAIN,
    Equation,
    Term,
    joined,
    plain_text,
    tied_to,
    unicode_name,
)
from backprop_core.network import Network, output_names, whole_number
from backprop_core.quantity import Quantity
from backprop_core.situation import Situation
from backprop_core.walkthrough import CONVENTIONS

__all__ = ["BACKWARD", "FORWARD", "KINDS", "UPDATED", "Task", "telling_digits"]

FORWARD = ("r", "output", "error")
UPDATED = ("weight", "bias")
BACKWARD = ("delta", "delta_r", "gradient", *UPDATED)
KINDS = (*FORWARD, *BACKWARD)
_MOST_DIGITS = 12


@dataclass(frozen=True, eq=False)
class Task:
    """One number to be computed by hand.

    Parameters
    ----------
    network : Network
    x, t : tuple of M tuples of float
        The samples: as many inputs and targets each as the network has. M is 1 for most tasks.
    quantity : Quantity
        One of the `KINDS`. A gradient is summed over all samples, and a ``weight`` or ``bias`` is
        the one after one update with that gradient (``after=1``); all else is of the one sample
        ``quantity.sample``. ``delta`` is always ∂E/∂output and ``delta_r`` always ∂E/∂r.
    h : float
        Learning rate, greater than 0.
    convention : {"output", "sum"}
        Which of the two is called δ, as in `backprop_core.walk`.
    digits : int
        Significant digits asked for, 1 to 12.

    Raises
    ------
    ValueError
        If the samples do not fit the network, or one of the others is impossible.

    Examples
    --------
    >>> net = Network.three_layer()
    >>> task = Task(net, ((1.0, 0.0),), ((1.0,),), Quantity("delta", ("f3",)))
    >>> task.name, round(task.value, 4)
    ('δ₃', -0.1527)
    """

    network: Network
    x: tuple[tuple[float, ...], ...]
    t: tuple[tuple[float, ...], ...]
    quantity: Quantity
    h: float = 0.5
    convention: str = "output"
    digits: int = 4

    def __post_init__(self) -> None:
        if self.convention not in CONVENTIONS:
            raise ValueError(
                f"convention is {self.convention!r}, but expected one of: {', '.join(CONVENTIONS)}"
            )
        kind, after = self.quantity.kind, self.quantity.after
        if kind not in KINDS or self.quantity.sign != 1:
            raise ValueError(
                f"quantity is {self.quantity}, but expected one of: {', '.join(KINDS)}"
            )
        if after != (kind in UPDATED):
            raise ValueError(
                f"quantity is after {after} updates, but expected a weight or bias after 1, "
                "or another after 0"
            )
        if whole_number(self.digits, "digits", least=1) > _MOST_DIGITS:
            raise ValueError(f"digits is {self.digits}, but expected at most {_MOST_DIGITS}")
        learning_rate(self.h)
        if not 0 <= self.quantity.sample < len(self.x):
            raise ValueError(
                f"quantity is of sample {self.quantity.sample}, but expected one of "
                f"{len(self.x)}, from 0"
            )
        _ = self.value  # whatever does not fit is refused at once

    @property
    def situation(self) -> Situation:
        """What a walk through the sample starts from that the quantity belongs to."""
        i = self.quantity.sample
        return Situation(self.network, self.x[i], self.t[i], self.h, self.convention)

    @cached_property
    def forward(self) -> Forward:
        """The right forward sweep, for all samples."""
        return forward(self.network, self.x)

    @cached_property
    def gradient(self) -> Gradient:
        """The right backward sweep."""
        return backward(self.network, self.forward, self.t)

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The neuron or edge the quantity belongs to; the output y1 is its neuron."""
        last = self.network.layers[-1]
        return tuple(
            last[int(node[1:] or 1) - 1] if node.startswith("y") else node
            for node in self.quantity.nodes
        )

    @cached_property
    def ys(self) -> tuple[str, ...]:
        """Names of the network's outputs: y, or y1, y2, …"""
        return output_names(self.network.sizes[-1])

    @cached_property
    def parameter(self) -> tuple[int, int, int]:
        """Where the weight of the quantity stands, (k, a, b); a bias is the last weight, a = −1."""
        if len(self.nodes) == 2:
            return self.network.edge(*self.nodes)
        k, n = self.network.neuron(*self.nodes)
        return k, -1, n

    @cached_property
    def value(self) -> float:
        """The right answer."""
        kind, i = self.quantity.kind, self.quantity.sample
        if kind == "error":
            return error(self.forward.y[i], self.t[i])
        if kind == "gradient":
            return self.gradient.of(self.network, *self.nodes)
        if kind in UPDATED:
            step = self.h * self.gradient.of(self.network, *self.nodes)
            return self.network.parameter(*self.nodes) - step
        k, n = self.network.neuron(*self.nodes)
        layers = {
            "r": self.forward.r,
            "output": self.forward.outputs,
            "delta": self.gradient.deltas,
            "delta_r": self.gradient.deltas_r,
        }[kind]
        return float(layers[k][i, n])

    @property
    def is_delta(self) -> bool:
        """Whether the quantity is what the task's convention calls δ."""
        return self.quantity.kind == ("delta" if self.convention == "output" else "delta_r")

    @property
    def other_delta(self) -> float:
        """What the other convention calls δ of the same neuron; NaN if δ is not asked for."""
        if not self.is_delta:
            return float("nan")
        k, n = self.network.neuron(*self.nodes)
        others = self.gradient.deltas_r if self.convention == "output" else self.gradient.deltas
        return float(others[k][self.quantity.sample, n])

    def of_sample(self, i: int) -> float:
        """What one sample adds to ∂E/∂ of the quantity's weight or bias."""
        f = forward(self.network, self.x[i])
        return backward(self.network, f, self.t[i]).of(self.network, *self.nodes)

    @property
    def name(self) -> str:
        """The quantity's symbol in plain text."""
        kind, of = self.quantity.kind, self.nodes
        if kind == "error":
            return "E"
        if kind == "gradient":
            return f"∂E/∂{plain_text(PLAIN.parameter(of))}"
        if kind in UPDATED:
            return f"{plain_text(PLAIN.parameter(of))} after the update"
        if self.is_delta:
            return plain_text(self.delta_latex(*of))
        if kind in ("delta", "delta_r"):
            letter = "f" if kind == "delta" else "r"
            return f"∂E/∂{unicode_name(letter + of[0][1:])}"
        if kind == "output":
            return unicode_name(self.quantity.nodes[0])
        return plain_text(PLAIN.sum(*of))

    # ---- LaTeX, as the walk has it ----

    def delta_latex(self, node: str) -> str:
        """What is called δ of a neuron."""
        only = self.convention == "output" and self.network.layers[-1] == (node,)
        return r"\delta" if only else PLAIN.delta(node)

    @property
    def gradient_latex(self) -> str:
        """∂E/∂ of the quantity's weight or bias."""
        return rf"\frac{{\partial E}}{{\partial {PLAIN.parameter(self.nodes)}}}"

    @property
    def sample_terms(self) -> tuple[str, ...]:
        """∂E/∂ of the quantity's weight or bias for each sample; () if there is none."""
        if self.quantity.kind not in ("gradient", *UPDATED):
            return ()
        return tuple(
            rf"\frac{{\partial E^{{({i + 1})}}}}{{\partial {PLAIN.parameter(self.nodes)}}}"
            for i in range(len(self.x))
        )

    @property
    def sum_over_samples(self) -> Equation:
        """∂E/∂ of the quantity's weight or bias, added up: a line that is in no walk."""
        ties = tied_to(self.nodes)
        each = [
            Term(latex, self.of_sample(i), "", ties) for i, latex in enumerate(self.sample_terms)
        ]
        total = Term(self.gradient_latex, self.gradient.of(self.network, *self.nodes), "", ties)
        return Equation(total, joined("+", [(term,) for term in each]))

    @property
    def result_latex(self) -> str:
        """The quantity, as the result of its line in the walk."""
        kind = self.quantity.kind
        if kind == "error":
            return "E"
        if kind == "gradient":
            return self.gradient_latex
        if kind in UPDATED:
            return f"{PLAIN.parameter(self.nodes)}^{{(l+1)}}"
        if kind in ("delta", "delta_r"):
            return self.delta_latex(*self.nodes)
        r = PLAIN.sum(*self.nodes)
        return r if kind == "r" else f"g({r})"


def telling_digits(task: Task, least: int = 4) -> int:
    """How many digits a task has to ask for so that `least` of those that count can be seen.

    An updated weight is a large number and a small change: its mistakes are in the change.

    Examples
    --------
    >>> w = Quantity("weight", ("f3", "f5"), after=1)
    >>> telling_digits(Task(Network.three_layer(), ((1.0, 0.0),), ((1.0,),), w))
    6
    """
    if task.quantity.kind not in UPDATED:
        return least
    change = abs(task.value - task.network.parameter(*task.nodes))
    if not change or not task.value or not np.isfinite(change):
        return least
    more = floor(log10(abs(task.value))) - floor(log10(change))
    return min(max(least, least + more), _MOST_DIGITS)
