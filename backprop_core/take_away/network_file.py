"""Write a network into a small JSON file, and read it again with every bit of every weight.

A file looks like this. ``weights[k][a][b]`` leads from node a of layer k to node b of layer k + 1,
each number has as many digits as it takes to be read again exactly, and there is one activation
for each layer of neurons:

>>> print(write_network(Network.from_weights([[[0.5], [-2]]], [[0.1]], "tanh")), end="")
{
  "format": "backprop-network",
  "version": 1,
  "sizes": [2, 1],
  "activations": ["tanh"],
  "weights": [
    [[0.5], [-2.0]]
  ],
  "biases": [
    [0.1]
  ]
}
"""

import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from math import isfinite
from typing import Any, NoReturn

from backprop_core.activations import ACTIVATIONS
from backprop_core.network import Network
from backprop_core.reading import shorten

__all__ = ["FORMAT", "MOST_BYTES", "VERSION", "read_network", "write_network"]

FORMAT, VERSION = "backprop-network", 1
MOST_BYTES = 1_000_000


def write_network(net: Network) -> str:
    """Write a network as JSON.

    Raises
    ------
    ValueError
        If it has an activation that is not one of `ACTIVATIONS`: a file can only name it.
    """
    for k, activation in enumerate(net.activations):
        if ACTIVATIONS.get(activation.name) != activation:
            raise ValueError(
                f"activations[{k}] is {shorten(activation.name)!r}, which a file cannot hold, "
                f"but expected one of: {', '.join(ACTIVATIONS)}"
            )
    names = [activation.name for activation in net.activations]
    return (
        "{\n"
        f'  "format": "{FORMAT}",\n'
        f'  "version": {VERSION},\n'
        f'  "sizes": {list(net.sizes)},\n'
        f'  "activations": {json.dumps(names)},\n'
        f'  "weights": {_lines(w.tolist() for w in net.weights)},\n'
        f'  "biases": {_lines(b.tolist() for b in net.biases)}\n'
        "}\n"
    )


def _lines(layers: Iterable[Any]) -> str:
    """One line for each layer."""
    return "[\n" + ",\n".join(f"    {json.dumps(layer)}" for layer in layers) + "\n  ]"


def read_network(text: str | bytes) -> Network:
    """Read a network that `write_network`, or somebody by hand, has written.

    Parameters
    ----------
    text : str or bytes
        At most 1 MB; bytes are UTF-8. Fields that are not known are left alone.

    Raises
    ------
    ValueError
        One sentence that names the place in the file, what is there and what was expected.

    Examples
    --------
    >>> read_network('{"format": "backprop-network", "version": 2}')
    Traceback (most recent call last):
    ...
    ValueError: version is 2, but expected 1
    """
    file = _parsed(_decoded(text))
    if not isinstance(file, dict):
        raise ValueError(f"the file holds {_quoted(file)}, but expected {{…}} with named fields")
    for field, expected in (("format", FORMAT), ("version", VERSION)):
        found = _field(file, field, json.dumps(expected))
        if found != expected or isinstance(found, bool):
            raise _unexpected(field, found, json.dumps(expected))
    sizes = _sizes(file)
    names = _list(file, "activations", len(sizes) - 1, "one for each layer of neurons")
    for k, name in enumerate(names):
        if name not in list(ACTIVATIONS):
            raise _unexpected(f"activations[{k}]", name, f"one of: {', '.join(ACTIVATIONS)}")
    weights = _list(file, "weights", len(sizes) - 1, "one matrix for each layer of neurons")
    for k, (source, target) in enumerate(pairwise(sizes)):
        rows = _list_of(weights[k], f"weights[{k}]", source, f"a row for each node of layer {k}")
        for a, row in enumerate(rows):
            _numbers(row, f"weights[{k}][{a}]", target, f"one for each node of layer {k + 1}")
    biases = _list(file, "biases", len(sizes) - 1, "one list for each layer of neurons")
    for k, neurons in enumerate(sizes[1:]):
        _numbers(biases[k], f"biases[{k}]", neurons, f"one for each node of layer {k + 1}")
    return Network.from_weights(weights, biases, names)


# ---- the file as a whole ----


def _decoded(text: str | bytes) -> str:
    size = len(text.encode("utf-8", "replace") if isinstance(text, str) else text)
    if size > MOST_BYTES:
        raise ValueError(f"the file has {size / 1e6:.1f} MB, but expected 1 MB or less")
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ValueError(
            f"byte {problem.start + 1} of the file is no UTF-8 text, but expected JSON"
        ) from None


def _parsed(text: str) -> Any:
    if not text.strip():
        raise ValueError("the file is empty, but expected JSON")
    try:
        return json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole
        )
    except json.JSONDecodeError as problem:
        raise ValueError(
            f"line {problem.lineno}, column {problem.colno} of the file is no JSON "
            f"({problem.msg[:1].lower()}{problem.msg[1:]}), but expected a network written as JSON"
        ) from None
    except RecursionError:
        raise ValueError(
            "the file has brackets inside brackets without end, but expected three levels at most"
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        name = next(name for name, n in Counter(name for name, _ in pairs).items() if n > 1)
        raise ValueError(f"{shorten(name)} is there more than once, but expected it once")
    return fields


def _whole(digits: str) -> float:
    # Python refuses to read thousands of digits as an int; no number of ours is that large.
    return int(digits) if len(digits) < 400 else float(digits)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"the file holds {name}, but expected finite numbers")


# ---- its parts ----


def _field(file: dict[str, Any], field: str, expected: str) -> Any:
    if field not in file:
        raise ValueError(f"{field} is missing, but expected {expected}")
    return file[field]


def _sizes(file: dict[str, Any]) -> list[int]:
    expected = "two or more whole numbers of nodes, the inputs first"
    sizes = _field(file, "sizes", expected)
    if not isinstance(sizes, list) or len(sizes) < 2:
        raise _unexpected("sizes", sizes, expected)
    for k, size in enumerate(sizes):
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise _unexpected(f"sizes[{k}]", size, "a whole number of 1 or more")
    return sizes


def _list(file: dict[str, Any], field: str, count: int, what: str) -> list[Any]:
    return _list_of(_field(file, field, f"{count} entries: {what}"), field, count, what)


def _list_of(found: Any, place: str, count: int, what: str) -> list[Any]:
    if not isinstance(found, list):
        raise _unexpected(place, found, f"a list of {count}: {what}")
    if len(found) != count:
        entries = "1 entry" if len(found) == 1 else f"{len(found)} entries"
        raise ValueError(f"{place} has {entries}, but expected {count}: {what}")
    return found


def _numbers(found: Any, place: str, count: int, what: str) -> None:
    for n, number in enumerate(_list_of(found, place, count, what)):
        if not isinstance(number, int | float) or isinstance(number, bool):
            raise _unexpected(f"{place}[{n}]", number, "a number such as 0.5")
        try:
            fits = isfinite(float(number))
        except OverflowError:
            fits = False
        if not fits:
            raise ValueError(
                f"{place}[{n}] is too large, "
                "but expected a number that a computer can hold: below 1.8·10³⁰⁸"
            )


def _unexpected(place: str, found: Any, expected: str) -> ValueError:
    return ValueError(f"{place} is {_quoted(found)}, but expected {expected}")


def _quoted(found: Any) -> str:
    # A file can hold halves of characters, which no sentence can.
    text = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace").decode()
    return shorten(text)
