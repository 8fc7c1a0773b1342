"""Draw random networks with teacher sets for hypothesis."""

from itertools import pairwise
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backprop_core import ACTIVATIONS, Network
from backprop_core._types import Array

NAMES = tuple(ACTIVATIONS)
SIZES = st.lists(st.integers(1, 6), min_size=2, max_size=5)


class Problem(NamedTuple):
    """A network and a teacher set that fits it."""

    net: Network
    x: Array
    t: Array


def numbers(*shape: int, size: float = 2.0) -> st.SearchStrategy[Array]:
    """Arrays of ordinary numbers, each drawn by itself."""
    return arrays(float, shape, elements=st.floats(-size, size), fill=st.nothing())


@st.composite
def problems(
    draw: st.DrawFn,
    names: tuple[str, ...] = NAMES,
    layers: st.SearchStrategy[list[int]] = SIZES,
    most: int = 4,
) -> Problem:
    """1 to 4 layers of 1 to 6 neurons, each with an activation of its own; 1 to `most` samples."""
    sizes = draw(layers)
    shapes = list(pairwise(sizes))
    net = Network.from_weights(
        [draw(numbers(*shape)) for shape in shapes],
        [draw(numbers(width)) for _, width in shapes],
        [draw(st.sampled_from(names)) for _ in shapes],
    )
    samples = draw(st.integers(1, most))
    return Problem(net, draw(numbers(samples, sizes[0])), draw(numbers(samples, sizes[-1])))
