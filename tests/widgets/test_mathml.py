"""MathML keeps the ties of every term and has a place for every number."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from backprop_core import ACTIVATIONS, Activation, Network
from backprop_core.derivations import coming, derive, going
from backprop_core.equations import Equation, Term, output_equation
from backprop_core.walkthrough import CONVENTIONS, GRANULARITIES, walk
from backprop_core.widgets.mathml import (
    SLOT,
    mathml,
    mathml_in_pieces,
    number_template,
    symbols_mathml,
)

NS = "{http://www.w3.org/1998/Math/MathML}"


def equations(activation: str, convention: str) -> list[Equation]:
    """All equations of walks through networks with one output and with two."""
    nets = (Network.three_layer(activation), Network.random([2, 3, 2], activation))
    return [
        equation
        for net in nets
        for by in GRANULARITIES
        for step in walk(net, [1, 0], [1, 0][: net.sizes[-1]], by=by, convention=convention)
        for equation in step.equations
    ]


def normal(xml: str) -> str:
    """The same for the same tree."""
    return ET.canonicalize(xml, strip_text=True)


def classes(root: ET.Element) -> list[str]:
    return [e.get("class", "") for e in root.iter() if "term" in e.get("class", "").split()]


every_walk = pytest.mark.parametrize(
    ("activation", "convention"),
    [(name, convention) for name in ACTIVATIONS for convention in CONVENTIONS],
)


@every_walk
def test_every_term_keeps_its_classes(activation: str, convention: str) -> None:
    for equation in equations(activation, convention):
        terms = [term.classes for term in equation.terms if isinstance(term, Term)]
        assert classes(ET.fromstring(symbols_mathml(equation))) == [
            equation.result.classes,
            *terms,
        ]
        assert classes(ET.fromstring(number_template(equation))) == [
            *terms,
            equation.result.classes,
        ]


@every_walk
def test_every_number_has_a_place_inside_its_own_term(activation: str, convention: str) -> None:
    for equation in equations(activation, convention):
        template = number_template(equation)
        assert template.count(SLOT) == template.count("slot") == len(equation.number_texts())
        for term in ET.fromstring(template).iter():
            if "term" in term.get("class", "").split():
                assert [e.get("class") for e in term] == ["slot"]
                assert not "".join(term.itertext())


@every_walk
def test_a_line_put_together_is_the_line_converted_as_a_whole(
    activation: str, convention: str
) -> None:
    for equation in equations(activation, convention):
        assert normal(symbols_mathml(equation)) == normal(mathml(equation.symbols))
        filled = number_template(equation).replace(SLOT, "<mi>q</mi>")
        whole = mathml(equation.numbers_as(lambda term, text: "q"))
        assert normal(filled) == normal(whole)


@every_walk
def test_nothing_of_latex_is_left(activation: str, convention: str) -> None:
    for equation in equations(activation, convention):
        for markup in (symbols_mathml(equation), number_template(equation)):
            assert not set(r"\_^{}") & set(markup)
            root = ET.fromstring(markup)
            assert root.tag == f"{NS}math"
            assert not [e for e in root.iter() if "error" in e.tag]


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_a_power_stands_above_the_line(activation: Activation) -> None:
    r = Term("r_1", 0.5)
    equation = output_equation(activation, r, Term("g(r_1)", 0.5))
    raised = [e for e in ET.fromstring(symbols_mathml(equation)).iter() if e.tag == f"{NS}msup"]
    assert len(raised) == activation.formula.count("^")


def test_a_prime_is_not_raised_twice() -> None:
    assert "<msup>" not in mathml("g'(r_{4})")
    assert re.search(r"<mi>g</mi><mo [^>]*>&#x02032;</mo>", mathml("g'(r_{4})"))


def test_display_is_handed_on() -> None:
    assert 'display="block"' in mathml("x", "block")
    assert 'display="inline"' in mathml("x")


@pytest.mark.parametrize("around", ["{}", r"\class{{new}}{{{}}}", r"\left( {} \right)"])
def test_a_sum_has_its_limits_above_and_below(around: str) -> None:
    markup = mathml(around.format(r"a \cdot \sum_{i=1}^{N_1} x_i^{(i)}"), "block")
    assert markup.count("<munderover><mo>&#x02211;</mo>") == 1
    assert markup.count("<msubsup>") == 1


@pytest.mark.parametrize("slot", ["weight-f2-f4", "weight-x2-f3", "bias-f4", "bias-f2"])
def test_a_long_formula_in_pieces_is_the_same(slot: str) -> None:
    lines = [line for part in derive((2, 3, 1), slot) for line in part.lines]
    for above, line in pairwise(lines):
        told = going(above.expression, line.expression), coming(above.expression, line.expression)
        printed = [line.written(s.expression.latex) for s in line.slips if s.expression]
        for latex in (line.latex, *told, *printed):
            assert normal(mathml_in_pieces(latex, "block")) == normal(mathml(latex, "block"))


@pytest.mark.parametrize("latex", [r"\left( a", r"\class{x}{a", "a_{1"])
def test_a_formula_that_does_not_close_is_refused(latex: str) -> None:
    with pytest.raises(ValueError, match="has no end, but expected a bra"):
        mathml_in_pieces(latex)
