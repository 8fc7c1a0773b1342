"""Name one number of a pass: the output of f1, the error signal of f3, a weight after an update."""

import re
from dataclasses import dataclass
from typing import Self

from backprop_core.equations import PLAIN, plain_text, subscript, unicode_name
from backprop_core.network import Network

__all__ = ["MOST_UPDATES", "Quantity"]

MOST_UPDATES = 50_000  # what takes a few seconds

_WHEN = re.compile(r"(?:after (\d{1,9}): *)?(?:sample (\d{1,9}): *)?(-?)(.*)")
_NEURON, _EDGE = r"f\d{1,3}", r"[xf]\d{1,3}-f\d{1,3}"
_KINDS = {
    "r": _NEURON,
    "slope": _NEURON,
    "delta": _NEURON,
    "delta_r": _NEURON,
    "gradient": f"{_EDGE}|{_NEURON}",
    "weight": _EDGE,
    "bias": _NEURON,
    "updated": f"{_EDGE}|{_NEURON}",
    "difference": r"y\d{0,3}",
    "E": r"y\d{0,3}",
}
_WHAT = re.compile(
    "|".join(f"(?P<{kind}>{kind} +(?:{nodes}))" for kind, nodes in _KINDS.items())
    + rf"|(?P<error>E)|(?P<output>{_NEURON}|y\d{{0,3}})"
    + rf"|(?P<derivative>derivative +y\d{{0,3}} +(?:{_EDGE}|{_NEURON}))"
)
_BY_PHASE = {
    "Forward": ("r", "output", "slope"),
    "Error": ("error", "E", "difference"),
    "Backward": ("delta", "delta_r", "gradient", "derivative"),
}


@dataclass(frozen=True)
class Quantity:
    """One number of a pass, named in our own words.

    Attributes
    ----------
    kind : str
        ``r``, ``output``, ``slope``, ``error``, ``E`` (the part of one output), ``difference``
        (y − t), ``delta`` (∂E/∂output), ``delta_r`` (∂E/∂r), ``gradient`` (∂E/∂w),
        ``derivative`` (∂y/∂w), ``weight``, ``bias``.
    nodes : tuple of str
        What it belongs to: ``("f1",)``, ``("x1", "f1")``, ``("y1", "x1", "f1")``.
    after : int
        How many updates came before.
    sample : int
        Of which sample, from 0.
    sign : int
        −1 where the publication has the other sign.
    """

    kind: str
    nodes: tuple[str, ...] = ()
    after: int = 0
    sample: int = 0
    sign: int = 1

    @classmethod
    def parse(cls, text: str, net: Network, samples: int = 1) -> Self:
        """Read a quantity's name.

        Raises
        ------
        ValueError
            What was expected instead: the end of a sentence.

        Examples
        --------
        >>> net = Network.three_layer()
        >>> Quantity.parse("after 10: gradient x1-f1", net)
        Quantity(kind='gradient', nodes=('x1', 'f1'), after=10, sample=0, sign=1)
        >>> Quantity.parse("-delta_r f5", net).name
        '−∂E/∂r₅'
        >>> Quantity.parse("r f6", net)
        Traceback (most recent call last):
        ...
        ValueError: a neuron of f1, f2, f3, f4, f5
        """
        when = _WHEN.fullmatch(text.strip())
        what = _WHAT.fullmatch(when[4]) if when else None
        if not when or not what:
            raise ValueError(
                "a quantity such as “r f1”, “f1”, “y1”, “E”, “delta_r f1”, “gradient x1-f1”, "
                "“updated x1-f1” or “after 100: E”"
            )
        after, sample = int(when[1] or 0), int(when[2] or 1)
        if after > MOST_UPDATES:
            raise ValueError(f"at most {MOST_UPDATES:,} updates")
        if not 1 <= sample <= samples:
            raise ValueError(f"one of the samples, 1 to {samples}")
        kind = str(what.lastgroup)
        words = re.split("[ -]+", when[4])
        nodes = tuple(words if kind == "output" else words[1:])
        if kind == "updated":
            if after:
                raise ValueError("“updated” without “after”: it means after the first update")
            kind, after = "weight" if len(nodes) == 2 else "bias", 1
        nodes = tuple(_existing(node, net) for node in nodes)
        if len(nodes) == (3 if kind == "derivative" else 2):
            _expect_edge(nodes[-2:], net)
        return cls(kind, nodes, after, sample - 1, -1 if when[3] else 1)

    @property
    def phase(self) -> str:
        """Where in the pass it stands: Forward, Error, Backward, or after so many updates."""
        if self.after:
            return f"After {self.after:,} updates" if self.after > 1 else "After one update"
        return next((p for p, kinds in _BY_PHASE.items() if self.kind in kinds), "To begin with")

    @property
    def name(self) -> str:
        """Its symbol in plain text; `phase` says when."""
        last = self.nodes[-1] if self.nodes else ""
        index = subscript(last) if last else ""
        parameter = ""
        if self.kind in ("weight", "bias", "gradient", "derivative"):
            nodes = self.nodes[1:] if self.kind == "derivative" else self.nodes
            parameter = plain_text(PLAIN.parameter(nodes))
        if self.kind == "difference":
            y, t = unicode_name(last), unicode_name(last.replace("y", "t"))
            text = f"{y} − {t}" if self.sign > 0 else f"{t} − {y}"
        else:
            text = {
                "r": plain_text(f"r_{{{index}}}"),
                "output": unicode_name(last or "f"),
                "slope": plain_text(f"g'(r_{{{index}}})"),
                "error": "E",
                "E": f"E of {unicode_name(last or 'y')}",
                "delta": plain_text(rf"\delta_{{{index}}}"),
                "delta_r": plain_text(rf"\frac{{\partial E}}{{\partial r_{{{index}}}}}"),
                "gradient": f"∂E/∂{parameter}",
                "derivative": f"∂{unicode_name(self.nodes[0]) if self.nodes else 'y'}/∂{parameter}",
                "weight": parameter,
                "bias": parameter,
            }[self.kind]
        sign = "−" if self.sign < 0 and self.kind != "difference" else ""
        sample = f" (sample {self.sample + 1})" if self.sample else ""
        return f"{sign}{text}{sample}"


def _existing(node: str, net: Network) -> str:
    """A node of the network, or one of its outputs y1, y2, …; "y" is the only one."""
    outputs = net.sizes[-1]
    if node.startswith("y"):
        if node == "y" and outputs == 1:
            return "y"
        if node[1:].isdecimal() and 1 <= int(node[1:]) <= outputs:
            return "y" if outputs == 1 else f"y{int(node[1:])}"
        raise ValueError("the output y" if outputs == 1 else f"one of the outputs y1 to y{outputs}")
    if node not in net.places:
        raise ValueError(
            f"a neuron of {_few(net.neurons)}"
            if node.startswith("f")
            else f"an input of {_few(net.layers[0])}"
        )
    return node


def _expect_edge(nodes: tuple[str, ...], net: Network) -> None:
    try:
        net.edge(*nodes)
    except ValueError:
        raise ValueError("two nodes of neighbouring layers, from-to") from None


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{names[0]} to {names[-1]}"
