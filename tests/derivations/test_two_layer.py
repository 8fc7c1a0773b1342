"""Every line of the article's derivation holds for every weight and bias, and its slips show."""

import re
import timeit
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings

from backprop_core import Network, check_gradient, error, update
from backprop_core.derivations import Line, Moment, Slip, coming, derive
from tests.derivations.columns import close, lines, picked
from tests.derivations.reading import read, without_classes
from tests.prose import copied

SMOOTH = ("sigmoid", "tanh", "softplus")
NET = Network.random([2, 3, 1], seed=3)
XOR = Moment(NET, [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]])
CHOSEN = ("weight-f2-f4", "weight-x2-f3", "bias-f4", "bias-f2")  # one of each kind


def told(moment: Moment, slot: str) -> list[Line]:
    return lines(derive(moment.net.sizes, slot))


def value(line: Line, moment: Moment) -> float:
    return np.asarray(line.expression.at(moment)).item()


def nodes(slot: str) -> tuple[str, ...]:
    return tuple(slot.split("-")[1:])


@given(picked())
def test_no_line_changes_the_gradient(drawn: tuple[Moment, str]) -> None:
    moment, slot = drawn
    expected = moment.g.of(moment.net, *nodes(slot))
    report = check_gradient(moment.net, moment.x, moment.t)
    scale = max(1.0, report.error)
    column = [line for line in told(moment, slot) if line.quantity == "gradient"]
    above = expected
    for line in column:
        assert close(value(line, moment), above, scale), line.latex
        above = value(line, moment)
    assert close(above, report.table[list(moment.net.slots).index(slot)].central_difference, scale)


@given(picked())
def test_the_other_lines_are_the_error_and_the_new_weight(drawn: tuple[Moment, str]) -> None:
    moment, slot = drawn
    new = update(moment.net, moment.g, moment.h).parameter(*nodes(slot))
    e = error(moment.f.y, moment.t)
    seen = []
    for line in told(moment, slot):
        if line.quantity != "gradient":
            seen.append(line.quantity)
            expected = e if line.quantity == "error" else new
            assert close(value(line, moment), expected, max(1.0, e)), line.latex
    assert seen == ["weight", "error", "weight"]


@settings(max_examples=40)
@given(picked(one_activation=True))
def test_what_is_read_is_what_is_computed(drawn: tuple[Moment, str]) -> None:
    moment, slot = drawn
    scale = max(1.0, error(moment.f.y, moment.t))
    shown = told(moment, slot)
    for above, line in zip([None, *shown], shown, strict=False):
        expected = value(line, moment)
        assert close(read(line.expression.latex, moment), expected, scale), line.latex
        if above:
            marked = coming(above.expression, line.expression)
            assert close(read(marked, moment), expected, scale), marked


def stray(moment: Moment, slot: str) -> str:
    """The hidden neuron that the article means by its stray index i."""
    hidden = moment.net.layers[1]
    return next((n for n in nodes(slot) if n in hidden), hidden[0])[1:]


def printed(moment: Moment, slot: str) -> Iterator[tuple[Line, Slip, float, float]]:
    """Each slip with a formula of its own: its line, its value and the line's."""
    for line in told(moment, slot):
        for slip in line.slips:
            if slip.expression:
                as_printed = np.asarray(slip.expression.at(moment)).item()
                yield line, slip, as_printed, value(line, moment)


@settings(max_examples=40)
@given(picked(one_activation=True))
def test_slips_are_evaluated_as_they_are_printed(drawn: tuple[Moment, str]) -> None:
    moment, slot = drawn
    scale = max(1.0, error(moment.f.y, moment.t))
    for _, slip, as_printed, _ in printed(moment, slot):
        assert slip.expression
        latex = (
            slip.expression.latex.replace("{w_{", r"{\hat{w}_{")
            if "hat" in slip.note
            else slip.expression.latex
        )
        found = read(latex, moment, stray(moment, slot), neuron_first=True)
        assert close(found, as_printed, scale), slip.note


@given(picked(names=SMOOTH))
def test_a_slip_changes_the_value_where_it_says_so(drawn: tuple[Moment, str]) -> None:
    moment, slot = drawn
    hidden = moment.f.outputs[0]
    blame = (moment.f.y - moment.t)[:, 0] * moment.net.activations[1].slope(moment.f.r[1])[:, 0]
    for line, slip, as_printed, right in printed(moment, slot):
        if not slip.changes_value:
            assert close(as_printed, right), slip.note
        elif "½" in slip.note:
            assert close(as_printed, right / 2)
        elif "every term" in slip.note:  # the sum of all hidden outputs instead of one
            assert close(as_printed, float(blame @ hidden.sum(axis=1)))
            assert close(right, float(blame @ hidden[:, int(stray(moment, slot)) - 1]))
        else:  # what is outside the bracket is all that is left
            assert "bracket" in slip.note, line.latex
            assert close(as_printed, 1.0)
            assert close(right, float(blame.sum()))


def test_the_slips_that_break_the_column_are_seen() -> None:
    broken = {
        slot: [slip.note for _, slip, one, other in printed(XOR, slot) if not close(one, other)]
        for slot in CHOSEN
    }
    assert [len(notes) for notes in broken.values()] == [1, 1, 1, 0]
    assert "every term" in broken["weight-f2-f4"][0]
    assert "½" in broken["weight-x2-f3"][0]
    assert "bracket" in broken["bias-f4"][0]
    # With one hidden neuron there is but one weight to mistake.
    alone = Moment(Network.random([2, 1, 1]), [1, 0], [1])
    assert not any(slip.changes_value for _, slip, _, _ in printed(alone, "weight-f1-f2"))


# The article's lines in its order, in short hand: p is the weight or bias that is picked, {k} and
# {j} are its indices, e is (y - t), ∂ is ∂/∂p, Σₖ runs over the inputs (the article's j once more).
FROM_E = [
    "pˡ⁺¹ = pˡ - h · ∇E(pˡ)",
    "E(pˡ) = ½ Σᵢ (e)²",
    "∇E(pˡ) = ∂ˡ ½ Σᵢ (e)²",
    "∇E(p) = ∂ ½ Σᵢ (e)²",
    "= ½ Σᵢ 2 (e) · ∂ (e)",
    "= Σᵢ (e) · ∂ (e)",
    "= Σᵢ (e) · ∂ y",
    "∇E(p) = Σᵢ (e) · ∂ g(r̂)",
    "= Σᵢ (e) · ∂ g (r_out)",
    "= Σᵢ (e) · g'(r̂) · ∂ (r_out)",
]
DOWN = [
    "= Σᵢ (e) · g'(r̂) · (∂ (Σⱼ g(rⱼ) · ŵⱼ) + ∂ b̂)",
    "= Σᵢ (e) · g'(r̂) · ∂ (Σⱼ g(rⱼ) · ŵⱼ)",
    "= Σᵢ (e) · g'(r̂) · ∂ (g(r{j}) · ŵ{j})",
    "= Σᵢ (e) · g'(r̂) · ŵ{j} · ∂ g(r{j})",
    "∇E(p) = Σᵢ (e) · g'(r̂) · ŵ{j} · ∂ g (r_hidden)",
    "= Σᵢ (e) · g'(r̂) · ŵ{j} · g'(r{j}) · ∂ (r_hidden)",
]
TO_INPUT = [
    "= Σᵢ (e) · g'(r̂) · ŵ{j} · g'(r{j}) · (∂ (Σₖ xₖ · wₖ,{j}) + ∂ b{j})",
    "= Σᵢ (e) · g'(r̂) · ŵ{j} · g'(r{j}) · ∂ (Σₖ xₖ · wₖ,{j})",
    "= Σᵢ (e) · g'(r̂) · ŵ{j} · g'(r{j}) · ∂ (x{k} · p)",
    "= Σᵢ (e) · g'(r̂) · ŵ{j} · g'(r{j}) · x{k}",
    "pˡ⁺¹ = pˡ - h · Σᵢ (e) · g'(r̂) · ŵ{j} · g'(r{j}) · x{k}",
]
TO_OUTPUT_WEIGHT = [
    "= Σᵢ (e) · g'(r̂) · ∂ (g(r{j}) · p + b̂)",
    "= Σᵢ (e) · g'(r̂) · g(r{j})",
    "pˡ⁺¹ = pˡ - h · Σᵢ (e) · g'(r̂) · g(r{j})",
]
TO_OUTPUT_BIAS = [
    "= Σᵢ (e) · g'(r̂) · (∂ (Σⱼ g(rⱼ) · ŵⱼ) + ∂ p)",
    "= Σᵢ (e) · g'(r̂) · ∂ p",
    "= Σᵢ (e) · g'(r̂)",
    "pˡ⁺¹ = pˡ - h · Σᵢ (e) · g'(r̂)",
]
TO_HIDDEN_BIAS = [
    "= Σᵢ (e) · g'(r̂) · ŵ{j} · g'(r{j})",
    "pˡ⁺¹ = pˡ - h · Σᵢ (e) · g'(r̂) · ŵ{j} · g'(r{j})",
]
REFEREE = ["∇E(p) = referee"]


def expected_shape(slot: str, out: str) -> list[str]:
    """The lines that the article has for a weight or bias."""
    *source, target = nodes(slot)
    if target == out:
        k, j = "", source[0][1:] if source else ""
        own = TO_OUTPUT_WEIGHT if source else TO_OUTPUT_BIAS
        b_hat, b_j = ("b̂" if source else "p"), ""
        shapes = [*FROM_E, *own, *REFEREE]
    else:
        k, j = source[0][1:] if source else "", target[1:]
        b_hat, b_j = "b̂", f"b{j}" if source else "p"
        shapes = [*FROM_E, *DOWN, *(TO_INPUT if source else TO_HIDDEN_BIAS), *REFEREE]
    r_out, r_hidden = f"(Σⱼ g(rⱼ) · ŵⱼ) + {b_hat}", f"(Σₖ xₖ · wₖ,{j}) + {b_j}"
    return [
        line.replace("r_out", r_out).replace("r_hidden", r_hidden).format(k=k, j=j)
        for line in shapes
    ]


def shape(line: Line, slot: str, out: str) -> str:
    """A line in the same short hand."""
    *source, target = nodes(slot)
    if source:
        n, m = source[0][1:], target[1:]
        p = rf"\hat{{w}}_{{{n}}}" if target == out else f"w_{{{n},{m}}}"
    else:
        p = r"\hat{b}" if target == out else f"b_{{{target[1:]}}}"
    text = without_classes(line.latex).replace(p, "p")
    for long, short in (
        (r"\frac{E(p + s) - E(p - s)}{2 s}", "referee"),
        (r"\frac{\partial}{\partial p}", "∂"),
        (r"\frac{\partial}{\partial p^{(l)}}", "∂ˡ"),
        (r"\frac{1}{2}", "½"),
        (r"\sum_{i=1}^{M}", "Σᵢ"),
        (r"\sum_{j=1}^{N_1}", "Σⱼ"),
        (r"\sum_{j=1}^{N_0} x_j^{(i)} \cdot w_{j,", "Σₖ xₖ · wₖ,{"),
        ("r_{j}^{(i)}", "rⱼ"),
        (r"\hat{w}_{j}", "ŵⱼ"),
        (r"\hat{w}", "ŵ"),
        (r"\hat{r}", "r̂"),
        (r"\hat{b}", "b̂"),
        (r"\left( y^{(i)} - t^{(i)} \right)", "(e)"),
        (r"\left( ", "("),
        (r" \right)", ")"),
        ("^{ 2 }", "²"),
        ("^{(i)}", ""),
        ("^{(l)}", "ˡ"),
        ("^{(l+1)}", "ˡ⁺¹"),
        (r"\cdot", "·"),
        (r"\nabla ", "∇"),
    ):
        text = text.replace(long, short)
    return re.sub("[_{}]", "", text).strip()


@pytest.mark.parametrize("slot", Network.random([5, 6, 1]).slots)
def test_all_lines_of_the_article_are_there_with_the_right_indices(slot: str) -> None:
    shown = [shape(line, slot, "f7") for line in lines(derive((5, 6, 1), slot))]
    assert shown == expected_shape(slot, "f7")


def test_slips_stand_where_the_article_has_them() -> None:
    counts = {slot: [len(line.slips) for line in told(XOR, slot)] for slot in CHOSEN}
    assert counts == {
        "weight-f2-f4": [0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 2, 0, 1, 0],
        "weight-x2-f3": [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0],
        "bias-f4": [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0],
        "bias-f2": [0] * 15 + [1, 0, 0, 0],
    }


def test_the_words_of_a_slip_speak_of_the_picked_weight() -> None:
    notes = [slip.note for line in told(XOR, "weight-f3-f4") for slip in line.slips]
    assert sum("f₃(r₃) · w₃" in note and "g(r₃) · ŵ₃" in note for note in notes) == 1
    assert sum("w₃ without its hat" in note and "Read as ŵ₃" in note for note in notes) == 1


@pytest.mark.parametrize("slot", NET.slots)
def test_lines_light_the_part_of_the_network_that_they_speak_of(slot: str) -> None:
    net = NET
    drawn = {f"node-{n}" for layer in net.layers for n in layer} | {"node-y", "edge-f4-y"}
    drawn |= {f"edge-{a}-{b}" for a, b in net.edges}
    shown = told(XOR, slot)
    own = "-".join(("edge" if slot.startswith("weight") else "node", *nodes(slot)))
    for line in shown:
        assert line.lit
        assert set(line.lit) <= drawn
        assert len(set(line.lit)) == len(line.lit)
    for line in (shown[0], shown[2], *shown[-3:]):
        assert own in line.lit
    # A sum that is written out lights all that it adds up.
    (sum_at_output,) = (line for line in shown if "= Σᵢ (e) · ∂ g ((" in shape(line, slot, "f4"))
    assert set(sum_at_output.lit) >= {"edge-f1-f4", "edge-f2-f4", "edge-f3-f4", "node-f4"}


@pytest.mark.parametrize("slot", NET.slots)
def test_each_line_says_what_was_done_and_what_its_symbols_are(slot: str) -> None:
    for line in told(XOR, slot):
        for text in (line.move, *(slip.note for slip in line.slips)):
            assert re.fullmatch(r"[A-Zŵwb].*\.", text)
            assert "  " not in text
        printed_instead = [slip.expression for slip in line.slips if slip.expression]
        shown = [(e.latex, e.terms) for e in printed_instead]
        for latex, terms in ((line.latex, line.terms), *shown):
            pointed = re.findall(r"\\class\{term ?([^{}]*)\}", latex)
            for classes, term in zip(pointed, terms, strict=True):
                assert classes.split()[-len(term.ties) :] == list(term.ties) or not term.ties
                assert ", " in term.words


def test_no_sentence_is_the_articles() -> None:
    for slot in CHOSEN:
        for line in told(XOR, slot):
            for text in (line.move, *(slip.note for slip in line.slips)):
                assert copied(text) == [], text


@pytest.mark.parametrize(
    "sizes", [(2, 2), (2, 2, 2, 1), (2, 2, 2), (0, 2, 1), (7, 2, 1), (2, 7, 1)]
)
def test_other_networks_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"sizes is .*, but expected \(N_0, N_1, 1\)"):
        derive(sizes, "bias-f1")


@pytest.mark.parametrize("slot", ["weight-x3-f1", "weight-f1-f2", "bias-f5", "bias-x1", "f1", ""])
def test_an_unknown_weight_is_refused(slot: str) -> None:
    with pytest.raises(ValueError, match=rf"slot is '{slot}', but expected one of: weight-x1-f1"):
        derive((2, 3, 1), slot)


def test_six_by_six_is_worked_out_within_a_frame() -> None:
    net = Network.random([6, 6, 1])
    x = np.ones((8, 6))
    for slot in ("weight-x1-f1", "weight-f1-f7", "bias-f7", "bias-f1"):
        shown = lines(derive(net.sizes, slot))

        def work() -> None:
            moment = Moment(net, x, x[:, :1])
            for line in shown:  # noqa: B023
                value(line, moment)

        assert min(timeit.repeat(work, number=1, repeat=10)) < 0.01
