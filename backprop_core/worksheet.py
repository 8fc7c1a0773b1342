"""Give each student of a class a network of their own: tables to fill in by hand, and their key.

>>> first, second = sheets(students=2, seed=2026)
>>> [table.title for table in first.tables][:2]
['Forward', 'The error']
>>> first.number == second.number
False
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from backprop_core.exercises import LARGEST, class_number, situation_of
from backprop_core.reading import read_whole
from backprop_core.situation import Situation
from backprop_core.worksheet_tables import GRADIENTS, Column, Table, formula, tables, written

__all__ = ["MOST_STUDENTS", "Sheet", "checked", "overview", "sheet", "sheets"]

MOST_STUDENTS = 60


@dataclass(frozen=True)
class Sheet:
    """What one student works on.

    Attributes
    ----------
    seed, student : int
        The class, and the student's place in its list, from 1.
    number : int
        The exercise number under which the page “Check yourself” has the same network.
    situation : Situation
    """

    seed: int
    student: int
    number: int
    situation: Situation

    @property
    def title(self) -> str:
        """Which sheet it is."""
        return f"Student {self.student} of class {self.seed}"

    @property
    def given(self) -> tuple[str, ...]:
        """Sample, learning rate and activation function."""
        situation = self.situation
        xs = ", ".join(f"$x_{n} = {written(x)}$" for n, x in enumerate(situation.x, 1))
        (t,) = situation.t
        g = situation.network.activations[-1]
        return (
            f"{xs}, $t = {written(t)}$, $h = {written(situation.h)}$",
            formula(g.formula, "g(r)"),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What else there is to know before one begins."""
        return (
            "Write four significant digits, such as 0.01234, and five decimals for a new weight. "
            "If you round on the way, your last digit may differ from the key’s.",
            "$δ$ of a neuron is $∂E/∂f$: how $E$ changes with its output.",
            f"Exercise number {self.number}: type it on the page “Check yourself”, and you have "
            "this network there.",
        )

    @property
    def in_graph(self) -> dict[str, str]:
        """What is written into the drawing of the network, by slot."""
        net = self.situation.network
        return {
            **{f"weight-{a}-{b}": written(net.weight(a, b)) for a, b in net.edges},
            **{f"bias-{n}": f"$b_{{{n[1:]}}} = {written(net.bias(n))}$" for n in net.neurons},
        }

    @property
    def in_words(self) -> str:
        """What the drawing shows, for people who listen."""
        layers = " → ".join(", ".join(layer) for layer in self.situation.network.layers)
        return f"Network {layers} → y; the table “{GRADIENTS}” lists its weights and biases"

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Forward, error, backward, gradients with the update, and what became of the error."""
        return tuple(tables(self.situation))

    @property
    def sides(self) -> tuple[tuple[Table, ...], tuple[Table, ...]]:
        """The tables of the front and of the back: there and back, then the update."""
        return self.tables[:3], self.tables[3:]


def overview(of: Sequence[Sheet]) -> Table:
    """The results of a class by which to see quickly whether a sheet was worked out rightly."""
    columns = ("$y$", "$E$", "$δ_3$", "$δ_1$", "$∂E/∂b_1$", "new $b_1$", "new $E$")
    rows = []
    for one in of:
        _, error, backward, gradients, after = one.tables
        delta = {row[0]: row[-1] for row in backward.rows}
        (bias,) = (row for row in gradients.rows if row[0] == "$b_{1}$")
        facts = (str(one.student), str(one.number), *error.rows[0][::2], delta["$f_{3}$"])
        rows.append((*facts, delta["$f_{1}$"], bias[2], bias[-1], after.rows[0][1]))
    return Table(
        "The class at a glance",
        ("Results from which you can see how far somebody came.",),
        (Column("Student", 16), Column("Exercise number", 30), *(Column(c, 22) for c in columns)),
        tuple(rows),
    )


def sheets(students: int, seed: int) -> tuple[Sheet, ...]:
    """The sheets of a class; the same for the same seed.

    Parameters
    ----------
    students : int
        1 to 60.
    seed : int
        0 to 999,999.

    Raises
    ------
    ValueError
        One sentence that names the number that cannot be, and what was expected.
    """
    count, seed = checked(students, seed)
    return tuple(sheet(seed, student) for student in range(1, count + 1))


def sheet(seed: int, student: int) -> Sheet:
    """The sheet of one student, from 1."""
    number = class_number(seed, student)
    return Sheet(seed, student, number, situation_of(number))


def checked(students: object, seed: object) -> tuple[int, int]:
    """Check what a class is made from: numbers, or texts with the digits of one.

    Raises
    ------
    ValueError
        One sentence that names the number that cannot be, and what was expected.

    Examples
    --------
    >>> checked("30", 2026)
    (30, 2026)
    >>> checked("a few", 2026)
    Traceback (most recent call last):
    ...
    ValueError: Students is “a few”, but expected a whole number from 1 to 60.
    """
    return (
        read_whole(students, "Students", 1, MOST_STUDENTS),
        read_whole(seed, "Seed", 0, LARGEST),
    )
