"""Tell what the symbols of a derivation stand for, and what they are worth now.

>>> from backprop_core.derivations import Moment, derive
>>> legend = Legend(line for part in derive((2, 2, 1), "bias-f3") for line in part.lines)
>>> legend.words[0]
'b̂ after the update, the bias of f̂'
"""

from collections.abc import Iterable

import numpy as np

from backprop_core.derivations.expressions import Leaf, Line, Moment
from backprop_core.equations import format_number

__all__ = ["Legend", "value_text"]


class Legend:
    """What a reader may ask about the symbols of some lines and of their slips, each of them once.

    Attributes
    ----------
    words : tuple of str
        The name of each symbol and what it stands for.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        leaves = {
            leaf.key: leaf
            for line in lines
            for terms in (line.terms, *map(line.printed_terms, line.slips))
            for leaf in terms
        }
        self._leaves = tuple(leaves.values())
        self._places = {key: place for place, key in enumerate(leaves)}
        self.words = tuple(leaf.words for leaf in self._leaves)

    def places(self, terms: Iterable[Leaf]) -> list[int]:
        """Where some symbols of the lines stand in `words`."""
        return [self._places[leaf.key] for leaf in terms]

    def values(self, moment: Moment) -> tuple[str, ...]:
        """The present value of each symbol, in short; see `value_text`."""
        with np.errstate(all="ignore"):  # what is too large to compute says so
            return tuple(value_text(leaf, moment) for leaf in self._leaves)


def value_text(term: Leaf, moment: Moment, digits: int = 3) -> str:
    """The present value of a symbol, in short: one for each sample, or for each j.

    Empty where there is a value for each j and each sample: too many to say.

    Examples
    --------
    >>> from backprop_core import Network
    >>> from backprop_core.derivations import H, Y
    >>> moment = Moment(Network.three_layer(), [[1, 0], [0, 1]], [[1], [0]])
    >>> [value_text(term, moment) for term in (Y - H).terms]
    ['0.491, 0.49 (2 samples)', '0.5']
    """
    values = np.asarray(term.at(moment), dtype=float)
    samples = len(moment.x)
    if term.running and values.ndim == 2:
        if samples > 1:
            return ""
        values = values[0]
    if values.size == 1 and not term.running:
        return format_number(values.item(), digits)
    texts = [format_number(float(value), digits) for value in values.ravel()]
    shown = ", ".join(texts if len(texts) <= 4 else [*texts[:3], "…"])
    if not term.running:
        return f"{shown} ({samples} samples)"
    return f"{shown} (j = 1 … {term.running})" if term.running > 1 else f"{shown} (j = 1)"
