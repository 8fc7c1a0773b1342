"""Equations say in symbols and in numbers what is true, and numbers are written as people do."""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_core import ACTIVATIONS, Activation
from backprop_core.equations import (
    PLAIN,
    Equation,
    Notation,
    Term,
    bias_symbol,
    format_apart,
    format_number,
    meaning,
    number_latex,
    output_equation,
    plain_text,
    slope_equation,
    subscript,
    symbol,
    unicode_name,
    weight_symbol,
)
from tests.latex import evaluate

finite = st.floats(allow_nan=False, allow_infinity=False)
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)


def left(equation: Equation, digits: int = 15) -> str:
    """The line of numbers up to its equals sign."""
    shown = equation.numbers_as(lambda term, text: number_latex(text), digits)
    return shown.rpartition(" = ")[0]


@pytest.mark.parametrize(
    ("latex", "value"),
    [
        (r"\class{term a-b}{2} \cdot \class{term}{(-3)}", -6),
        (r"\tfrac{1}{2} \left[ \left( 3 - 1 \right)^2 + (-1)^2 \right]", 2.5),
        (r"\frac{1}{1 + e^{- \class{term}{0} }}", 0.5),
        (r"[2 > 0] + 0.01\,[2 \le 0]", 1),
        (r"[(-2) \ge 0] + 0.01\,[(-2) \le 0]", 0.01),
        (r"\max(0, -1) + \min(0, e^ \class{term}{0} - 1) + \tanh(0) + \ln(e)", 1),
        (r"-3^2", -9),
        (r"2 \cdot 10^{-1}", 0.2),
        (r"2 \cdot 10^{-1}^2", 20),
    ],
)
def test_the_tests_read_latex_as_it_is_shown(latex: str, value: float) -> None:
    assert evaluate(latex) == pytest.approx(value, rel=1e-12)


@every_activation
@given(r=st.floats(-30, 30))
@example(r=0.0)
@example(r=-3.1e-5)
def test_formulas_of_an_activation_are_true(activation: Activation, r: float) -> None:
    output, slope = float(activation(r)), float(activation.slope(r))
    sums, outputs = Term("r_1", r), Term("g(r_1)", output)
    for equation, value in (
        (output_equation(activation, sums, outputs), output),
        (slope_equation(activation, sums, outputs, Term("g'(r_1)", slope)), slope),
    ):
        assert equation.value == value
        assert evaluate(left(equation)) == pytest.approx(value, rel=1e-9, abs=1e-12)


@every_activation
def test_formulas_name_the_neurons_own_sum_and_output(activation: Activation) -> None:
    sums, outputs = Term("r_7", 0.5), Term("g(r_7)", float(activation(0.5)))
    slope = slope_equation(activation, sums, outputs, Term("g'(r_7)", 1.0))
    for line in (output_equation(activation, sums, outputs).symbols, slope.symbols):
        assert not re.search(r"(?<![a-z\\])r(?![a-z_])", line), "an r without its index"


def test_an_equation_reads_the_same_in_symbols_and_numbers() -> None:
    weight = Term("w", -2.0, "weight", ("edge-f1-f3",))
    equation = Equation(Term("r", 1.0), (weight, r"\cdot", Term("x", -0.25), "+", Term("b", 0.5)))
    assert equation.value == 1
    assert equation.symbols == (
        r"\class{term}{r} = \class{term role-weight edge-f1-f3}{w} "
        r"\cdot \class{term}{x} + \class{term}{b}"
    )
    assert equation.numbers == (
        r"\class{term role-weight edge-f1-f3}{-2} "
        r"\cdot \class{term}{(-0.25)} + \class{term}{0.5} = \class{term}{1}"
    )


@pytest.mark.parametrize(
    ("terms", "texts"),
    [
        ((Term("a", -1.0), "-", Term("b", -2.0)), ["−1", "(−2)"]),
        ((r"\left(", Term("a", -1.0), r"\right)^2"), ["(−1)"]),
        ((Term("a", 2e-5), "^2"), ["(2·10⁻⁵)"]),
        ((Term("a", 2e-5), "+", Term("b", 2e-5), r"\cdot"), ["2·10⁻⁵", "2·10⁻⁵"]),
        ((Term("a", 0.5), "^2"), ["0.5"]),
        ((Term("a", 0.5), Term("b", -0.5)), ["0.5", "(−0.5)"]),
    ],
)
def test_brackets_stand_where_a_number_would_be_misread(
    terms: tuple[Term | str, ...], texts: list[str]
) -> None:
    assert Equation(Term("y", -1.0), terms).number_texts() == [*texts, "−1"]


def test_classes_of_a_term_are_its_role_and_its_ties() -> None:
    assert Term("w", 1.0, "weight", ("edge-a-b", "node-c")).classes == (
        "term role-weight edge-a-b node-c"
    )
    assert Term("h", 1.0).classes == "term"


@given(finite, st.integers(1, 17))
@example(-0.0, 3)
@example(5e-324, 3)
@example(999_999.7, 3)
@example(0.01 - 1e-18, 15)
def test_a_number_is_written_to_so_many_digits(value: float, digits: int) -> None:
    text = format_number(value, digits)
    assert re.fullmatch(r"−?\d+(\.\d*[1-9])?(·10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?", text)
    power = {ord(raised): plain for raised, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}
    back = float(text.replace("−", "-").replace("·10", "e").translate(power))
    # 1.8·10³⁰⁸ is more than a float64 holds
    if math.isfinite(back):
        assert abs(back - value) <= 0.5000001 * 10.0 ** (1 - digits) * abs(value) + 5e-324
    assert format_number(-value, digits).lstrip("−") == text.lstrip("−")


@given(st.floats(-1e200, 1e200).filter(lambda v: not 0 < abs(v) < 1e-200))
def test_latex_of_a_number_has_its_value(value: float) -> None:
    assert evaluate(number_latex(format_number(value, 17))) == pytest.approx(value, rel=1e-12)


@given(finite, finite)
@example(0.1, math.nextafter(0.1, 1))
@example(0.0, 5e-324)
@example(0.0, -0.0)
def test_two_numbers_can_be_told_apart_if_they_differ(before: float, after: float) -> None:
    old, new = format_apart(before, after)
    assert (old == new) == (before == after)


@given(finite)
def test_neighbouring_numbers_can_be_told_apart(value: float) -> None:
    neighbour = math.nextafter(value, 0) if value else 5e-324
    assert len(set(format_apart(value, neighbour))) == 2


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (symbol("y"), "y"),
        (symbol("x1"), "x₁"),
        (symbol("f12"), "f₁₂"),
        (weight_symbol("x1", "f2"), "wₓ₁,₂"),
        (weight_symbol("x10", "f11"), "wₓ₁₀,₁₁"),
        (weight_symbol("f3", "f5"), "w₃,₅"),
        (bias_symbol("f12"), "b₁₂"),
        ("g(r_{4})", "g(r₄)"),
        ("g'(r_{4})", "g′(r₄)"),
        (r"\delta", "δ"),
        (rf"\delta_{{12 \to {subscript('x1')}}}", "δ₁₂→ₓ₁"),
        (rf"\frac{{\partial E}}{{\partial {weight_symbol('x10', 'f1')}}}", "∂E/∂wₓ₁₀,₁"),
        ("w_{3,5}^{(l)}", "w₃,₅"),
        ("E^{(l+1)}", "E after the update"),
        (r"\hat{w}_{2}^{(l)}", "ŵ₂"),
        (r"\hat{w}_{j}", "ŵⱼ"),
        (r"\hat{w}_{i}", "ŵᵢ"),
        ("w_{j,1}", "wⱼ,₁"),
        ("w_{1,j}", "w₁,ⱼ"),
        ("x_j^{(i)}", "xⱼ"),
        ("g_{j}(r_{j}^{(i)})", "gⱼ(rⱼ)"),
        (r"g'(\hat{r}^{(i)})", "g′(r̂)"),
        (r"\hat{b}^{(l+1)}", "b̂ after the update"),
        (r"\hat{\delta}^{(i)}", "δ̂"),
        (r"\nabla E(\hat{w}_{10})", "∇E(ŵ₁₀)"),
    ],
)
def test_symbols_in_plain_text(latex: str, plain: str) -> None:
    assert plain_text(latex) == plain


@given(st.text())
def test_plain_text_takes_whatever_there_is(latex: str) -> None:
    assert not set("_{}") & set(plain_text(latex))


def test_names_in_plain_text() -> None:
    assert [unicode_name(node) for node in ("x1", "f10", "y", "y2")] == ["x₁", "f₁₀", "y", "y₂"]


def test_hats_are_worn_by_what_belongs_to_the_output_neuron() -> None:
    hats = Notation(output="f3")
    assert hats.weight("f2", "f3") == r"\hat{w}_{2}"
    assert hats.weight("x1", "f2") == "w_{1,2}"
    assert (hats.bias("f3"), hats.bias("f2")) == (r"\hat{b}", "b_{2}")
    assert (hats.sum("f3"), hats.sum("f2"), hats.sum("fj")) == (r"\hat{r}", "r_{2}", "r_{j}")
    assert (hats.delta("f3"), hats.delta("f2")) == (r"\hat{\delta}", r"\delta_{2}")
    assert [hats.name(n) for n in ("x2", "f2", "f3", "y")] == ["x₂", "f₂", "f̂", "y"]
    assert [hats.name(n) for n in ("xj", "fj")] == ["input j", "hidden neuron j"]


def test_without_hats_symbols_are_the_plain_ones() -> None:
    assert PLAIN.weight("x1", "f2") == weight_symbol("x1", "f2")
    assert PLAIN.weight("f2", "f3") == weight_symbol("f2", "f3")
    assert PLAIN.bias("f3") == bias_symbol("f3")
    assert (PLAIN.sum("f3"), PLAIN.delta("f3"), PLAIN.name("f3")) == ("r_{3}", r"\delta_{3}", "f₃")


@pytest.mark.parametrize(
    ("latex", "role", "tie", "words"),
    [
        ("w_{1,3}", "weight", "edge-f1-f3", "w₁,₃, the weight from f₁ to f̂"),
        (r"\hat{b}", "weight", "node-f3", "b̂, the bias of f̂"),
        ("g(r_{1})", "input", "node-f1", "g(r₁), the output of f₁"),
        ("x_1^{(i)}", "input", "node-x1", "x₁, an input"),
        ("x_j^{(i)}", "input", "node-xj", "xⱼ, an input"),
        (r"\hat{r}", "sum", "node-f3", "r̂, the input sum of f̂"),
        (r"g'(\hat{r})", "slope", "node-f3", "g′(r̂), the slope of the activation function at f̂"),
        (r"\hat{\delta}", "error", "node-f3", "δ̂, the error signal of f̂"),
        ("y^{(i)}", "error", "node-y", "y, the output of the network"),
        ("t", "error", "node-y", "t, the target"),
        ("h", "", "", "h, the learning rate"),
        ("E", "", "", "E, the error"),
        ("", "error", "node-f1", ", the error signal of f₁"),
    ],
)
def test_a_term_says_what_it_stands_for(latex: str, role: str, tie: str, words: str) -> None:
    term = Term(latex, 0.0, role, (tie,) if tie else ())
    assert meaning(term, Notation(output="f3").name) == words
