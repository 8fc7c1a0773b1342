"""Hold one exercise: what is asked, what is given, the answer, and the lines that lead to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backprop_core.diagnosis import Task
from backprop_core.equations import PLAIN, Equation, Notation, format_number
from backprop_core.situation import Situation

__all__ = ["LARGEST", "Exercise", "Given", "Kind", "Option"]

LARGEST = 999_999  # the last number of a kind


@dataclass(frozen=True)
class Given:
    """A value that is known beside the graph.

    Attributes
    ----------
    name : str
        Its symbol in plain text: ``"g(r₃)"``.
    latex : str
    value : float
        With all its digits; `text` is what a student works with.
    slot : str
        Where the graph can show it: ``"value-f3"``, ``"delta-f3"``; "" if nowhere.
    sample : int
        Which sample of a batch it belongs to, from 1; 0 if there is only one, or all share it.
    """

    name: str
    latex: str
    value: float
    slot: str = ""
    sample: int = 0

    @property
    def text(self) -> str:
        """The value to 6 digits, so that an answer can have 4 or 5."""
        return format_number(self.value, 6)


@dataclass(frozen=True)
class Option:
    """Something to choose, or to put into its place.

    Attributes
    ----------
    key : str
        What an answer calls it.
    text : str
        In plain text, for buttons and for people who listen.
    latex : str
        As a formula; "" where the text is all.
    value : float or None
        What the formula yields.
    lit : tuple of str
        The nodes and edges of the graph that it speaks of, as class names.
    """

    key: str
    text: str
    latex: str = ""
    value: float | None = None
    lit: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise; `backprop_core.exercises.exercise` makes it from its kind and its number.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    number : int
        0 … 999 999; the same number always brings the same exercise.
    prompt : str
        What is asked, in plain text.
    situation : Situation
        The network on show with its (first) sample and its h.
    given : tuple of Given
        What is known beside weights and biases.
    form : {"number", "edges", "order", "choice"}
    answer : float, str or tuple of str
        The number; the key of the right option; the keys in their right order; the classes of the
        right edges, in the network's order.
    options : tuple of Option
        What can be chosen: products, yes and no, the network's edges; for an order the lines,
        shuffled.
    task : Task or None
        For `diagnose`, where a number is asked for.
    solution : tuple of Equation
        Lines that lead to the number; the last one yields it.
    explanation : str
        Why it is so, in a sentence or two; "" where the solution tells.
    notation : Notation
        In which the options are written, and the graph's names.
    hint : str
        What to look at after a wrong response, where no number is asked for.
    remarks : mapping of str to str
        By key of an option: of an edge that is wrong, where it lies; of a line, the move that
        leads to it; of a wrong product, the key of the mistake that it makes.
    """

    kind: str
    number: int
    prompt: str
    situation: Situation
    given: tuple[Given, ...]
    form: str
    answer: float | str | tuple[str, ...]
    options: tuple[Option, ...] = ()
    task: Task | None = None
    solution: tuple[Equation, ...] = ()
    explanation: str = ""
    notation: Notation = PLAIN
    hint: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """One kind of exercise.

    Attributes
    ----------
    title : str
        What is practised.
    section : str
        The chapter in which it is explained.
    form : {"number", "edges", "order", "choice"}
    make : callable
        ``make(number)``: the exercise.
    """

    title: str
    section: str
    form: str
    make: Callable[[int], Exercise]
