"""Get an exercise by its kind and its number."""

from backprop_core.exercises import falling, numbers, orders, products, ways
from backprop_core.exercises.exercise import LARGEST, Exercise, Kind
from backprop_core.network import whole_number

__all__ = ["KINDS", "exercise"]

_NEURONS = "1 Neurons and networks"
_TEACHING = "2 Teaching a network"
_DERIVING = "3 Deriving the update rules"
_TOGETHER = "4 Putting it together"
_WHY = "5 Why backpropagation?"

KINDS: dict[str, Kind] = {
    "forward": Kind("A forward value", _NEURONS, "number", numbers.forward),
    "error": Kind("The error", _TEACHING, "number", numbers.error),
    "delta-output": Kind("δ of an output", _WHY, "number", numbers.delta_output),
    "delta-hidden": Kind("δ of f₃ or f₄", _WHY, "number", numbers.delta_hidden),
    "delta-first": Kind("δ of f₁ or f₂: two paths", _WHY, "number", numbers.delta_first),
    "weight-gradient": Kind(
        "The gradient of a weight", _TOGETHER, "number", numbers.weight_gradient
    ),
    "bias-gradient": Kind("The gradient of a bias", _TOGETHER, "number", numbers.bias_gradient),
    "updated-weight": Kind(
        "A weight after the update", _TOGETHER, "number", numbers.updated_weight
    ),
    "path-edges": Kind("The way of an error signal", _WHY, "edges", ways.path_edges),
    "derivation-order": Kind(
        "The lines of a derivation", _DERIVING, "order", orders.derivation_order
    ),
    "which-gradient": Kind("Which is the gradient?", _WHY, "choice", products.which_gradient),
    "will-fall": Kind("Will E fall?", _TEACHING, "choice", falling.will_fall),
}


def exercise(kind: str, number: int) -> Exercise:
    """The exercise of this kind and number: the same today, tomorrow and for everybody.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    number : int
        0 … 999 999. The kinds that ask for a number share a network, that of `situation_of`,
        and ask about a place in it where no mistake of `CATALOGUE` would stay hidden. Multiples
        of 3 bring variations: two outputs, a batch of two samples. From 900 000 on neurons have
        tanh; below they are sigmoids.

    Raises
    ------
    ValueError
        If there is no such kind or number.

    Examples
    --------
    >>> found = exercise("delta-hidden", 7)
    >>> found.form, found.task is not None
    ('number', True)
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, but expected one of: {', '.join(KINDS)}")
    if whole_number(number, "number", least=0) > LARGEST:
        raise ValueError(f"number is {number!r}, but expected at most {LARGEST}")
    return KINDS[kind].make(int(number))
