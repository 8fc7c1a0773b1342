"""A network file brings every bit back, and a bad one is refused in one sentence with its place."""

import json
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_core import ACTIVATIONS, Network
from backprop_core.take_away import MOST_BYTES, read_network, write_network
from tests.refusals import assert_refused
from tests.strategies import Problem, problems

GOOD = json.loads(write_network(Network.three_layer()))


def bits(net: Network) -> list[bytes]:
    return [array.tobytes() for array in (*net.weights, *net.biases)]


def changed(*path: Any, to: Any) -> str:
    """The article's network as a file in which one thing is another."""
    file = json.loads(json.dumps(GOOD))
    *way, last = path
    place = file
    for step in way:
        place = place[step]
    place[last] = to
    return json.dumps(file)


def without(field: str) -> str:
    return json.dumps({name: value for name, value in GOOD.items() if name != field})


def test_fields_that_are_not_known_are_left_alone_however_many_they_are() -> None:
    begin = perf_counter()
    file = GOOD | {f"field {n}": n for n in range(30_000)}
    assert read_network(json.dumps(file)).sizes == (2, 2, 2, 1)
    assert perf_counter() - begin < 5


@given(problems())
def test_what_was_written_is_read_bit_by_bit(problem: Problem) -> None:
    read = read_network(write_network(problem.net))
    assert bits(read) == bits(problem.net)
    assert read.activations == problem.net.activations
    assert read.sizes == problem.net.sizes


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_whatever_finite_numbers_they_are(weights: list[float]) -> None:
    net = Network.from_weights([np.array(weights)[:, np.newaxis]], [[-0.0]])
    assert bits(read_network(write_network(net))) == bits(net)


def test_the_file_says_what_it_is() -> None:
    assert list(GOOD) == ["format", "version", "sizes", "activations", "weights", "biases"]
    assert GOOD["weights"][0][0][1] == Network.three_layer().weight("x1", "f2")


def test_bytes_with_or_without_a_mark_and_unknown_fields_are_read() -> None:
    text = changed("note", to="δ")
    for file in (text, text.encode(), b"\xef\xbb\xbf" + text.encode(), "\ufeff" + text):
        assert bits(read_network(file)) == bits(Network.three_layer())


def test_an_activation_of_somebodys_own_has_no_name_to_be_read_by() -> None:
    own = replace(ACTIVATIONS["tanh"], formula="?")
    net = Network.three_layer(["sigmoid", own, "sigmoid"])
    assert_refused(
        lambda: write_network(net),
        "activations[1] is 'tanh', which a file cannot hold, but expected one of: sigmoid, tanh",
    )


BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "the file is empty, but expected JSON"),
    "blank": (b" \n", "the file is empty, but expected JSON"),
    "Latin-1": ('{"note": "é"}'.encode("latin-1"), "byte 11 of the file is no UTF-8 text"),
    "a picture": (b"\x89PNG\r\n", "byte 1 of the file is no UTF-8 text, but expected JSON"),
    "cut off": (json.dumps(GOOD)[:-9], "line 1, column "),
    "a table": ("x1,t1\n0,1\n", "line 1, column 1 of the file is no JSON"),
    "a list": ("[1, 2]", "the file holds [1, 2], but expected {…} with named fields"),
    "deep": ("[" * 100_000, "the file has brackets inside brackets without end"),
    "twice": ('{"sizes": [1], "sizes": [2]}', "sizes is there more than once"),
    "too large": (" " * (MOST_BYTES + 1), "the file has 1.0 MB, but expected 1 MB or less"),
    "NaN": (changed("biases", 0, 1, to=float("nan")), "the file holds NaN, but expected finite"),
    "Infinity": (changed("biases", 0, 1, to=-float("inf")), "the file holds -Infinity"),
    "another format": (
        changed("format", to="onnx"),
        'format is "onnx", but expected "backprop-network"',
    ),
    "no format": (without("format"), 'format is missing, but expected "backprop-network"'),
    "a later version": (changed("version", to=2), "version is 2, but expected 1"),
    "true for 1": (changed("version", to=True), "version is true, but expected 1"),
    "no sizes": (without("sizes"), "sizes is missing, but expected two or more whole numbers"),
    "one size": (changed("sizes", to=[2]), "sizes is [2], but expected two or more"),
    "size 0": (changed("sizes", 1, to=0), "sizes[1] is 0, but expected a whole number of 1"),
    "size 1.5": (changed("sizes", 1, to=1.5), "sizes[1] is 1.5, but expected a whole number"),
    "size true": (changed("sizes", 3, to=True), "sizes[3] is true, but expected a whole number"),
    "huge size": (
        changed("sizes", 1, to=10**12),
        "weights[0][0] has 2 entries, but expected 1000000000000: one for each node of layer 1",
    ),
    "endless size": (
        '{"format": "backprop-network", "version": 1, "sizes": [' + "9" * 5000 + ", 1]}",
        "sizes[0] is Infinity, but expected a whole number of 1 or more",
    ),
    "no activations": (
        without("activations"),
        "activations is missing, but expected 3 entries: one for each layer of neurons",
    ),
    "too few activations": (
        changed("activations", to=["tanh"]),
        "activations has 1 entry, but expected 3: one for each layer of neurons",
    ),
    "unknown activation": (
        changed("activations", 1, to="sigmod"),
        'activations[1] is "sigmod", but expected one of: sigmoid, tanh, ReLU',
    ),
    "a list as activation": (changed("activations", 0, to=[]), "activations[0] is [], but"),
    "half a character": (
        changed("activations", 0, to="\ud800"),
        'activations[0] is "?", but expected one of',
    ),
    "weights as text": (changed("weights", to="1"), 'weights is "1", but expected a list of 3'),
    "missing row": (
        changed("weights", 1, to=[[1, 2]]),
        "weights[1] has 1 entry, but expected 2: a row for each node of layer 1",
    ),
    "ragged": (
        changed("weights", 0, 1, to=[0.1]),
        "weights[0][1] has 1 entry, but expected 2: one for each node of layer 1",
    ),
    "a letter": (
        changed("weights", 0, 1, 0, to="abc"),
        'weights[0][1][0] is "abc", but expected a number such as 0.5',
    ),
    "a hole": (changed("weights", 0, 1, 0, to=None), "weights[0][1][0] is null, but expected"),
    "true": (changed("weights", 0, 1, 0, to=True), "weights[0][1][0] is true, but expected"),
    "1e400": (
        json.dumps(GOOD).replace("1.2", "1e400"),
        "weights[2][0][0] is too large, but expected a number that a computer can hold",
    ),
    "a whole number too large": (
        changed("weights", 2, 0, 0, to=10**399),
        "weights[2][0][0] is too large, but expected a number that a computer can hold",
    ),
    "biases too long": (
        changed("biases", 2, to=[1, 2]),
        "biases[2] has 2 entries, but expected 1: one for each node of layer 3",
    ),
    "markup": (
        changed("biases", 0, 0, to="<img src=x>"),
        'biases[0][0] is "<img src=x>", but expected a number',
    ),
}


@pytest.mark.parametrize(("file", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_its_place(file: str | bytes, sentence: str) -> None:
    assert_refused(lambda: read_network(file), sentence)


def one_sentence_or_a_network(read: Callable[[], Network]) -> None:
    try:
        net = read()
    except ValueError as refusal:
        sentence = str(refusal)
        assert ", but expected " in sentence
        assert "\n" not in sentence
        sentence.encode()
    else:
        assert isinstance(net, Network)


@given(st.binary() | st.text())
def test_no_file_does_worse_than_being_refused(file: bytes | str) -> None:
    one_sentence_or_a_network(lambda: read_network(file))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
PLACES = st.sampled_from(
    [
        *((name,) for name in GOOD),
        *((name, 1) for name in ("sizes", "activations", "weights", "biases")),
        ("weights", 0, 0),
        ("weights", 0, 0, 1),
        ("biases", 2, 0),
    ]
)


@given(PLACES, VALUES)
def test_nor_one_with_anything_in_any_place(place: tuple[Any, ...], value: Any) -> None:
    one_sentence_or_a_network(lambda: read_network(changed(*place, to=value)))
