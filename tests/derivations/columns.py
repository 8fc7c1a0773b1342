"""Networks to evaluate derivations on, and what it means that a column of values agrees."""

from collections.abc import Sequence

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from backprop_core.derivations import Line, Moment, Part
from tests.strategies import NAMES, problems


@st.composite
def moments(
    draw: st.DrawFn,
    sizes: Sequence[int] = (2, 2, 2, 1),
    names: tuple[str, ...] = NAMES,
    one_activation: bool = False,
) -> Moment:
    """A network with any weights, biases and activations, on 1 to 3 samples."""
    net, x, t = draw(problems(names, st.just(list(sizes)), most=3))
    if one_activation:
        net = net.with_activation(net.activations[0])
    moment = Moment(net, x, t, h=0.7)
    # At 0 a threshold jumps, a ReLU bends and an ELU's slope bends: no place for differences.
    rough = ("threshold", "ReLU", "leaky ReLU", "ELU")
    for activation, r in zip(net.activations, moment.f.r, strict=True):
        assume(activation.name not in rough or np.abs(r).min() > 1e-3)
    return moment


@st.composite
def picked(
    draw: st.DrawFn, names: tuple[str, ...] = NAMES, one_activation: bool = False
) -> tuple[Moment, str]:
    """A network with one layer of hidden neurons at work, and a weight or bias of it."""
    sizes = (draw(st.integers(1, 6)), draw(st.integers(1, 6)), 1)
    moment = draw(moments(sizes, names, one_activation))
    return moment, draw(st.sampled_from(list(moment.net.slots)))


def close(value: object, expected: object, scale: float = 1.0) -> bool:
    """To a relative 1e-6; where values cancel, relative to the 1 or so that they are made of."""
    return np.allclose(np.asarray(value), np.asarray(expected), rtol=1e-6, atol=1e-8 * scale)


def lines(parts: tuple[Part, ...]) -> list[Line]:
    return [line for part in parts for line in part.lines]


def slipping(parts: tuple[Part, ...]) -> list[Line]:
    return [line for line in lines(parts) if line.slips]


def assert_nothing_is_lost(parts: tuple[Part, ...], moment: Moment) -> None:
    for line in lines(parts):
        value = line.expression.at(moment)
        if line.left is not None:
            head = value
        assert close(value, head), line.latex
