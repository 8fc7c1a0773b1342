"""Read a published example from the text of a file, ours or a reader's own.

Whatever is wrong with it is said in one sentence that names the place.
"""

from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

from backprop_core.network import Network
from backprop_core.published.comparing import read_printed
from backprop_core.published.example import Published, Source, WorkedExample
from backprop_core.published.mistakes import MISTAKES
from backprop_core.published.tree import described, read_tree
from backprop_core.quantity import Quantity
from backprop_core.reading import printable, quoted, read_number, read_positive, shorten
from backprop_core.walkthrough import CONVENTIONS

__all__ = ["TEMPLATE", "read_example"]

MOST_LAYERS, MOST_NODES = 7, 16  # 6 hidden layers and the output layer; nodes of a layer
MOST_SAMPLES, MOST_PUBLISHED = 100, 200

TEMPLATE = """\
title: My own example
source: {author: A. Author, title: A book, year: 2024, where: page 12}
network:
  # always (from, to): a row for each node that weights come from
  weights:
    - [[0.1, 0.4], [0.8, 0.6]]
    - [[0.3], [0.9]]
  biases: [[0, 0], [0]]
  activation: sigmoid    # or a list, one for each layer
samples:
  - {x: [0.35, 0.9], t: [0.5]}
h: 1
published:
  - {quantity: f1, printed: "0.6803", called: out 1}
  - {quantity: E, printed: "0.0181"}
  - {quantity: delta_r f3, printed: "0.0407"}
  - {quantity: updated f1-f3, printed: "0.2723"}
  - {quantity: updated x2-f1, printed: "0.7978", mistake: updated-weights-first}
"""

_T = TypeVar("_T")


def read_example(text: bytes | str, name: str = "The example") -> WorkedExample:
    """Read an example from the text of a YAML or JSON file.

    Parameters
    ----------
    text : bytes or str
        At most 100 kB; JSON if it begins with a brace, else YAML.
    name : str
        What the file is called in a refusal.

    Raises
    ------
    ValueError
        One sentence that names the place, what is there and what was expected.

    Examples
    --------
    >>> read_example('''
    ... title: My own
    ... source: {title: A book}
    ... network: {weights: [[[0.5], [-0.5]]], activation: identity}
    ... samples: [{x: [1, 2], t: [0]}]
    ... h: 0.1
    ... published: [{quantity: r f1, printed: "-0.5"}]
    ... ''').published[0].quantity
    Quantity(kind='r', nodes=('f1',), after=0, sample=0, sign=1)
    >>> read_example("title: My own", "own.yaml")
    Traceback (most recent call last):
    ...
    ValueError: source is missing in own.yaml, but expected author, title, year and where.
    """
    tree = read_tree(text, shorten(printable(name)))
    top = _Keys(tree, "", name=shorten(printable(name)))
    title = top.take("title", _text, "a short title")
    source = top.take("source", _source, "author, title, year and where")
    network = top.take("network", _network, "weights, biases and activation")
    samples = top.take("samples", lambda v, at: _samples(v, at, network), "a list of x and t")
    example = WorkedExample(
        title=title,
        source=source,
        network=network,
        samples=samples,
        h=top.take("h", _positive, "a learning rate"),
        published=top.take(
            "published",
            lambda v, at: _published(v, at, network, len(samples)),
            "a list of quantity and printed",
        ),
        train_biases=top.take("train_biases", _yes_or_no, default=True),
        convention=top.take("convention", _one_of(CONVENTIONS), default="output"),
        note=top.take("note", _long_text, default=""),
    )
    top.end()
    try:
        example.situation().walk("layer")
    except ValueError as refusal:
        raise ValueError(f"This example cannot be walked through: {_ended(str(refusal))}") from None
    return example


class _Keys:
    """A mapping whose keys are taken one by one; what is left over is refused."""

    def __init__(self, value: Any, at: str, name: str = "") -> None:
        if not isinstance(value, dict):
            _refuse(at or name, value, "a mapping, such as “title: …”")
        self._left, self._at, self._name, self._known = dict(value), at, name, list[str]()

    def take(
        self,
        key: str,
        read: Callable[[Any, str], _T],
        expected: str = "",
        *,
        default: _T | None = None,
    ) -> _T:
        """Read the value of a key."""
        self._known.append(key)
        at = f"{self._at}.{key}" if self._at else key
        if key not in self._left:
            if default is None:
                inside = f" in {self._name}" if self._name else ""
                raise ValueError(f"{at} is missing{inside}, but expected {expected}.")
            return default
        return read(self._left.pop(key), at)

    def end(self) -> None:
        """Refuse a key that nobody has asked for."""
        for key in self._left:
            place = f"{self._at} has the key" if self._at else f"{self._name} has the key"
            raise ValueError(f"{place} {quoted(key)}, but expected {', '.join(self._known)}.")


# ---- one value; each is told where it stands ----


def _text(value: Any, at: str) -> str:
    return _short(value, at, 120)


def _long_text(value: Any, at: str) -> str:
    return _short(value, at, 1000)


def _short(value: Any, at: str, most: int) -> str:
    if not isinstance(value, str):
        _refuse(at, value, "a text")
    text = " ".join(value.split())
    if not text:
        raise ValueError(f"{at} is empty, but expected a text.")
    if len(text) > most:
        raise ValueError(f"{at} has {len(text)} characters, but expected at most {most}.")
    if not text.isprintable():
        _refuse(at, text, "a text without invisible characters")
    return text


def _number(value: Any, at: str) -> float:
    return read_number(printable(_scalar(value, at)), at)


def _positive(value: Any, at: str) -> float:
    return read_positive(printable(_scalar(value, at)), at)


def _scalar(value: Any, at: str) -> str:
    if not isinstance(value, str):
        _refuse(at, value, "a number such as 0.5")
    return value


def _yes_or_no(value: Any, at: str) -> bool:
    answers = {"true": True, "yes": True, "false": False, "no": False}
    if not isinstance(value, str) or value.casefold() not in answers:
        _refuse(at, value, "true or false")
    return answers[value.casefold()]


def _one_of(known: Iterable[str]) -> Callable[[Any, str], str]:
    def read(value: Any, at: str) -> str:
        if not isinstance(value, str) or value not in known:
            _refuse(at, value, f"one of: {', '.join(known)}")
        return value

    return read


def _list(value: Any, at: str, most: int, of_what: str) -> list[tuple[Any, str]]:
    """The entries of a list, each with its place."""
    if not isinstance(value, list) or not value:
        _refuse(at, value, f"a list of {of_what}")
    if len(value) > most:
        raise ValueError(f"{at} has {len(value)} entries, but expected at most {most}.")
    return [(entry, f"{at}[{n}]") for n, entry in enumerate(value)]


def _row(value: Any, at: str) -> list[float]:
    return [_number(entry, place) for entry, place in _list(value, at, MOST_NODES, "numbers")]


# ---- the parts of an example ----


def _source(value: Any, at: str) -> Source:
    keys = _Keys(value, at)
    source = Source(
        title=keys.take("title", _text, "what it is called there"),
        author=keys.take("author", _text, default=""),
        year=keys.take("year", _text, default=""),
        where=keys.take("where", _text, default=""),
    )
    keys.end()
    return source


def _matrix(value: Any, at: str) -> list[list[float]]:
    rows = [_row(*entry) for entry in _list(value, at, MOST_NODES, "rows, one for each node")]
    for n, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"{at}[{n}] has {_counted(len(row), 'number')}, "
                f"but expected {len(rows[0])}, as many as {at}[0]."
            )
    return rows


def _network(value: Any, at: str) -> Network:
    keys = _Keys(value, at)
    weights = keys.take(
        "weights",
        lambda v, place: [_matrix(*entry) for entry in _list(v, place, MOST_LAYERS, "matrices")],
        "a matrix for each layer of neurons, a row for each node it comes from",
    )
    biases = keys.take(
        "biases",
        lambda v, place: [_row(*entry) for entry in _list(v, place, MOST_LAYERS, "rows")],
        default=[[0.0] * len(matrix[0]) for matrix in weights],
    )
    activation = keys.take(
        "activation",
        lambda v, place: [
            _text(*entry)
            for entry in (
                _list(v, place, MOST_LAYERS, "names") if isinstance(v, list) else [(v, place)]
            )
        ],
        "the name of one, or a list with one for each layer of neurons",
    )
    keys.end()
    try:
        return Network.from_weights(
            weights, biases, activation[0] if len(activation) == 1 else activation
        )
    except ValueError as refusal:
        raise ValueError(f"{at}.{_ended(str(refusal))}") from None


def _samples(
    value: Any, at: str, net: Network
) -> tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]:
    found = []
    for entry, place in _list(value, at, MOST_SAMPLES, "samples, each with x and t"):
        keys = _Keys(entry, place)
        x = keys.take("x", _row, "a list of inputs")
        t = keys.take("t", _row, "a list of targets")
        keys.end()
        for numbers, field, width, what in (
            (x, "x", net.sizes[0], "inputs"),
            (t, "t", net.sizes[-1], "outputs"),
        ):
            if len(numbers) != width:
                raise ValueError(
                    f"{place}.{field} has {_counted(len(numbers), 'number')}, but expected "
                    f"{width}: one for each of the network's {what}."
                )
        found.append((tuple(x), tuple(t)))
    return tuple(found)


def _published(value: Any, at: str, net: Network, samples: int) -> tuple[Published, ...]:
    found = []
    for entry, place in _list(value, at, MOST_PUBLISHED, "numbers, each with quantity and printed"):
        keys = _Keys(entry, place)
        quantity = keys.take(
            "quantity", lambda v, p: _quantity(v, p, net, samples), "the name of a quantity"
        )
        printed = keys.take("printed", _digits, "the printed digits")
        called = keys.take("called", _text, default="")
        mistakes = keys.take("mistake", _mistakes, default=tuple[str, ...]())
        note = keys.take("note", _long_text, default="")
        keys.end()
        found.append(Published(quantity, printed, called, mistakes, note))
    return tuple(found)


def _quantity(value: Any, at: str, net: Network, samples: int) -> Quantity:
    text = _text(value, at)
    try:
        return Quantity.parse(text, net, samples)
    except ValueError as refusal:
        _refuse(at, text, str(refusal))


def _digits(value: Any, at: str) -> str:
    text = _text(value, at)
    try:
        read_printed(text)
    except ValueError as refusal:
        _refuse(at, text, str(refusal))
    return text


def _mistakes(value: Any, at: str) -> tuple[str, ...]:
    read = _one_of(MISTAKES)
    if isinstance(value, str):
        return (read(value, at),)
    return tuple(read(*entry) for entry in _list(value, at, len(MISTAKES), "mistakes"))


# ---- refusals ----


def _refuse(at: str, value: Any, expected: str) -> NoReturn:
    found = "empty" if value in ("", [], {}, None) else described(value)
    raise ValueError(f"{at} is {found}, but expected {expected}.")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."
