"""A number that somebody types is read as meant, or refused in one sentence."""

from collections.abc import Callable
from math import isfinite

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_core.reading import plain_number, read_number, read_positive, shorten

typed = st.one_of(
    st.text(),
    st.text("0123456789+-−.,eE_ \u00a0٣²½∞xnaif", max_size=12),
    st.from_regex(r"[+\-−]?[0-9]{0,3}[.,]?[0-9]{0,3}([eE][+\-−]?[0-9]{1,4})?", fullmatch=True),
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.5", 0.5),
        (" 0,5\n", 0.5),
        ("−0.5", -0.5),
        ("-0,5", -0.5),
        ("+2", 2.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("2,5E−1", 0.25),
        ("\u00a07\u00a0", 7.0),
        ("0" * 500 + "1", 1.0),
        ("1e-400", 0.0),
    ],
)
def test_a_number_is_read(text: str, number: float) -> None:
    assert read_number(text, "w") == number


@pytest.mark.parametrize(
    "text",
    [
        *("half", "1_000", "٣", "１", "0x10", "nan", "inf", "-inf", "∞", "1,000.5", "1 000"),
        *("--1", "1e", "e5", ".", "−", "½", "2²", "1e5.5", "0.5;", "True", "\x00"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^w₃,₅ is “.*”, but expected a number such as 0\.5\.$"):
        read_number(text, "w₃,₅")


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u00a0"])
def test_an_empty_field_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^x₁ is empty, but expected a number such as 0\.5\.$"):
        read_number(text, "x₁")


@pytest.mark.parametrize("text", ["1e400", "-1e400", "−1e309", "9" * 400])
def test_a_number_too_large_for_a_computer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^b₃ is “.*”, but expected .* hold: below 1\.8·10³⁰⁸\.$"):
        read_number(text, "b₃")


@pytest.mark.parametrize("text", ["0", "-0", "−0.5", "-1e-300", "1e-400"])
def test_a_learning_rate_of_zero_or_less_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^h is “.*”, but expected a number greater than 0\.$"):
        read_positive(text, "h")


@given(typed)
@example("9" * 100_000)
@example("nine" * 100)
def test_whatever_is_typed_is_a_number_or_refused_in_one_sentence(text: str) -> None:
    try:
        value = read_number(text, "Field")
    except ValueError as refusal:
        message = str(refusal)
        assert message.startswith(("Field is “", "Field is empty, but"))
        assert message.endswith(".")
        assert "but expected a number" in message
        assert len(message) < 140
        assert "\n" not in message
    else:
        assert isfinite(value)


@given(typed)
def test_a_positive_number_is_read_like_any_other(text: str) -> None:
    def outcome(read: Callable[[str, str], float]) -> float | str:
        try:
            return read(text, "h")
        except ValueError as refusal:
            return str(refusal)

    value = outcome(read_number)
    if isinstance(value, str) or value > 0:
        assert outcome(read_positive) == value
    else:
        assert str(outcome(read_positive)).endswith("but expected a number greater than 0.")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_a_field_shows_is_read_back_to_the_last_bit(value: float) -> None:
    assert read_number(plain_number(value), "w") == value
    assert plain_number(-0.0) == "0"


@given(st.text())
def test_a_quoted_text_is_short_and_in_one_line(text: str) -> None:
    assert len(shorten(text)) <= 40
    assert shorten(text).split() == shorten(text).split(" ") or not shorten(text)
    assert shorten("word " * 3) == "word word word"
    assert shorten("a" * 41) == "a" * 39 + "…"
