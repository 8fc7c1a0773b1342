"""Put the whole state of a playground into a link, and read it back from there.

A token is ``version.state`` or, with the reader's own table, ``version.state.table``: characters
that a URL may hold as they are. The state begins with a checksum of all that follows, so that
damage is noticed; then come the numbers one would type, as JSON, and the weights and biases as
the bytes that they are, so that each comes back bit for bit.
"""

import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np

from backprop_core.activations import get_activation
from backprop_core.csv_file import MOST_BYTES
from backprop_core.descent import Rule, split_like
from backprop_core.experiment import Design, Experiment
from backprop_core.network import Network
from backprop_core.teacher_sets import Recipe

__all__ = ["LONGEST", "pack", "read_link", "write_link"]

VERSION = "1"
LONGEST = 32_768  # characters; some programs cut off what is longer
_TOKEN = re.compile(r"([1-9]\d{0,5})\.([\w-]+)(?:\.([\w-]+))?", re.ASCII)
_MOST_STATE = 1_000_000  # bytes, when unpacked
_MOST_TABLE = 2 * MOST_BYTES  # `read_csv` refuses what is more than one
_BIGGEST = 2**53  # JavaScript and JSON agree on whole numbers up to here
_CHANGED = "a part of it is missing or was changed"
_NOTHING = "nothing can be made of what it says"


def write_link(experiment: Experiment) -> str:
    """Write a token from which `read_link` makes the same experiment, weights bit for bit.

    Raises
    ------
    ValueError
        One sentence, if the reader's own table is too large for a link, or an activation is not
        one of ours.

    Examples
    --------
    >>> from backprop_core.experiment import Experiment
    >>> token = write_link(Experiment(sample=3))
    >>> len(token) < 200, read_link(token).sample
    (True, 3)
    """
    token = ".".join(filter(None, pack(experiment)))
    if len(token) > LONGEST:
        raise ValueError(
            f"Your teacher set is too large for a link, which would have {len(token):,} characters "
            f"where {LONGEST:,} are possible: use a table with fewer rows or digits, "
            "or download the network and hand it on together with the table."
        )
    return token


def pack(experiment: Experiment) -> tuple[str, str]:
    """The two parts of a token of any length: the state, and the reader's own table or "".

    Raises
    ------
    ValueError
        If an activation is not one of ours, or a number is too large.
    """
    recipe, design, rule = experiment.recipe, experiment.design, experiment.rule
    told = [
        [recipe.name, recipe.samples, recipe.noise, recipe.seed, recipe.check],
        [list(design.hidden), list(design.activations), design.seed, design.scale],
        [rule.h, rule.mode, rule.batch_size, rule.momentum],
        int(experiment.epoch),
        int(experiment.sample),
        None if experiment.step is None else int(experiment.step),
    ]
    if not _is_plain(told):
        raise ValueError("One of the settings is too large a number for a link: change it first.")
    numbers = b"" if experiment.network is None else _bytes_of(experiment.network)
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # A table that is not in use stays at home.
    table = _packed_table(recipe.own) if recipe.name == "own" else ""
    state = zlib.compress(text.encode() + b"\0" + numbers, 9)
    return f"{VERSION}.{_letters(_checksum(VERSION, state, table) + state)}", table


def read_link(token: str) -> Experiment:
    """Make the experiment that a token, or a whole link with a token at its end, tells of.

    Nothing is believed: neither sizes nor numbers, nor that a few bytes unpack to few.

    Raises
    ------
    ValueError
        One sentence, if the link is damaged or made by a newer version.

    Examples
    --------
    >>> read_link("http://localhost/06_playground.ipynb#state=1.eJyL")
    Traceback (most recent call last):
    ...
    ValueError: This link is damaged: a part of it is missing or was changed.
    """
    parts = _TOKEN.fullmatch(token.rpartition("#state=")[2].strip())
    if not parts:
        raise _damage(_CHANGED)
    version, state, table = parts.groups(default="")
    packed = _bytes(state)
    if packed[:4] != _checksum(version, packed[4:], table):
        raise _damage(_CHANGED)
    if version != VERSION:
        raise ValueError(
            "This link was made by a newer version of the tutorial, which this one cannot read: "
            "ask for the newer version, or for another link."
        )
    try:
        text, _, numbers = _unpack(packed[4:], _MOST_STATE).partition(b"\0")
        own = _unpack(_bytes(table), _MOST_TABLE).decode() if table else ""
        told = json.loads(text)
    except (ValueError, RecursionError, zlib.error):  # their words are for programmers
        raise _damage(_NOTHING) from None
    try:
        return _experiment(told, own, numbers)
    except ValueError as refusal:
        raise _damage(str(refusal)) from None


def _damage(reason: str) -> ValueError:
    return ValueError(f"This link is damaged: {reason.removesuffix('.')}.")


# ---- the numbers one would type ----


def _experiment(told: Any, own: str, numbers: bytes) -> Experiment:
    match told if _is_plain(told) else None:
        case [
            [str() as name, int() as samples, int() | float() as noise, int() as seed, check],
            [[*hidden], [*activations], int() as drawn, int() | float() as scale],
            [int() | float() as h, str() as mode, int() as batch_size, int() | float() as momentum],
            int() as epoch,
            int() as sample,
            int() | None as step,
        ] if all(isinstance(n, int) for n in hidden) and all(
            isinstance(a, str) for a in activations
        ):
            recipe = Recipe(name, samples, noise, seed, check, own)
            design = Design(tuple(hidden), tuple(activations), drawn, scale)
            rule = Rule(h, mode, batch_size, momentum)
        case _:
            raise ValueError(_NOTHING)
    begun = Experiment(recipe, design, rule, None, epoch, sample, step)
    if not numbers:
        return begun
    return Experiment(recipe, design, rule, _network(begun, numbers), epoch, sample, step)


def _is_plain(value: Any, levels: int = 3) -> bool:
    """Whether these are finite numbers, none of them huge, and short texts, in lists of lists."""
    if isinstance(value, list):
        return levels > 0 and len(value) <= 64 and all(_is_plain(v, levels - 1) for v in value)
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < _BIGGEST
    if isinstance(value, float):
        return isfinite(value)
    return value is None or (isinstance(value, str) and len(value) <= 64)


# ---- weights and biases ----


def _bytes_of(net: Network) -> bytes:
    for activation in net.activations:
        if get_activation(activation.name) != activation:
            raise ValueError(
                f"A link cannot carry an activation of your own, such as {activation.name}."
            )
    arrays = [*net.weights, *net.biases]
    return b"".join(array.astype("<f8").tobytes() for array in arrays)


def _network(begun: Experiment, numbers: bytes) -> Network:
    """The network of the designed shape with these weights, then these biases."""
    alike = replace(begun.design, scale=0.0).network(*begun.teacher_set.ends)
    needed = sum(array.size for array in (*alike.weights, *alike.biases))
    if len(numbers) != 8 * needed:
        found = f"{len(numbers) / 8:g} weights and biases"
        raise ValueError(f"it has {found}, but its network needs {needed}")
    return Network.from_weights(
        *split_like(np.frombuffer(numbers, "<f8"), alike), alike.activations
    )


# ---- bytes and letters ----


@lru_cache(maxsize=4)
def _packed_table(text: str) -> str:
    return _letters(zlib.compress(text.encode()))


def _checksum(version: str, state: bytes, table: str) -> bytes:
    begun = zlib.crc32(f"{version}.".encode() + state)
    return zlib.crc32(table.encode(), begun).to_bytes(4, "big")


def _unpack(packed: bytes, most: int) -> bytes:
    """Unpack one stream that fills `packed`; at most so many bytes, however many it would be."""
    stream = zlib.decompressobj()
    data = stream.decompress(packed, most)
    if not stream.eof or stream.unused_data:
        raise ValueError("not one stream, or too large")
    return data


def _letters(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(letters: str) -> bytes:
    """The bytes that these letters stand for; none if no bytes are written this way."""
    try:
        data = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except ValueError:
        return b""
    return data if _letters(data) == letters else b""
