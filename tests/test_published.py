"""Published worked examples: every digit they print, what explains the wrong ones, one's own."""

import json
import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backprop_core import Network, backward, error, forward, train, update
from backprop_core.published import (
    MISTAKES,
    Comparison,
    Published,
    Quantity,
    WorkedExample,
    compare,
    examples,
    read_example,
    titles,
)
from backprop_core.published.comparing import read_printed
from backprop_core.published.files import TEMPLATE
from backprop_core.published.mistakes import Run, pass_with
from tests.refusals import assert_refused

MAZUR, CHAPTER, QUESTION = examples()


@cache
def compared(example: WorkedExample) -> dict[tuple[str, Quantity], Comparison]:
    """All comparisons of an example, by what is printed and for which quantity."""
    return {(c.published.printed, c.published.quantity): c for c in compare(example)}


def one(example: WorkedExample, printed: str) -> Comparison:
    (found,) = (c for (text, _), c in compared(example).items() if text == printed)
    return found


def value(example: WorkedExample, quantity: str, *mistakes: str) -> float:
    return Run(example, mistakes).value(Quantity.parse(quantity, example.network))


# --- what is shipped -----------------------------------------------------------------------------

# Everything else agrees: printed → (ours, the mistakes that lead to what is printed).
WRONG = {
    MAZUR: {
        "0.291027924": ("0.291027774", "updated-weights-first"),
        "0.0000351085": ("0.0000351019", "one-update-early"),
        "0.015912196": ("0.015913620", "updated-weights-first"),
        "0.984065734": ("0.984064274", "updated-weights-first"),
    },
    CHAPTER: {
        "0.80133": ("0.80144", "rounded-on-the-way"),
        "-2.406e-3": ("-2.654e-3", "updated-weights-first rounded-on-the-way"),
        "0.272392": ("0.272326", "rounded-on-the-way"),
        "0.87305": ("0.87300", "rounded-on-the-way"),
        "0.09916": ("0.09907", "updated-weights-first"),
        "0.7978": ("0.7976", "updated-weights-first"),
        "0.3972": ("0.3971", "updated-weights-first"),
        "0.5928": ("0.5926", "updated-weights-first"),
        "-0.18205": ("-0.18202", "rounded-on-the-way"),
    },
    QUESTION: {"0.00571675240882": ("0.00142918810220", "path-weights-left-out")},
}
CUT_OFF = {"-0.0406", "0.5928"}  # the rest is rounded


@pytest.mark.parametrize(
    ("example", "count"), [(MAZUR, 35), (CHAPTER, 16), (QUESTION, 6)], ids=titles()
)
def test_every_printed_digit_agrees_or_comes_out_with_a_mistake(
    example: WorkedExample, count: int
) -> None:
    found = compared(example)
    assert len(found) == count
    wrong = {}
    for (printed, _), comparison in found.items():
        reading = comparison.mistaken or comparison.ours
        assert reading.text == printed
        assert reading.agrees == ("cut off" if printed in CUT_OFF else "rounded")
        assert (comparison.mistaken is None) == bool(comparison.ours.agrees)
        if comparison.mistaken:
            assert comparison.explained
            wrong[printed] = (comparison.ours.text, " ".join(comparison.published.mistakes))
    assert wrong == WRONG[example]


@pytest.mark.parametrize("example", examples(), ids=titles())
def test_without_the_mistake_it_does_not_come_out(example: WorkedExample) -> None:
    assert any(len(entry.mistakes) == 2 for entry in CHAPTER.published)
    for entry in example.published:
        if entry.printed not in WRONG[example]:
            continue
        for left_out in entry.mistakes:
            fewer = tuple(name for name in entry.mistakes if name != left_out)
            changed = Published(entry.quantity, entry.printed, mistakes=fewer)
            (found,) = compare(example, [changed])
            assert not found.ours.agrees
            assert not found.explained


def printed_as(number: float, decimals: int = 9) -> str:
    return f"{number:.{decimals}f}"


def test_mazurs_right_numbers() -> None:
    assert printed_as(value(MAZUR, "after 1: E"), 10) == "0.2910277737"
    assert printed_as(value(MAZUR, "after 10000: y1")) == "0.015913620"
    assert printed_as(value(MAZUR, "after 10000: y2")) == "0.984064274"
    assert printed_as(value(MAZUR, "after 9999: E"), 10) == "0.0000351085"
    assert value(MAZUR, "after 10000: bias f1") == 0.35


def test_the_chapters_right_numbers() -> None:
    right = {
        **{"f1": ".680267197", "f2": ".663738697", "f3": ".690283493", "delta_r f3": ".040681125"},
        **{"updated f1-f3": ".272325965", "updated f2-f3": ".872998363"},
        **{"updated x1-f1": ".099070929", "updated x2-f1": ".797610960"},
        **{"updated x1-f2": ".397139924", "updated x2-f2": ".592645519"},
        **{"E": ".018103904", "after 1: E": ".016565382"},
    }
    assert {q: printed_as(value(CHAPTER, q)) for q in right} == {
        q: f"0{digits}" for q, digits in right.items()
    }
    hidden = {
        **{"updated x1-f1": "0.099156633", "updated x2-f1": "0.797831341"},
        **{"updated x1-f2": "0.397225732", "updated x2-f2": "0.592866167"},
    }
    mistaken = {q: printed_as(value(CHAPTER, q, "updated-weights-first")) for q in hidden}
    assert mistaken == hidden


def test_the_derivative_in_the_question_against_central_differences() -> None:
    net, step = QUESTION.network, 1e-5
    ys = [
        forward(net.with_weight("x1", "f1", 0.5 + move), QUESTION.x).y.item()
        for move in (step, -step)
    ]
    found = value(QUESTION, "derivative y1 x1-f1")
    assert found == pytest.approx((ys[0] - ys[1]) / (2 * step), rel=1e-8)
    left_out = value(QUESTION, "derivative y1 x1-f1", "path-weights-left-out")
    assert left_out == pytest.approx(4 * found, rel=1e-14)


def test_titles_are_known_without_reading_everything() -> None:
    assert titles() == tuple(example.title for example in examples())


def test_an_example_is_ready_for_a_walk() -> None:
    situation = CHAPTER.situation()
    assert (situation.x, situation.t, situation.h) == (CHAPTER.x, CHAPTER.t, CHAPTER.h)
    assert situation.convention == "sum"
    assert printed_as(situation.error) == "0.018103904"


def test_nothing_that_reads_yaml_is_loaded_before_it_is_needed() -> None:
    program = (
        "import sys, backprop_core.widgets as w\n"
        "page = w.WorkedExamples()\n"
        "print([name for name in ('yaml', 'matplotlib', 'networkx') if name in sys.modules])\n"
        "page.table.chosen = 1\n"
        "print([name for name in ('yaml', 'matplotlib', 'networkx') if name in sys.modules])\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split("\n") == ["[]", "['yaml']", ""]


# --- computing -----------------------------------------------------------------------------------


def some_network() -> Network:
    return Network.random([2, 3, 2, 2], activation=["tanh", "sigmoid", "softplus"], seed=4)


def own(net: Network, samples: Any, **options: Any) -> WorkedExample:
    return WorkedExample("own", MAZUR.source, net, samples, 0.3, (), **options)


SAMPLES = (((0.5, -1.0), (0.2, 0.9)), ((1.5, 0.25), (0.0, 1.0)))


def test_each_quantity_is_the_engines() -> None:
    net, example = some_network(), own(some_network(), SAMPLES)
    x, t = SAMPLES[1]
    f = forward(net, x)
    g = backward(net, f, t)
    expected = {
        "r f4": f.r[1][0, 0],
        "f4": f.outputs[1][0, 0],
        "f7": f.y[0, 1],
        "y2": f.y[0, 1],
        "slope f2": net.activations[0].slope(f.r[0])[0, 1],
        "E": error(f.y, t),
        "E y1": 0.5 * (f.y[0, 0] - t[0]) ** 2,
        "difference y2": f.y[0, 1] - t[1],
        "delta f1": g.deltas[0][0, 0],
        "delta_r f5": g.deltas_r[1][0, 1],
        "gradient f3-f4": g.weights[1][2, 0],
        "gradient f6": g.biases[2][0],
        "weight x2-f3": net.weights[0][1, 2],
        "bias f3": net.biases[0][2],
    }
    for quantity, number in expected.items():
        for sign, prefix in ((1, ""), (-1, "-")):
            q = Quantity.parse(f"sample 2: {prefix}{quantity}", net, 2)
            assert Run(example).value(q) == pytest.approx(sign * number, rel=1e-14)
    # one update is made with the first sample
    after = update(net, backward(net, forward(net, SAMPLES[0][0]), SAMPLES[0][1]), example.h)
    for quantity in ("updated f3-f4", "after 1: weight f3-f4"):
        assert value(example, quantity) == pytest.approx(after.weight("f3", "f4"), rel=1e-14)
    assert value(example, "updated f6") == pytest.approx(after.bias("f6"), rel=1e-14)
    assert value(example, "after 1: bias f6") == value(example, "updated f6") != net.bias("f6")


def test_many_updates_are_on_line_training() -> None:
    x, t = zip(*SAMPLES, strict=True)
    trained = train(some_network(), x, t, h=0.3, epochs=20, mode="online").network
    example = own(some_network(), SAMPLES)
    assert value(example, "after 40: weight x1-f1") == pytest.approx(
        trained.weight("x1", "f1"), rel=1e-12
    )
    still = own(some_network(), SAMPLES, train_biases=False)
    assert value(still, "after 40: bias f1") == some_network().bias("f1")


def test_a_pass_with_mistakes_is_the_engines_without_them() -> None:
    net, (x, t) = some_network(), SAMPLES[0]
    f = forward(net, x)
    g = backward(net, f, t)
    moment = pass_with(
        net.weights, net.biases, net.activations, f.x, np.array([t]), h=0.3, paths=()
    )
    for ours, engines in (
        (moment.r, f.r),
        (moment.outputs, f.outputs),
        (moment.weights, g.weights),
        (moment.biases, g.biases),
        (moment.deltas, g.deltas),
        (moment.deltas_r, g.deltas_r),
    ):
        for a, b in zip(ours, engines, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-15)


def test_updated_weights_first_goes_on_from_layer_to_layer() -> None:
    net, (x, t) = some_network(), SAMPLES[0]
    f = forward(net, x)
    mixed = net
    for k in (2, 1, 0):
        g = backward(mixed, f, t)
        weights = list(mixed.weights)
        weights[k] = net.weights[k] - 0.3 * g.weights[k]
        mixed = Network.from_weights(weights, net.biases, net.activations)
    example = own(net, SAMPLES[:1])
    found = value(example, "updated x1-f1", "updated-weights-first")
    assert found == pytest.approx(mixed.weight("x1", "f1"), rel=1e-14)


def test_numbers_that_grow_too_large_are_said_to() -> None:
    net = Network.from_weights([[[2.0]], [[3.0]]], activation="identity")
    example = own(net, (((100.0,), (0.0,)),))
    entry = Published(Quantity.parse("after 20: E", net), "0.5")
    with np.errstate(all="raise"):
        (found,) = compare(example, [entry])
    assert found.verdict == "cannot be computed: the numbers on the way grow too large"
    assert found.ours.text in ("∞", "undefined")


def test_every_mistake_reproduces_something() -> None:
    used = {name for example in examples() for e in example.published for name in e.mistakes}
    assert used == set(MISTAKES)


# --- digits --------------------------------------------------------------------------------------


def reading(printed: str, number: float, *mistakes: str) -> Comparison:
    """Compare a printed number with a weight that has a certain value."""
    net = Network.from_weights([[[number]]], activation="identity")
    example = own(net, (((0.0,), (0.0,)),))
    quantity = Quantity.parse("weight x1-f1", net)
    return compare(example, [Published(quantity, printed, mistakes=mistakes)])[0]


@pytest.mark.parametrize(
    ("printed", "number", "text", "agrees"),
    [
        ("0.33", 1 / 3, "0.33", "rounded"),
        ("0.67", 2 / 3, "0.67", "rounded"),
        ("0.66", 2 / 3, "0.66", "cut off"),
        (".67", 2 / 3, ".67", "rounded"),
        ("0,67", 2 / 3, "0,67", "rounded"),
        ("−.67", -2 / 3, "−.67", "rounded"),
        ("-0.66", -2 / 3, "-0.66", "cut off"),
        ("+1.50", 1.5, "+1.50", "rounded"),
        ("2", 1.99, "2", "rounded"),
        ("1", 1.99, "1", "cut off"),
        ("6.67e-1", 2 / 3, "6.67e-1", "rounded"),
        ("66.7E−2", 2 / 3, "66.7E−2", "rounded"),
        ("0.00", 1e-9, "0.00", "rounded"),
        ("-0.00", -1e-9, "-0.00", "rounded"),
        ("0.68", 2 / 3, "0.67", ""),
        ("0.9", 10.0, "10.0", ""),
        ("0.5", -0.5, "-0.5", ""),
        ("1e300", 1e300, "1e300", "rounded"),
        ("5e-324", 5e-324, "5e-324", "rounded"),
    ],
)
def test_a_number_is_written_as_the_printed_one(
    printed: str, number: float, text: str, agrees: str
) -> None:
    found = reading(printed, number)
    assert (found.ours.text, found.ours.agrees) == (text, agrees)
    assert found.ours.value == number


@pytest.mark.parametrize(
    ("printed", "number", "verdict"),
    [
        ("0.33", 1 / 3, "agrees"),
        ("0.66", 2 / 3, "agrees if cut off instead of rounded"),
        ("0.00124", 0.00123, "differs from the 3rd digit on"),
        ("0.0130", 0.0123, "differs from the 2nd digit on"),
        ("12.34", 12.44, "differs from the 3rd digit on"),
        ("0.5", -0.5, "differs from the 1st digit on"),
        ("9.99", 10.02, "differs from the 1st digit on"),
        ("0.0100", 0.00123, "differs from the 1st digit on"),
        ("1.23456789012", 1.23456789014, "differs from the 12th digit on"),
    ],
)
def test_the_verdict_says_where_digits_begin_to_differ(
    printed: str, number: float, verdict: str
) -> None:
    assert reading(printed, number).verdict == verdict


def test_a_mistake_that_does_not_explain_the_digits_is_not_said_to() -> None:
    found = reading("0.5", 0.25, "path-weights-left-out")
    assert not found.explained
    assert found.verdict == (
        "differs from the 1st digit on, and with the mistake as well: path weights left out"
    )
    assert reading("0.25", 0.25, "path-weights-left-out").verdict == "agrees"


@given(st.floats(-1e6, 1e6), st.integers(0, 12))
def test_whatever_python_rounds_agrees(number: float, decimals: int) -> None:
    assert reading(f"{number:.{decimals}f}", number).verdict == "agrees"
    assert reading(f"{number:.{decimals}e}", number).verdict == "agrees"


@given(st.floats(1e-3, 1e3), st.integers(1, 10), st.data())
def test_a_changed_digit_is_found(number: float, digits: int, data: st.DataObject) -> None:
    printed = f"{number:.{digits}e}"
    places = [n for n, c in enumerate(printed.partition("e")[0]) if c.isdecimal()]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from(sorted(set("123456789") - {printed[place]})))
    found = reading(f"{printed[:place]}{digit}{printed[place + 1 :]}", number)
    if found.ours.agrees != "cut off":
        assert found.ours.same == place
        assert found.place == places.index(place) + 1


@pytest.mark.parametrize(
    "text", ["", ".", "-", "e5", "1.2.3", "0x10", "½", "٣", "1e9999", "1 000", "1" * 26]
)
def test_what_is_no_printed_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(the printed digits|at most 25|a number that)"):
        read_printed(text)


# --- a reader's own ------------------------------------------------------------------------------


def test_the_template_is_an_example() -> None:
    example = read_example(TEMPLATE)
    assert str(example.source) == "A. Author: “A book”, page 12, 2024."
    *agree, wrong = compare(example)
    assert all(comparison.ours.agrees for comparison in agree)
    assert wrong.explained
    assert example.train_biases
    assert example.convention == "output"


def test_json_says_the_same_as_yaml() -> None:
    tree = yaml.safe_load(TEMPLATE)
    written = json.dumps(tree, indent="\t")
    a, b = read_example(written), read_example(TEMPLATE)
    assert (a.title, a.source, a.samples, a.h, a.published) == (
        *(b.title, b.source, b.samples, b.h, b.published),
    )
    assert all(
        np.array_equal(v, w) for v, w in zip(a.network.weights, b.network.weights, strict=True)
    )
    assert read_example(TEMPLATE.encode()).title == b.title
    assert read_example(b"\xef\xbb\xbf" + TEMPLATE.encode()).title == b.title


def test_printed_digits_stay_as_they_are_typed() -> None:
    bare = TEMPLATE.replace('"0.0181"', "+.01810").replace("h: 1\n", "h: 1e-3\n")
    example = read_example(bare)
    assert (example.published[1].printed, example.h) == ("+.01810", 0.001)


CHANGES = [  # replace, by, what the refusal begins with
    ("h: 1\n", "", "h is missing in own.yaml, but expected a learning rate."),
    ("h: 1\n", "h:\n", "h is empty, but expected a number such as 0.5."),
    ("h: 1\n", "h: .nan\n", "h is “.nan”, but expected a number such as 0.5."),
    ("h: 1\n", "h: 0\n", "h is “0”, but expected a number greater than 0."),
    ("h: 1\n", "h: [1]\n", "h is a list, but expected a number such as 0.5."),
    ("h: 1\n", f"h: {'9' * 5000}\n", "h is “9999999999"),
    ("h: 1\n", "h: 1\ncolour: red\n", "own.yaml has the key “colour”, but expected title, source,"),
    ("h: 1\n", "h: 1\nh: 2\n", "own.yaml, line 13, has the key “h” again, but expected it once."),
    ("h: 1\n", "h: 1\n? [a]\n: b\n", "own.yaml, line 13, has a list as a key"),
    ("h: 1\n", "h: 1\n---\nh: 2\n", "own.yaml, line 13, begins a second document"),
    ("h: 1\n", "h: &a 1\n", "own.yaml, line 12, has an anchor or alias, but expected none."),
    ("h: 1\n", "h: *a\n", "own.yaml, line 12, has an anchor or alias, but expected none."),
    ("h: 1\n", "h: !!python/name:os.system x\n", "own.yaml, line 12, has the tag “tag:yaml.org"),
    ("h: 1\n", "h: [1, 2\nx: }\n", "own.yaml is not YAML at line 13, column "),
    ("h: 1\n", "\th: 1\n", "own.yaml is not YAML at line 12, column "),
    ("h: 1\n", "h: 1\x00\n", "own.yaml is not YAML: "),
    ("h: 1\n", f"h: {'[' * 50}{']' * 50}\n", "own.yaml is nested too deep, but expected at most 8"),
    ("h: 1\n", "h: 1\nconvention: delta\n", "convention is “delta”, but expected one of: output,"),
    ("h: 1\n", "h: 1\ntrain_biases: 2\n", "train_biases is “2”, but expected true or false."),
    (
        "My own example",
        '"a\\u202eb"',
        "title is “a\N{REPLACEMENT CHARACTER}b”, but expected a text",
    ),
    ("My own example", "a" * 121, "title has 121 characters, but expected at most 120."),
    ("My own example", "{a: b}", "title is a mapping, but expected a text."),
    ("title: A book", "name: A book", "source.title is missing, but expected what it is called"),
    ("year: 2024", "date: 2024", "source has the key “date”, but expected title, author, year,"),
    ("0.1, 0.4]", "0.1, lots]", "network.weights[0][0][1] is “lots”, but expected a number"),
    ("0.1, 0.4]", "0.1]", "network.weights[0][1] has 2 numbers, but expected 1, as many as"),
    ("[[0.3], [0.9]]", "[[0.3]]", "network.weights[1] has 1 rows, but expected 2: one for each"),
    ("[[0.3], [0.9]]", "0.3", "network.weights[1] is “0.3”, but expected a list of rows"),
    ("[[0.3], [0.9]]", "[]", "network.weights[1] is empty, but expected a list of rows"),
    ("[[0.3], [0.9]]", "[[1e300], [0.9]]", "This example cannot be walked through: the input sum"),
    ("[[0, 0], [0]]", "[[0], [0]]", "network.biases[0] has the shape (1,), but expected (2,)."),
    ("sigmoid ", "sigmod ", "network.activation is 'sigmod', but expected one of: sigmoid, tanh"),
    ("sigmoid ", "[tanh, tanh, tanh] ", "network.activation has 3 entries, but expected one, or 2"),
    ("x: [0.35, 0.9]", "x: [0.35]", "samples[0].x has 1 number, but expected 2: one for each of"),
    ("t: [0.5]", "t: [0.5, 1]", "samples[0].t has 2 numbers, but expected 1: one for each of"),
    ("t: [0.5]", "z: [0.5]", "samples[0].t is missing, but expected a list of targets."),
    ("quantity: f1,", "quantity: f9,", "published[0].quantity is “f9”, but expected a neuron of"),
    ("quantity: f1,", "quantity: x9-f1,", "published[0].quantity is “x9-f1”, but expected a quant"),
    ("quantity: f1,", "quantity: y2,", "published[0].quantity is “y2”, but expected the output y."),
    ("quantity: f1,", "", "published[0].quantity is missing, but expected the name of a quantity."),
    (
        "updated f1-f3",
        "updated x1-f3",
        "published[3].quantity is “updated x1-f3”, but expected two",
    ),
    (
        "updated f1-f3",
        "'after 2: updated f1-f3'",
        "published[3].quantity is “after 2: updated f1-f3”, but",
    ),
    (
        "updated f1-f3",
        "'after 99999: gradient f1-f3'",
        "published[3].quantity is “after 99999: gradient f",
    ),
    ("updated f1", "'sample 2: gradient f1", "own.yaml is not YAML at line "),
    (
        '"0.6803"',
        "about 0.7",
        "published[0].printed is “about 0.7”, but expected the printed digit",
    ),
    ('"0.6803"', '"0.7", mistake: x', "published[0].mistake is “x”, but expected one of: updated-"),
    ('"0.6803"', "<b>1</b>", "published[0].printed is “<b>1</b>”, but expected the printed digits"),
]


@pytest.mark.parametrize(("before", "after", "refusal"), CHANGES)
def test_a_bad_example_is_refused_in_one_sentence(before: str, after: str, refusal: str) -> None:
    changed = TEMPLATE.replace(before, after, 1)
    assert changed != TEMPLATE
    with pytest.raises(ValueError, match=r"but expected|is not YAML") as refused:
        read_example(changed, "own.yaml")
    assert_one_sentence(str(refused.value))
    assert str(refused.value).startswith(refusal)


def assert_one_sentence(text: str) -> None:
    assert text.endswith(".")
    assert text.isprintable()
    assert len(text) < 400


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "The example is empty, but expected an example in YAML or JSON."),
        (" \n", "The example is empty, but expected an example in YAML or JSON."),
        ("# nothing\n", "The example is empty, but expected a mapping, such as “title: …”."),
        ("- a", "The example is a list, but expected a mapping, such as “title: …”."),
        ("hello", "The example is “hello”, but expected a mapping, such as “title: …”."),
        ("a" * 100_001, "The example has more than 100,000 bytes, but expected at most"),
        ("title: Bär".encode("latin-1"), "The example has the byte 0xe4 at place 9, but expected"),
        ("[" * 50_000, "The example is nested too deep, but expected at most 8 levels."),
        ('{"a":' * 20_000, "The example is nested too deep, but expected at most 8 levels."),
        ('{"a":' * 20 + "1" + "}" * 20, "The example is nested too deep, but expected at most 8"),
        ('{"title": "a",}', "The example is not JSON at line 1, column 15: "),
        ('{"title": "a", "title": "b"}', "The example has the key “title” twice, but expected it"),
        ('{"title": NaN}', "source is missing in The example, but expected author, title, year"),
        ('{"title": "\\ud800"}', "title is “\N{REPLACEMENT CHARACTER}”, but expected a text"),
        ('{"title": null}', "title is empty, but expected a text."),
    ],
)
def test_what_is_no_example_at_all_is_refused(text: bytes | str, refusal: str) -> None:
    assert_refused(lambda: read_example(text), refusal)


def read_or_refuse(text: bytes | str) -> None:
    try:
        read_example(text)
    except ValueError as refusal:
        assert_one_sentence(str(refusal))


@given(
    st.one_of(
        st.text(), st.binary(), st.text("[]{}:,-&*!? \n\"'a1#|>%@`"), st.text().map("{".__add__)
    )
)
def test_any_text_is_read_or_refused_in_a_sentence(text: bytes | str) -> None:
    read_or_refuse(text)


_ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside),
    max_leaves=4,
)


@given(st.data(), _ANYTHING)
def test_any_value_at_any_place_is_read_or_refused(data: st.DataObject, value: Any) -> None:
    tree = yaml.safe_load(TEMPLATE)
    place: Any = tree
    while True:
        keys = [*place] if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = value
    read_or_refuse(json.dumps(tree))
    read_or_refuse(yaml.safe_dump(tree))


@given(st.text("-afterupdsmpl 0123456789:xfyErg_", max_size=20))
def test_any_name_is_a_quantity_or_none(text: str) -> None:
    net = some_network()
    try:
        quantity = Quantity.parse(text, net)
    except ValueError:
        return
    assert quantity.name
    assert quantity.phase
    assert np.isfinite(Run(own(net, SAMPLES)).value(quantity)) or quantity.after > 100


@pytest.mark.parametrize(
    ("text", "name", "phase"),
    [
        ("r f1", "r₁", "Forward"),
        ("y1", "y₁", "Forward"),
        ("slope f2", "g′(r₂)", "Forward"),
        ("E", "E", "Error"),
        ("E y2", "E of y₂", "Error"),
        ("difference y1", "y₁ − t₁", "Error"),
        ("-difference y1", "t₁ − y₁", "Error"),
        ("delta f3", "δ₃", "Backward"),
        ("-delta_r f3", "−∂E/∂r₃", "Backward"),
        ("gradient x1-f1", "∂E/∂wₓ₁,₁", "Backward"),
        ("gradient f1", "∂E/∂b₁", "Backward"),
        ("derivative y1 f1-f4", "∂y₁/∂w₁,₄", "Backward"),
        ("derivative y2 f4", "∂y₂/∂b₄", "Backward"),
        ("weight f1-f4", "w₁,₄", "To begin with"),
        ("updated f1-f4", "w₁,₄", "After one update"),
        ("updated f1", "b₁", "After one update"),
        ("after 12000: sample 2: E", "E (sample 2)", "After 12,000 updates"),
    ],
)
def test_a_quantity_has_a_name_and_a_place(text: str, name: str, phase: str) -> None:
    quantity = Quantity.parse(text, some_network(), samples=2)
    assert (quantity.name, quantity.phase) == (name, phase)
