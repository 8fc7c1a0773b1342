"""Equations in plain text say what the equations say."""

import math
import re

import pytest

from backprop_core import ACTIVATIONS, Network
from backprop_core.equations import Equation
from backprop_core.situation import Situation
from backprop_core.take_away.plain_equation import plain_numbers, plain_symbols

POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
KNOWN = {"e": math.e, "max": max, "min": min, "tanh": math.tanh, "ln": math.log}


def value(line: str) -> float:
    """Work out a line of plain text by the rules of Python, whose operators bind like ours."""
    line = re.sub(r"·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: f"e{m[1].translate(POWERS)}", line)
    for sign, python in {"−": "-", "·": "*", "²": "**2", "^": "**", "½ ": "0.5*"}.items():
        line = line.replace(sign, python)
    line = line.replace("≤", "<=").replace("≥", ">=").replace("[", "(").replace("]", ")")
    return float(eval(re.sub(r"(?<=[\d)]) ?\(", "*(", line), {"__builtins__": {}}, KNOWN))


def equations(name: str, bias: float, convention: str = "output") -> list[Equation]:
    net = Network.three_layer(name).with_bias("f1", bias).with_bias("f5", bias)
    walk = Situation(net, (0.3, -0.7), (1.0,), convention=convention).walk()
    return [equation for step in walk for equation in step.equations]


@pytest.mark.parametrize("bias", [0.1, -4.0, 1e-5, -1e-9])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_line_of_numbers_yields_its_value(name: str, bias: float) -> None:
    for convention in ("output", "sum"):
        for equation in equations(name, bias, convention):
            line, _, result = plain_numbers(equation, digits=17).rpartition(" = ")
            assert value(line) == pytest.approx(equation.value, rel=1e-12, abs=1e-15), line
            assert value(result) == pytest.approx(equation.value, rel=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_symbols_are_plain(name: str) -> None:
    for equation in equations(name, 0.1):
        text = plain_symbols(equation)
        assert not set(text) & set("\\{}_$-")
        assert "  " not in text


@pytest.mark.parametrize(
    ("name", "output", "slope"),
    [
        ("sigmoid", "g(r₅) = 1/(1 + e^(−r₅))", "g′(r₅) = g(r₅) · (1 − g(r₅))"),
        ("tanh", "g(r₅) = tanh(r₅)", "g′(r₅) = 1 − g(r₅)²"),
        ("gaussian", "g(r₅) = e^(−r₅²)", "g′(r₅) = −2 · r₅ · g(r₅)"),
        ("leaky ReLU", "g(r₅) = max(r₅, 0.01 · r₅)", "g′(r₅) = [r₅ > 0] + 0.01 [r₅ ≤ 0]"),
        ("ELU", "g(r₅) = max(0, r₅) + min(0, e^r₅ − 1)", "g′(r₅) = min(1, e^r₅)"),
    ],
)
def test_they_read_well(name: str, output: str, slope: str) -> None:
    lines = [plain_symbols(equation) for equation in equations(name, 0.1)]
    assert {output, slope, "E = ½ (y − t)²"} <= set(lines)


def test_a_command_that_it_cannot_write_is_refused() -> None:
    (equation, *_) = equations("tanh", 0.1)
    strange = Equation(equation.result, (r"\sqrt{", *equation.terms, "}"))
    with pytest.raises(ValueError, match=r"the command \\sqrt, but expected"):
        plain_symbols(strange)
