"""Run the forward sweep, the backward sweep and the update: backpropagation, a screen each.

The error signal δ of a neuron is the article's: the derivative of E with respect to the neuron's
*output*. The textbook's derivative with respect to its input sum r is called `delta_r` here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from backprop_core._types import Array
from backprop_core.activations import Activation
from backprop_core.network import Network, as_array, as_number

__all__ = ["Forward", "Gradient", "backward", "error", "forward", "teacher_set", "update"]


@dataclass(frozen=True, eq=False)
class Forward:
    """What a forward sweep found, for all M samples at once.

    Attributes
    ----------
    x : (M, N_0) array
        The inputs.
    r : tuple of (M, N_{k+1}) arrays
        Input sums, layer by layer.
    outputs : tuple of (M, N_{k+1}) arrays
        Outputs g(r), layer by layer.
    """

    x: Array
    r: tuple[Array, ...]
    outputs: tuple[Array, ...]

    @property
    def y(self) -> Array:
        """Output of the network, (M, N_L)."""
        return self.outputs[-1]

    def by_node(self, net: Network, sample: int = 0) -> dict[str, float]:
        """What each node of `net` hands on for one sample: an input its x, a neuron its g(r).

        Examples
        --------
        >>> net = Network.from_weights([[[1.0], [1.0]]], [[-1.5]], "threshold")
        >>> forward(net, [1, 0.5]).by_node(net)
        {'x1': 1.0, 'x2': 0.5, 'f1': 1.0}
        """
        values = (float(value) for layer in (self.x, *self.outputs) for value in layer[sample])
        return dict(zip(net.places, values, strict=True))


@dataclass(frozen=True, eq=False)
class Gradient:
    """What a backward sweep found.

    Attributes
    ----------
    weights, biases : tuples of arrays
        Derivatives of E, summed over the samples, in the shapes of the network's own.
    deltas : tuple of (M, N_{k+1}) arrays
        Error signals ∂E/∂(output), one for each sample and neuron.
    deltas_r : tuple of (M, N_{k+1}) arrays
        The textbook's ∂E/∂r: `deltas` times the slopes g′(r).
    at_inputs : (M, N_0) array
        What reaches the inputs: ∂E/∂x.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    deltas: tuple[Array, ...]
    deltas_r: tuple[Array, ...]
    at_inputs: Array

    def of(self, net: Network, *nodes: str) -> float:
        """∂E/∂ of the weight between two nodes of `net`, or of the bias of one neuron.

        Raises
        ------
        ValueError
            If there is no such edge, or the one node is no neuron.
        """
        if len(nodes) == 2:
            k, a, b = net.edge(*nodes)
            return float(self.weights[k][a, b])
        k, n = net.neuron(*nodes)
        return float(self.biases[k][n])


def forward(net: Network, x: ArrayLike) -> Forward:
    """Send the samples `x` through the network (Section "Preliminaries").

    Parameters
    ----------
    net : Network
    x : (M, N_0) array, or (N_0,) for a single sample

    Raises
    ------
    ValueError
        If `x` has another width or holds something that is not a finite number.

    Examples
    --------
    >>> f = forward(Network.from_weights([[[1.0], [1.0]]], [[-1.5]], "threshold"), [[1, 1], [1, 0]])
    >>> f.r[0].tolist(), f.y.tolist()
    ([[0.5], [-0.5]], [[1.0], [0.0]])
    """
    x = _samples(x, "x", net.sizes[0], "inputs")
    with np.errstate(over="ignore", invalid="ignore"):
        r, outputs = sweep_forward(net.weights, net.biases, net.activations, x)
    return Forward(x, _read_only(r), _read_only(outputs[1:]))


def sweep_forward(
    weights: Sequence[Array], biases: Sequence[Array], activations: Sequence[Activation], x: Array
) -> tuple[list[Array], list[Array]]:
    """Do the forward sweep without asking whether the arrays fit; the outputs begin with x."""
    sums, outputs = [], [x]
    for w, b, activation in zip(weights, biases, activations, strict=True):
        r = outputs[-1] @ w + b
        sums.append(r)
        outputs.append(activation.g(r))
    return sums, outputs


def error(y: ArrayLike, t: ArrayLike) -> float:
    """E = ½ Σ_i Σ_n (y_n − t_n)², over samples i and outputs n (Section "Training").

    Half the sum of squares: neither a mean nor a root.

    Raises
    ------
    ValueError
        If `t` does not have the shape of `y`.

    Examples
    --------
    >>> error([[0.5, 1.0]], [[1.0, 0.0]])
    0.625
    """
    y = np.atleast_2d(np.asarray(y, dtype=np.float64))
    t = np.atleast_2d(np.asarray(t, dtype=np.float64))
    if t.shape != y.shape:
        raise ValueError(f"t has the shape {t.shape}, but expected {y.shape}, the shape of y")
    with np.errstate(over="ignore", invalid="ignore"):
        difference = (y - t).ravel()
        return 0.5 * float(difference @ difference)


def backward(net: Network, f: Forward, t: ArrayLike) -> Gradient:
    """Send the error signal back through the network (Section "Propagating the error signal").

    Parameters
    ----------
    net : Network
        The network that `f` was computed with.
    f : Forward
    t : (M, N_L) array, or (N_L,) for a single sample
        Targets.

    Raises
    ------
    ValueError
        If `t` does not have the shape of `f.y` or holds something that is not a finite number, or
        `f` comes from a network of other sizes.

    Examples
    --------
    >>> net = Network.from_weights([[[2.0]], [[3.0]]], activation="identity")
    >>> g = backward(net, forward(net, [[1.0]]), [[5.0]])
    >>> [delta.item() for delta in g.deltas], [w.item() for w in g.weights]
    ([3.0, 1.0], [3.0, 2.0])
    """
    sizes = (f.x.shape[1], *(r.shape[1] for r in f.r))
    if sizes != net.sizes:
        raise ValueError(f"f is of a network of sizes {sizes}, but expected {net.sizes}")
    t = _samples(t, "t", net.sizes[-1], "outputs")
    _same_count(f.x, t)
    with np.errstate(over="ignore", invalid="ignore"):
        weights, biases, deltas, deltas_r = sweep_backward(
            net.weights, net.activations, f.r, (f.x, *f.outputs), t
        )
        at_inputs = deltas_r[0] @ net.weights[0].T
    return Gradient(
        _read_only(weights),
        _read_only(biases),
        _read_only(deltas),
        _read_only(deltas_r),
        *_read_only([at_inputs]),
    )


def sweep_backward(
    weights: Sequence[Array],
    activations: Sequence[Activation],
    sums: Sequence[Array],
    outputs: Sequence[Array],
    t: Array,
) -> tuple[list[Array], list[Array], list[Array], list[Array]]:
    """Do the backward sweep without asking whether the arrays fit; `outputs` begin with x."""
    w_gradients, b_gradients, deltas, deltas_r = [], [], [], []
    ones = _ones(len(t))
    delta = outputs[-1] - t  # ∂E/∂y: the ½ and the 2 cancel
    for k in range(len(weights) - 1, -1, -1):
        delta_r = delta * activations[k].slope_at(sums[k], outputs[k + 1])  # chain rule through g
        w_gradients.append(outputs[k].T @ delta_r)  # error · slope · input, summed over samples
        b_gradients.append(ones @ delta_r)  # a bias is a weight whose input is 1
        deltas.append(delta)
        deltas_r.append(delta_r)
        if k:
            delta = delta_r @ weights[k].T  # along every path back, scaled by its weight
    return w_gradients[::-1], b_gradients[::-1], deltas[::-1], deltas_r[::-1]


@lru_cache(maxsize=64)
def _ones(count: int) -> Array:
    ones = np.ones(count)
    ones.setflags(write=False)
    return ones


def update(net: Network, g: Gradient, h: float) -> Network:
    """Take one step down the gradient: w ← w − h · ∂E/∂w (Section "Putting it all together").

    Returns
    -------
    Network
        A new network; `net` stays as it is.

    Raises
    ------
    ValueError
        If the learning rate `h` is not a positive finite number, `g` does not have the shapes of
        `net`, or the step leads out of the range of float64.

    Examples
    --------
    >>> net = Network.from_weights([[[2.0]], [[3.0]]], activation="identity")
    >>> net2 = update(net, backward(net, forward(net, [[1.0]]), [[5.0]]), h=0.5)
    >>> [w.item() for w in net2.weights]
    [0.5, 2.0]
    """
    h = learning_rate(h)
    same_shapes(net, g)
    with np.errstate(over="ignore", invalid="ignore"):
        weights = [w - h * d for w, d in zip(net.weights, g.weights, strict=True)]
        biases = [b - h * d for b, d in zip(net.biases, g.biases, strict=True)]
    return Network.from_weights(weights, biases, net.activations)


def learning_rate(h: float) -> float:
    """Check a learning rate: ValueError unless it is a positive finite number."""
    value = as_number(h, "h")
    if value <= 0:
        raise ValueError(f"h is {h!r}, but expected a learning rate greater than 0")
    return value


def same_shapes(net: Network, g: Gradient) -> None:
    """Check a gradient: ValueError unless it has the shapes of the network."""
    for field, derivatives, parameters in (
        ("weights", g.weights, net.weights),
        ("biases", g.biases, net.biases),
    ):
        shapes, expected = [d.shape for d in derivatives], [p.shape for p in parameters]
        if shapes != expected:
            raise ValueError(f"g.{field} has the shapes {shapes}, but expected {expected}")


def teacher_set(net: Network, x: ArrayLike, t: ArrayLike) -> tuple[Array, Array]:
    """Check samples and targets against a network, as (M, N_0) and (M, N_L) arrays.

    Raises
    ------
    ValueError
        If a width or the number of samples does not fit, or a number is not finite.
    """
    x = _samples(x, "x", net.sizes[0], "inputs")
    t = _samples(t, "t", net.sizes[-1], "outputs")
    _same_count(x, t)
    return x, t


def _read_only(arrays: Iterable[Array]) -> tuple[Array, ...]:
    arrays = tuple(arrays)
    for array in arrays:
        array.setflags(write=False)
    return arrays


def _samples(values: ArrayLike, field: str, width: int, what: str) -> Array:
    array = as_array(values, field)
    if array.ndim == 1:
        array = array[np.newaxis]
    if array.ndim != 2 or array.shape[1] != width or not len(array):
        raise ValueError(
            f"{field} has the shape {np.shape(values)}, but expected (M, {width}): "
            f"a row for each sample, a column for each of the network's {what}"
        )
    return array


def _same_count(x: Array, t: Array) -> None:
    if len(x) != len(t):
        raise ValueError(f"t has {len(t)} samples, but expected {len(x)}, as many as x")
