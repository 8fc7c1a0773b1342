"""What somebody types is read as meant, or refused in one sentence; nothing of it is ever run."""

import math
from contextlib import suppress
from fractions import Fraction
from time import perf_counter

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from backprop_core.answers import DEEPEST, LONGEST, read_answer
from tests.refusals import assert_refused

SUCH_AS = "a number such as 0.25, 1/4 or 3·10⁻²"
KEYS = "0123456789.,+-−–*·×/÷:⁄^() ()eE½¼⁻²³=≈δ₃exptanhsqrt%_'\u00a0\u200b٣∞"

typed = st.one_of(
    st.text(),
    st.text(KEYS, max_size=30),
    st.text("0123456789.,+-*/^() ", max_size=LONGEST + 5),
    st.from_regex(r"[+\-−]?[0-9]{0,3}[.,]?[0-9]{0,3}(·10[⁻]?[⁰-⁹]{1,4})?", fullmatch=True),
)


@pytest.mark.parametrize(
    ("text", "value", "digits"),
    [
        ("0.5", 0.5, "0.5"),
        (" −0,50 ", -0.5, "-0.50"),
        ("+.5", 0.5, "0.5"),
        ("- 5.", -5.0, "-5"),
        ("1.2e-3", 0.0012, "1.2e-3"),
        ("1,2E−3", 0.0012, "1.2e-3"),
        ("1,20·10⁻³", 0.0012, "1.20e-3"),
        ("1.2 × 10^-3", 0.0012, "1.2e-3"),
        ("1.2*10**(-3)", 0.0012, "1.2e-3"),
        ("1,234", 1.234, "1.234"),
        ("\u00a07\u00a0", 7.0, "7"),
        ("δ₃ = 0.12", 0.12, "0.12"),
        ("= 0,12", 0.12, "0.12"),
        ("≈ 0.12", 0.12, "0.12"),
        ("w₁,₃ after the update = −0,5", -0.5, "-0.5"),
        ("∂E/∂w_{1,3} ≈ 0.12", 0.12, "0.12"),
        ("g'(r₅)=0.2", 0.2, "0.2"),
        ("1/4", 0.25, ""),
        ("1 : 4", 0.25, ""),
        ("−3⁄4", -0.75, ""),
        ("½", 0.5, ""),
        ("-¾", -0.75, ""),
        ("⅜ + ⅛", 0.5, ""),
        ("3²", 9.0, ""),
        ("2⁻³", 0.125, ""),
        ("-2^2", -4.0, ""),
        ("2^3^2", 512.0, ""),
        ("2^-1", 0.5, ""),
        ("2 - -3", 5.0, ""),
        ("8/2/2", 2.0, ""),
        ("½·(0,75−1)^2", 0.03125, ""),
        ("1/(1 + e^(-0.3))", 1 / (1 + math.exp(-0.3)), ""),
        ("1/(1 + exp(−0,3))", 1 / (1 + math.exp(-0.3)), ""),
        ("tanh(0.4) * sqrt(2)", math.tanh(0.4) * math.sqrt(2), ""),
        ("1e-400", 0.0, "1e-400"),
        ("(" * DEEPEST + "1" + ")" * DEEPEST, 1.0, ""),
    ],
)
def test_a_number_is_read(text: str, value: float, digits: str) -> None:
    answer = read_answer(text, "δ₃")
    assert answer.value == pytest.approx(value, rel=1e-15, abs=0)
    assert answer.digits == digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            (text, "one point or comma before the decimals, and no marks between thousands")
            for text in ("1.234,5", "1,234.5", "1.234.567", "1,2,3", "1e5.5")
        ),
        *((text, "a sign such as + or · before") for text in ("1 234", "2(3)", "(2)(3)", "1½")),
        *((text, "a sign such as + or · before") for text in ("2e", "0.5 tanh(1)", "1e")),
        *((text, f"{SUCH_AS}, without “{text[-1]}”") for text in ("12 %", "0.5;", "0.5_", "1'")),
        *((text, f"{SUCH_AS}, without “{text}”") for text in ("half", "nan", "inf", "∞", "١", "√")),
        ("True", f"{SUCH_AS}, without “True”"),
        ("0x10", f"{SUCH_AS}, without “x”"),
        ("1/2 = 0.5", f"{SUCH_AS}, without “=”"),
        ("= = 1", f"{SUCH_AS}, without “=”"),
        ("δ₃ =", f"{SUCH_AS}."),
        ("1 +", f"{SUCH_AS} after “+”"),
        ("2·", f"{SUCH_AS} after “·”"),
        ("--1", f"{SUCH_AS} before “−”"),
        ("·3", f"{SUCH_AS} before “·”"),
        ("()", f"{SUCH_AS} before “)”"),
        (".", f"{SUCH_AS}, without “.”"),
        ("(1", "a closing bracket for each opening one"),
        ("1)", "a closing bracket for each opening one"),
        ("tanh 1", "brackets after “tanh”"),
        ("1/0", "no division by 0"),
        ("0^-1", "no division by 0"),
        ("1/(0.5 − ½)", "no division by 0"),
        ("sqrt(-1)", "no root of a negative number"),
        ("(-8)^(1/3)", "no root of a negative number"),
        *(
            (text, "a number that a computer can hold: below 1.8·10³⁰⁸")
            for text in ("1e400", "9^9^9^9", "10⁴⁰⁰", "exp(1000)", "1e308·10/1e308", "1·10^99999")
        ),
        ("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), f"at most {DEEPEST} brackets"),
        ("2^" * 90 + "2", f"at most {DEEPEST} brackets and powers"),
        ("1" * (LONGEST + 1), f"at most {LONGEST} characters"),
    ],
)
def test_anything_else_is_refused_with_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=r"^δ₃ is “.*”, but expected .*\.$") as refusal:
        read_answer(text, "δ₃")
    assert f"but expected {expected}" in str(refusal.value)


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u00a0"])
def test_an_empty_field_is_refused(text: str) -> None:
    assert_refused(lambda: read_answer(text, "E"), f"E is empty, but expected {SUCH_AS}.")


@pytest.mark.parametrize("sent", [None, 0.5, True, ["0.5"], {"value": 1}, b"1", 10**400])
def test_what_is_no_text_is_refused(sent: object) -> None:
    with pytest.raises(ValueError, match=r"^E is .*, but expected a number such as 0\.25"):
        read_answer(sent, "E")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "__import__('os').getcwd()",
            "exit()",
            "print(1)",
            "().__class__",
            "lambda: 1",
            "eval(1)",
        ),
        *("exp.__call__(1)", "[1]", "{1}", "1 if 1 else 2", "1 or 2", "1 < 2", "~1", "1 // 2"),
        *("1 % 2", "1j", "1_000", "e.real", "sqrt(1, 2)", "max(1)", "'1'", '"1"', "1;2", "x:=1"),
    ],
)
def test_code_is_not_run(text: str) -> None:
    with pytest.raises(ValueError, match=r"^E is “.*”, but expected"):
        read_answer(text, "E")


@given(typed)
@example("9" * 1_000_000)
@example("(" * 1_000_000)
@example("\x00")
@example("= " * 100)
@example("½" * 100)
@example("9^" * 19 + "9")
def test_whatever_is_typed_is_a_number_or_refused_in_one_sentence(text: str) -> None:
    try:
        answer = read_answer(text, "Field")
    except ValueError as refusal:
        message = str(refusal)
        assert message.startswith(("Field is “", "Field is empty, but expected"))
        assert message.endswith(".")
        assert "but expected" in message
        assert "\n" not in message
        assert len(message) < 250
    else:
        assert math.isfinite(answer.value)
        if answer.digits:
            assert answer.digits.isascii()
            assert float(answer.digits) == answer.value


def test_reading_takes_no_time_however_much_is_typed() -> None:
    start = perf_counter()
    for text in ("9^" * 99 + "9", "(" * 100 + ")" * 100, "1+" * 99 + "1", "x" * 1_000_000):
        with suppress(ValueError):
            read_answer(text, "E")
    assert perf_counter() - start < 1.0


# ---- against Python's own evaluation ----

decimals = st.builds(
    lambda whole, decimals: (f"{whole}.{decimals}", f"{whole}.{decimals}"),
    st.integers(0, 99),
    st.integers(0, 999),
)
spellings = {"+": "+", "-": "-−–", "*": "*·×⋅", "/": "/÷:∕", "**": ("^", "**")}


@st.composite
def comma_or_point(draw: st.DrawFn) -> tuple[str, str]:
    """A number: as somebody types it, and for Python."""
    ours, python = draw(decimals)
    return (ours.replace(".", ",") if draw(st.booleans()) else ours), python


def grown(smaller: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    """Expressions of smaller ones, without more brackets than Python needs to read the same."""

    @st.composite
    def joined(draw: st.DrawFn) -> tuple[str, str]:
        (a, python_a), (b, python_b) = draw(smaller), draw(smaller)
        sign = draw(st.sampled_from(sorted(spellings)))
        room = draw(st.sampled_from(["", " "]))
        spelled = draw(st.sampled_from(list(spellings[sign])))
        return f"{a}{room}{spelled}{room}{b}", f"{python_a} {sign} {python_b}"

    @st.composite
    def bracketed(draw: st.DrawFn) -> tuple[str, str]:
        a, python = draw(smaller)
        before = draw(st.sampled_from(["", "exp", "tanh", "sqrt"]))
        return f"{before}({a})", f"{before}({python})"

    @st.composite
    def squared(draw: st.DrawFn) -> tuple[str, str]:
        a, python = draw(smaller)
        return f"({a})²", f"({python}) ** 2"

    return st.one_of(joined(), bracketed(), squared())


expressions = st.recursive(comma_or_point(), grown, max_leaves=8)
KNOWN = {"__builtins__": {}, "exp": math.exp, "tanh": math.tanh, "sqrt": math.sqrt}


def python_says(python: str) -> float | None:
    """What Python makes of an expression; None where that is no finite number."""
    try:
        value = eval(python, KNOWN)
    except (ArithmeticError, ValueError):
        return None
    return None if isinstance(value, complex) or not math.isfinite(value) else value


def read_or_refused(text: str) -> float | str:
    try:
        return read_answer(text, "E").value
    except ValueError as refusal:
        return str(refusal)


@given(expressions, st.sampled_from(["", "-", "= ", "E = -"]))
def test_an_expression_is_worth_what_python_says(spelled: tuple[str, str], before: str) -> None:
    ours, python = spelled
    assume(len(before + ours) <= LONGEST)
    expected = python_says(("-" if "-" in before else "") + python)
    found = read_or_refused(before + ours)
    if isinstance(found, float):
        assert found == expected
    elif expected is None:
        assert any(reason in found for reason in ("no division by 0", "no root", "computer can"))
    else:  # too large on the way, though Python came back from infinity
        assert "a number that a computer can hold" in found


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=10_000))
def test_a_fraction_is_worth_what_it_says(fraction: Fraction) -> None:
    text = f"{fraction.numerator}/{fraction.denominator}"
    assert read_answer(text, "E").value == float(fraction)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_is_written_out_is_read_back(value: float) -> None:
    assert read_answer(repr(value).replace(".", ",").replace("-", "−"), "E").value == value
