"""A link brings back the same experiment, bit for bit, and nothing else can be made of one."""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import astuple, fields, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backprop_core import ACTIVATIONS, Activation, Network
from backprop_core.descent import MODES, Rule
from backprop_core.experiment import Design, Experiment
from backprop_core.link import LONGEST, pack, read_link, write_link
from backprop_core.teacher_sets import Recipe, teacher_set
from tests.refusals import assert_refused

DAMAGED = "This link is damaged: "
CHANGED = f"{DAMAGED}a part of it is missing or was changed."
NOTHING = f"{DAMAGED}nothing can be made of what it says."
OWN = "x1,x2,t1\r\n0.5,-1e-3,0\r\n1,2,1\r\n0,0,1\r\n"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

any_float = st.floats(allow_nan=False, allow_infinity=False)
recipes = st.builds(
    Recipe,
    name=st.sampled_from(["AND", "XOR", "two-spirals", "moons", "circles", "iris", "own"]),
    samples=st.integers(20, 60),
    noise=st.floats(0, 0.5),
    seed=st.integers(0, 999_999),
    check=st.floats(0, 0.9),
    own=st.just(OWN),
).map(lambda recipe: recipe if recipe.name == "own" else replace(recipe, own=""))
rules = st.builds(
    Rule,
    h=st.floats(0, exclude_min=True, allow_infinity=False),
    mode=st.sampled_from(MODES),
    batch_size=st.integers(1, 500),
    momentum=st.floats(0, 1, exclude_max=True),
)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """Any experiment, with weights of any size, or none of its own."""
    recipe = draw(recipes)
    hidden = tuple(draw(st.lists(st.integers(1, 16), max_size=6)))
    names = st.lists(
        st.sampled_from(list(ACTIVATIONS)), min_size=len(hidden) + 1, max_size=len(hidden) + 1
    )
    design = Design(
        hidden, tuple(draw(names)), draw(st.integers(0, 999_999)), draw(st.floats(0, 100))
    )
    trained = teacher_set(recipe)
    sizes = [trained.x.shape[1], *hidden, trained.t.shape[1]]
    network = None
    if draw(st.booleans()):
        network = Network.from_weights(
            [draw(arrays(float, pair, elements=any_float)) for pair in pairwise(sizes)],
            [draw(arrays(float, m, elements=any_float)) for m in sizes[1:]],
            design.activations,
        )
    return Experiment(
        recipe,
        design,
        draw(rules),
        network,
        draw(st.integers(0, 10**9)),
        draw(st.integers(0, len(trained.x) - 1)),
        draw(st.none() | st.integers(0, 10_000)),
    )


TRAINED = Experiment(
    Recipe("moons", seed=3),
    Design((3, 2), ("tanh", "ReLU", "sigmoid")),
    network=Network.random([2, 3, 2, 1], ["tanh", "ReLU", "sigmoid"], seed=8),
    epoch=320,
    sample=7,
    step=4,
)


def parts(experiment: Experiment) -> dict[str, Any]:
    """All that it has but the network."""
    told = {f.name: getattr(experiment, f.name) for f in fields(experiment)}
    del told["network"]
    return told


def assert_same(found: Experiment, expected: Experiment) -> None:
    assert parts(found) == parts(expected)
    assert (found.network is None) == (expected.network is None)
    if found.network and expected.network:
        assert found.network.activations == expected.network.activations
        for name in ("weights", "biases"):
            ours, theirs = getattr(found.network, name), getattr(expected.network, name)
            assert [a.shape for a in ours] == [a.shape for a in theirs]
            assert [a.tobytes() for a in ours] == [a.tobytes() for a in theirs]  # -0.0 is not 0.0


# ---- there and back ----


@given(experiments())
@settings(max_examples=60)
def test_there_and_back(experiment: Experiment) -> None:
    token = write_link(experiment)
    assert set(token) <= set(ALPHABET)
    assert len(token) <= LONGEST
    found = read_link(token)
    assert_same(found, experiment)
    assert [type(value) for value in astuple(found.rule)] == [float, str, int, float]
    assert write_link(found) == token


def test_nothing_is_forgotten() -> None:
    # What is added to one of these has to be added to the link, too.
    kinds = (Recipe, Design, Rule, Experiment)
    assert [[f.name for f in fields(kind)] for kind in kinds] == [
        ["name", "samples", "noise", "seed", "check", "own"],
        ["hidden", "activations", "seed", "scale"],
        ["h", "mode", "batch_size", "momentum"],
        ["recipe", "design", "rule", "network", "epoch", "sample", "step"],
    ]


def test_a_network_as_designed_makes_a_short_link() -> None:
    assert len(write_link(Experiment())) < 200


def test_links_that_are_out_there_stay_readable() -> None:
    written = (
        "1.0LxREXjaNYs7CsAgEAVzlq0fsiYI3mWxMBESwU-huX_WItUUMyNCtfc2CDsz2FiHhSNAxMMraMb2EH6MfNeeEw"
        "XtrGEN2DjQGeel2q6Zl2O0t5SwfQbWGhA"
    )
    assert_same(
        read_link(written),
        Experiment(Recipe(), Design((8, 8), ("tanh", "tanh", "sigmoid")), Rule(0.5)),
    )


def test_the_largest_network_of_the_widest_table_fits() -> None:
    columns = [f"x{i + 1}" for i in range(16)] + [f"t{i + 1}" for i in range(16)]
    own = ",".join(columns) + "\n" + ",".join("1" * 32) + "\n"
    design = Design((16,) * 6, ("tanh",) * 7)
    experiment = Experiment(Recipe("own", own=own), design, network=design.network(16, 16))
    token = write_link(experiment)
    assert len(token) < LONGEST
    assert_same(read_link(token), experiment)


def test_a_whole_link_is_as_good_as_its_token() -> None:
    link = f"http://localhost:8866/voila/render/06_playground.ipynb?a=b#state={write_link(TRAINED)}"
    assert_same(read_link(f" {link}\n"), TRAINED)


def test_a_table_that_is_not_in_use_stays_at_home() -> None:
    secret = replace(TRAINED, recipe=replace(TRAINED.recipe, own=OWN))
    assert_same(read_link(write_link(secret)), TRAINED)


def large() -> Experiment:
    random = np.random.default_rng(0).standard_normal((2000, 3))
    rows = "\n".join(",".join(map(repr, row)) for row in random.tolist())
    return Experiment(Recipe("own", own=f"x1,x2,t1\n{rows}\n"), Design((2,), ("tanh", "sigmoid")))


def test_a_table_that_is_too_large_is_refused_but_can_be_kept() -> None:
    experiment = large()
    refusal = "Your teacher set is too large for a link, which would have "
    assert_refused(lambda: write_link(experiment), refusal)
    assert_same(read_link(".".join(pack(experiment))), experiment)


def test_an_activation_of_ones_own_is_refused() -> None:
    tanh = ACTIVATIONS["tanh"]
    other = Activation("tanh", tanh.g, lambda r, output: r, "", "")
    design = Design((), ("tanh",))
    network = Network.from_weights([[[1.0], [2.0]]], activation=other)
    experiment = Experiment(Recipe("XOR"), design, network=network)
    assert_refused(lambda: write_link(experiment), "A link cannot carry an activation of your own")


def test_a_number_that_browsers_cannot_hold_is_refused() -> None:
    assert_refused(
        lambda: write_link(Experiment(epoch=2**53)), "One of the settings is too large a number"
    )
    assert read_link(write_link(Experiment(epoch=2**53 - 1))).epoch == 2**53 - 1


# ---- damage ----

TOKENS = [write_link(TRAINED), write_link(Experiment(Recipe("own", own=OWN)))]


@given(st.sampled_from(TOKENS), st.data())
def test_a_changed_letter_is_noticed(token: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(ALPHABET).filter(lambda a: a != token[place]))
    assert_refused(lambda: read_link(token[:place] + letter + token[place + 1 :]), CHANGED)


def test_the_last_letter_counts_although_not_all_of_its_bits_do() -> None:
    token = next(token for epoch in range(99) if len(token := bare(epoch)) % 4 == 0)
    assert len(token.split(".")[1]) % 4
    for letter in set(ALPHABET) - {token[-1]}:
        assert_refused(partial(read_link, token[:-1] + letter), CHANGED)


def bare(epoch: int) -> str:
    return write_link(Experiment(epoch=epoch))


@pytest.mark.parametrize("token", TOKENS)
def test_whatever_is_cut_off_is_noticed(token: str) -> None:
    for end in range(len(token)):
        for part in (token[:end], token[end + 1 :]):
            assert_refused(partial(read_link, part), CHANGED)


@given(st.sampled_from(TOKENS), st.text(ALPHABET, min_size=1) | st.text(min_size=1), st.booleans())
@example(TOKENS[0], "=", False)
@example(TOKENS[0], ".", False)
@example(TOKENS[1], "A", False)
def test_whatever_is_added_is_noticed(token: str, more: str, before: bool) -> None:
    longer = more + token if before else token + more
    if longer.strip() == token or longer.rpartition("#state=")[2].strip() == token:
        assert_same(read_link(longer), read_link(token))
    else:
        assert_refused(lambda: read_link(longer), CHANGED)


@given(st.text() | st.text(ALPHABET) | st.from_regex(r"\A[1-9]\.[\w-]{0,60}(\.[\w-]+)?\Z"))
@example("1.AAAAAA.")
@example("1" * 10_000)
@example("١.AAAAAA")
@settings(max_examples=300)
def test_any_other_text_is_refused(text: str) -> None:
    assert_refused(lambda: read_link(text), CHANGED)


# ---- what was made to look undamaged ----


def forged(state: bytes, table: str = "", version: str = "1") -> str:
    """A token with a right checksum."""
    check = zlib.crc32(f"{version}.".encode() + state + table.encode()).to_bytes(4, "big")
    text = urlsafe_b64encode(check + state).rstrip(b"=").decode()
    return ".".join(filter(None, (version, text, table)))


def unpacked(token: str) -> tuple[Any, bytes]:
    """The JSON and the numbers of a token."""
    text = token.split(".")[1]
    state = zlib.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4))[4:])
    told, _, numbers = state.partition(b"\0")
    return json.loads(told), numbers


def packed(told: Any, numbers: bytes = b"", table: str = "") -> str:
    return forged(zlib.compress(json.dumps(told).encode() + b"\0" + numbers), table)


def test_the_forger_knows_how() -> None:
    assert_same(read_link(packed(*unpacked(TOKENS[0]))), TRAINED)


def test_a_link_of_a_newer_version_is_told_from_a_damaged_one() -> None:
    token = forged(b"whatever", "more", version="2")
    assert_refused(lambda: read_link(token), "This link was made by a newer version")


def changed(path: Sequence[int], value: Any) -> str:
    """A token with one entry changed."""
    told, numbers = unpacked(TOKENS[0])
    place = told
    for n in path[:-1]:
        place = place[n]
    place[path[-1]] = value
    return packed(told, numbers)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ([0, 0], "sunflowers", "name is “sunflowers”, but expected one of"),
        ([0, 0], "own", ""),  # without a table
        ([0, 0], 3, "nothing"),
        ([0, 1], 10**12, "samples is"),
        ([0, 1], 200.5, "nothing"),
        ([0, 1], True, "nothing"),
        ([0, 2], "0", "nothing"),
        ([0, 2], 7, "noise is 7"),
        ([0, 2], float("nan"), "nothing"),
        ([0, 3], 10**6, "seed is"),
        ([0, 4], None, "check is"),
        ([0, 4], [], "check is"),
        ([0, 4], [[]], "nothing"),
        ([0], [], "nothing"),
        ([1, 0], [3, 2, 1], "activations has 3 entries"),
        ([1, 0], [3, 17], "hidden[1] is 17"),
        ([1, 0], [3, 0], "hidden[1] is 0"),
        ([1, 0], [2, 2], "it has 20 weights and biases, but its network needs 15"),
        ([1, 0], [1] * 7, "hidden has 7 layers"),
        ([1, 0], [3, 2.0], "nothing"),
        ([1, 0], [3, True], "nothing"),
        ([1, 0], "32", "nothing"),
        ([1, 1], ["tanh", "ReLU", "sigmod"], "activation is 'sigmod'"),
        ([1, 1], ["tanh", "ReLU", 3], "nothing"),
        ([1, 1], ["tanh", "ReLU", "s" * 1000], "nothing"),
        ([1, 2], -1, "seed is -1"),
        ([1, 2], 0.5, "nothing"),
        ([1, 3], -1, "scale is -1"),
        ([1, 3], float("inf"), "nothing"),
        ([2, 0], 0, "h is 0"),
        ([2, 0], float("inf"), "nothing"),
        ([2, 1], "stochastic", "mode is 'stochastic'"),
        ([2, 2], 0, "batch_size is 0"),
        ([2, 3], 1, "momentum is 1"),
        ([3], -1, "epoch is -1"),
        ([3], 2**53, "nothing"),
        ([3], 0.5, "nothing"),
        ([4], 200, "sample is 200"),
        ([4], -1, "sample is -1"),
        ([4], None, "nothing"),
        ([5], -1, "step is -1"),
        ([5], "4", "nothing"),
        ([5], [], "nothing"),
    ],
)
def test_what_no_playground_has_is_refused(path: list[int], value: Any, reason: str) -> None:
    assert_refused(lambda: read_link(changed(path, value)), DAMAGED + reason)


def test_one_sentence_with_one_full_stop() -> None:
    for path, value in (([1, 3], -1), ([0, 2], 7), ([1, 1], ["tanh"] * 9)):
        with pytest.raises(ValueError, match=r"[^.]\.\Z"):
            read_link(changed(path, value))


@pytest.mark.parametrize(
    "token",
    [
        forged(b""),
        forged(b"no stream"),
        forged(zlib.compress(b"")),
        forged(zlib.compress(b"{}\0")),
        forged(zlib.compress(b"no JSON\0")),
        forged(zlib.compress(b"\xff\xfe\0")),
        forged(zlib.compress(b"[" + b"9" * 10_000 + b"]")),
        forged(zlib.compress(b"[" * 100_000)),
        forged(zlib.compress(b"[" * 500 + b"]" * 500)),
        forged(zlib.compress(json.dumps(unpacked(TOKENS[1])[0]).encode()) + b"more"),
        forged(zlib.compress(b"[]")[:-1]),
        forged(zlib.compress(b"[1e999]")),
        packed(None),
        packed([]),
        packed([None] * 6),
        packed([[0] * 100] * 6),
    ],
)
def test_what_is_no_experiment_is_refused(token: str) -> None:
    assert_refused(lambda: read_link(token), NOTHING)


def test_few_bytes_that_unpack_to_many_are_refused() -> None:
    bomb = zlib.compress(b" " * 300_000_000, 9)
    letters = urlsafe_b64encode(bomb).rstrip(b"=").decode()
    told, numbers = unpacked(TOKENS[1])
    assert_refused(lambda: read_link(forged(bomb)), NOTHING)
    assert_refused(lambda: read_link(packed(told, numbers, letters)), NOTHING)


@pytest.mark.parametrize(
    "table", ["no-table", "A", urlsafe_b64encode(zlib.compress(b"\xff")).decode()]
)
def test_a_table_that_does_not_unpack_is_refused(table: str) -> None:
    told, _ = unpacked(TOKENS[1])
    assert_refused(lambda: read_link(packed(told, table=table.rstrip("="))), NOTHING)


def test_a_table_is_read_like_any_other() -> None:
    told, _ = unpacked(TOKENS[1])
    table = urlsafe_b64encode(zlib.compress(b"x1,x2,t1\n0,0,0\n0,none,1\n")).rstrip(b"=").decode()
    refusal = DAMAGED + "Row 3, column x2 is “none”"
    assert_refused(lambda: read_link(packed(told, table=table)), refusal)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_are_finite(value: float) -> None:
    told, numbers = unpacked(TOKENS[0])
    values = np.frombuffer(numbers, "<f8").copy()
    values[4] = value
    reason = f"weights[0][1, 1] is {value}, but expected a finite number."
    assert_refused(lambda: read_link(packed(told, values.tobytes())), DAMAGED + reason)


@pytest.mark.parametrize("change", [b"\0", b"\0" * 8])
def test_weights_are_as_many_as_the_network_has(change: bytes) -> None:
    told, numbers = unpacked(TOKENS[0])
    reason = f"it has {(len(numbers) + len(change)) / 8:g} weights and biases, "
    assert_refused(lambda: read_link(packed(told, numbers + change)), DAMAGED + reason)
    assert_refused(lambda: read_link(packed(told, numbers[8:])), DAMAGED + "it has ")
