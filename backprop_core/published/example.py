"""Hold a published example: its network, its samples, and the quantities that it prints."""

from dataclasses import dataclass

from backprop_core.network import Network
from backprop_core.quantity import Quantity
from backprop_core.situation import Situation

__all__ = ["Published", "Source", "WorkedExample"]


@dataclass(frozen=True)
class Published:
    """One number as it is printed.

    Attributes
    ----------
    quantity : Quantity
    printed : str
        With exactly the digits that are printed.
    called : str
        What the publication calls it, or "".
    mistakes : tuple of str
        Keys of `MISTAKES`: what has to go wrong, all together, for this number to come out.
    note : str
    """

    quantity: Quantity
    printed: str
    called: str = ""
    mistakes: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Source:
    """Where an example was published; only the title has to be known."""

    title: str
    author: str = ""
    year: str = ""
    where: str = ""

    def __str__(self) -> str:
        """The citation in one line."""
        author = f"{self.author}: " if self.author else ""
        rest = ", ".join(filter(None, (self.where, self.year)))
        return f"{author}“{self.title}”{f', {rest}' if rest else ''}."


@dataclass(frozen=True, eq=False)
class WorkedExample:
    """A published example.

    Attributes
    ----------
    title : str
    source : Source
    network : Network
    samples : tuple of (x, t)
        Each with as many inputs and targets as the network has.
    h : float
        Learning rate, greater than 0.
    published : tuple of Published
    train_biases : bool
        Whether an update moves the biases too.
    convention : {"output", "sum"}
        What the publication calls δ: ∂E/∂output or ∂E/∂r.
    note : str

    Examples
    --------
    >>> from backprop_core import walk
    >>> from backprop_core.published import examples
    >>> example = examples()[1]
    >>> walk(example.network, example.x, example.t, example.h)[0].value
    0.755
    """

    title: str
    source: Source
    network: Network
    samples: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]
    h: float
    published: tuple[Published, ...]
    train_biases: bool = True
    convention: str = "output"
    note: str = ""

    @property
    def x(self) -> tuple[float, ...]:
        """Inputs of the first sample."""
        return self.samples[0][0]

    @property
    def t(self) -> tuple[float, ...]:
        """Targets of the first sample."""
        return self.samples[0][1]

    def situation(self, sample: int = 0) -> Situation:
        """What a walk through one of the samples starts from."""
        return Situation(self.network, *self.samples[sample], self.h, self.convention)
