"""Set out one pass as tables that can be filled in by hand, with all that belongs into them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10

from backprop_core.equations import PLAIN, Equation, Term, format_number
from backprop_core.network import Network
from backprop_core.situation import Situation
from backprop_core.take_away.plain_equation import plain_numbers, plain_symbols

__all__ = ["DECIMALS", "DIGITS", "GRADIENTS", "Column", "Table", "formula", "tables", "written"]

GRADIENTS = "Gradients and update"
DIGITS, DECIMALS = 4, 5  # of a number; of a new weight, which moves little
_LONG = 40  # characters that one can write by hand in the column of the working


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title : str
        What stands in it; symbols between dollar signs, as in all texts of a sheet.
    share : float
        Its part of the table's width, relative to the others.
    given : bool
        Whether the student finds it filled in.
    """

    title: str
    share: float
    given: bool = False


@dataclass(frozen=True)
class Table:
    """A table of a sheet.

    Attributes
    ----------
    title : str
    reminders : tuple of str
        The formulas that fill it.
    columns : tuple of Column
    rows : tuple of tuple of str
        The key's text of every cell. The first of a row says what it is about.
    """

    title: str
    reminders: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, row: Sequence[str], filled: bool) -> tuple[str, ...]:
        """The texts of one of its rows: those of the key, or with blanks where a student writes."""
        return tuple(
            text if filled or column.given else ""
            for text, column in zip(row, self.columns, strict=True)
        )

    def is_long(self, row: Sequence[str]) -> bool:
        """Whether a student needs two lines to write one of its rows."""
        return any(len(text) > _LONG for text in row)


_NEURON = Column("Neuron", 16, given=True)


def tables(situation: Situation) -> Iterator[Table]:
    """All tables of a sheet, from the equations that its walk tells."""
    net = situation.network
    told = {e.result.latex: e for step in situation.walk() for e in step.equations}
    (output,) = net.layers[-1]
    index = {name: name[1:] for name in net.neurons}
    r = {name: told[f"r_{{{i}}}"] for name, i in index.items()}
    f = {name: told[f"g(r_{{{i}}})"] for name, i in index.items()}
    slope = {name: told[f"g'(r_{{{i}}})"] for name, i in index.items()}
    delta = {name: told[rf"\delta_{{{i}}}"] for name, i in index.items() if name != output}
    delta[output] = told[r"\delta"]
    activation = net.activations[-1]

    yield Table(
        "Forward",
        ("$r$ = sum of weight · input, plus the bias", formula(activation.formula, "g(r)")),
        (_NEURON, Column("Working", 102), Column("$r$", 32), Column("$f = g(r)$", 32)),
        tuple((_name(n), _working(r[n]), _number(r[n]), _number(f[n])) for n in net.neurons),
    )
    yield Table(
        "The error",
        (f"$y = {_name(output)[1:-1]}$", "$E = ½(y − t)^2$"),
        (Column("$y$", 60), Column("$y − t$", 60), Column("$E$", 60)),
        ((_number(f[output]), _number(delta[output]), _number(told["E"])),),
    )
    yield Table(
        "Backward",
        (
            formula(activation.slope_formula, "g′(r)"),
            "$δ = y − t$ at the output",
            "before it, the sum of $δ · g′(r) · w$ over the edges that leave the neuron, with the "
            "$δ$ and $g′(r)$ of the neuron that each leads to",
        ),
        (_NEURON, Column("$g′(r)$", 32), Column("Working", 102), Column("$δ$", 32)),
        tuple(
            (_name(n), _number(slope[n]), _working(delta[n]), _number(delta[n]))
            for n in reversed(net.neurons)
        ),
    )
    yield Table(
        GRADIENTS,
        (
            "gradient $∂E/∂w = δ · g′(r) ·$ input, with the $δ$ and $g′(r)$ of the neuron that the "
            "edge leads to",
            "for a bias the input is 1",
            "new = old − $h$ · gradient",
        ),
        (
            Column("Weight", 16, given=True),
            Column("Working", 82),
            Column("Gradient", 32),
            Column("Old", 18, given=True),
            Column("New", 34),
        ),
        tuple(
            _row(told, PLAIN.parameter(nodes), net.parameter(*nodes))
            for nodes in _from_the_back(net)
        ),
    )
    after = told["E^{(l+1)}"]
    y_after = next(term for term in after.terms if isinstance(term, Term))
    fallen = "yes" if after.value < told["E"].value else "no"
    yield Table(
        "Afterwards",
        ("once more forward, with the new weights and biases",),
        (Column("New $y$", 60), Column("New $E$", 60), Column("Has $E$ fallen?", 60)),
        ((written(y_after.value), _number(after), fallen),),
    )


def _row(told: dict[str, Equation], latex: str, old: float) -> tuple[str, ...]:
    """The row of a weight or a bias in the table of gradients."""
    gradient = told[rf"\frac{{\partial E}}{{\partial {latex}}}"]
    new = told[f"{latex}^{{(l+1)}}"]
    return (
        f"${latex}$",
        _working(gradient),
        _number(gradient),
        written(old),
        _fixed(new.value, DECIMALS),
    )


def _from_the_back(net: Network) -> list[tuple[str, ...]]:
    """Ends of all edges, layer by layer from the output on, each followed by its layer's biases."""
    return [
        nodes
        for k in range(len(net.weights) - 1, -1, -1)
        for nodes in (
            *((a, b) for b in net.layers[k + 1] for a in net.layers[k]),
            *((b,) for b in net.layers[k + 1]),
        )
    ]


def _name(neuron: str) -> str:
    return f"$f_{{{neuron[1:]}}}$"


def written(value: float) -> str:
    """A number with all the digits that are asked for, unless it ends before them."""
    if not value or abs(value - round(value, 3)) < 1e-12:
        return format_number(value, DIGITS)
    return _fixed(value, max(0, DIGITS - 1 - floor(log10(abs(value)))))


def _fixed(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


def _number(equation: Equation) -> str:
    """What an equation yields."""
    return written(equation.value)


def _working(equation: Equation) -> str:
    """The numbers from which an equation yields it."""
    return plain_numbers(equation, DIGITS).rpartition(" = ")[0]


def formula(latex: str, result: str) -> str:
    """The formula of an activation function or of its slope."""
    plain = plain_symbols(Equation(Term(result, 0.0), (latex,)))
    return f"${plain.replace('^(−r)', '^{−r}')}$"
