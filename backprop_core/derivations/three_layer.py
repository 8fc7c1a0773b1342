"""Follow the derivations of Section "Why backpropagation?" on the three-layer network.

>>> [part.title for part in explicit()][:2]
['From the error to the two paths', 'The path through f₃']
"""

from functools import cache

from backprop_core.derivations.expressions import (
    OPENING,
    Expression,
    Line,
    Part,
    Slip,
    over_samples,
)
from backprop_core.derivations.symbols import (
    REFEREE,
    H,
    Symbols,
    T,
    Y,
    bias,
    central_difference,
    delta,
    derivative,
    input_sum,
    output,
    slope,
    weight,
    x,
)
from backprop_core.equations import unicode_name
from backprop_core.walkthrough import CONVENTIONS

__all__ = ["explicit", "signals", "update_rules"]

W_X1_1, W_X2_1 = weight("x1", "f1"), weight("x2", "f1")
W_1_3, W_1_4 = weight("f1", "f3"), weight("f1", "f4")
W_2_3, W_2_4 = weight("f2", "f3"), weight("f2", "f4")
W_3_5, W_4_5 = weight("f3", "f5"), weight("f4", "f5")
GRADIENT = Symbols().gradient(("x1", "f1"))


@cache
def explicit() -> tuple[Part, ...]:
    """∇E(w_{x_1,1}) by the chain rule alone (Section "Weight update for the first hidden layer").

    Returns
    -------
    tuple of Part
        Down to the two paths; along the path through f3; along the one through f4; both together.
    """
    d = derivative("x1", "f1")
    wrong, scaled = Y - T, (Y - T) * slope("f5")
    r_5 = W_3_5 * output("f3") + W_4_5 * output("f4") + bias("f5")
    main = (
        Line(
            GRADIENT,
            over_samples(wrong * d(output("f5"))),
            "The chain rule on the square: the 2 cancels the ½. "
            "The target t does not depend on the weight, the output y = g(r₅) does.",
        ),
        Line(
            None,
            over_samples(scaled * d(input_sum("f5"))),
            "The chain rule through f₅.",
        ),
        Line(None, over_samples(scaled * d(r_5)), "Write out the sum that f₅ receives."),
        Line(
            None,
            over_samples(scaled * (d(W_3_5 * output("f3")) + d(W_4_5 * output("f4")))),
            "A sum is differentiated term by term. The bias b₅ does not depend on the weight, so "
            "it drops out. Two terms are left: two paths.",
        ),
    )
    both = W_3_5 * slope("f3") * W_1_3 + W_4_5 * slope("f4") * W_1_4
    together = (
        Line(
            GRADIENT,
            over_samples(scaled * slope("f1") * x("x1") * both),
            "Put the two paths back in. Both end in g′(r₁) · x₁: take it out of the bracket.",
        ),
        _referee(),
    )
    f4_path = _path("f4", W_4_5, W_1_4, W_2_4)
    shortened = Line(None, f4_path[-1].expression, "The same moves, one neuron further down.")
    return (
        Part("From the error to the two paths", main),
        Part("The path through f₃", _path("f3", W_3_5, W_1_3, W_2_3)),
        Part("The path through f₄", (f4_path[0], shortened)),
        Part("Both paths together", together),
    )


def _referee() -> Line:
    return Line(
        None,
        central_difference("x1", "f1"),
        REFEREE.format("the weight"),
    )


def _path(b: str, w_b5: Expression, w_1b: Expression, w_2b: Expression) -> tuple[Line, ...]:
    """The lines along the path f5 – b – f1 – x1."""
    d = derivative("x1", "f1")
    named = unicode_name(b)
    r_b = w_1b * output("f1") + w_2b * output("f2") + bias(b)
    r_1 = W_X1_1 * x("x1") + W_X2_1 * x("x2") + bias("f1")
    so_far = w_b5 * slope(b)
    return (
        Line(OPENING, d(w_b5 * output(b)), f"What {named} contributes."),
        Line(None, w_b5 * d(output(b)), "This weight is a constant here: take it out."),
        Line(None, so_far * d(input_sum(b)), f"The chain rule through {named}."),
        Line(None, so_far * d(r_b), f"Write out the sum that {named} receives."),
        Line(
            None,
            so_far * d(w_1b * output("f1")),
            f"Neither f₂ nor the bias b{named[1:]} depends on the weight: both drop out.",
        ),
        Line(
            None,
            so_far * w_1b * slope("f1") * d(input_sum("f1")),
            "Take the constant out, then the chain rule through f₁.",
        ),
        Line(
            None,
            so_far * w_1b * slope("f1") * d(r_1),
            "Write out the sum that f₁ receives.",
        ),
        Line(
            None,
            so_far * w_1b * slope("f1") * x("x1"),
            "Only the first term holds the weight, and its derivative is x₁. The path ends.",
        ),
    )


@cache
def signals(convention: str = "output") -> tuple[Part, ...]:
    """The same gradient by error signals (Section "Propagating the error signal").

    Parameters
    ----------
    convention : {"output", "sum"}
        Whether δ is the article's ∂E/∂(output) or the textbook's ∂E/∂r.

    Raises
    ------
    ValueError
        If the convention is another.

    Returns
    -------
    tuple of Part
        The error signals δ, δ_3, δ_4 and δ_1; then the gradient from them, tidied up until it is
        the explicit one.
    """
    if convention not in CONVENTIONS:
        raise ValueError(
            f"convention is {convention!r}, but expected one of: {', '.join(CONVENTIONS)}"
        )
    return (
        Part("The error signals", _error_signals(convention)),
        Part("The gradient from them", _gradient_from_signals(convention)),
    )


def _blame(neuron: str, convention: str) -> Expression:
    """∂E/∂r of a neuron: the article's δ · g′(r), or the textbook's δ alone."""
    signal = delta(neuron, convention)
    return signal if convention == "sum" else signal * slope(neuron)


def _arriving_at_f1(convention: str) -> Expression:
    return _blame("f3", convention) * W_1_3 + _blame("f4", convention) * W_1_4


def _error_signals(convention: str) -> tuple[Line, ...]:
    textbook = convention == "sum"

    def defined(neuron: str, arriving: Expression, move: str) -> Line:
        signal = delta(neuron, convention)
        if not textbook:
            return Line(signal, arriving, f"{move}.", quantity="signal")
        # The textbook's δ passes the neuron's own slope as well.
        own = f"{move}, times the slope at {unicode_name(neuron)}."
        return Line(signal, arriving * slope(neuron), own, quantity="signal")

    from_f5 = _blame("f5", convention)
    by = "the weight of the edge" if textbook else "the slope at f₅ and by the weight of the edge"
    return (
        defined("f5", Y - T, "How far the answer is off"),
        defined("f3", from_f5 * W_3_5, f"What f₅ hands back to f₃, scaled by {by}"),
        defined("f4", from_f5 * W_4_5, f"What f₅ hands back to f₄, scaled by {by}"),
        defined("f1", _arriving_at_f1(convention), "The sum of what f₁ hears from f₃ and from f₄"),
    )


def _gradient_from_signals(convention: str) -> tuple[Line, ...]:
    """Until it is the last line of the explicit derivation."""
    textbook = convention == "sum"
    from_f5, arriving = _blame("f5", convention), _arriving_at_f1(convention)
    by_f3, by_f4 = W_3_5 * slope("f3") * W_1_3, W_4_5 * slope("f4") * W_1_4
    both = by_f3 + by_f4

    def slips(before: Expression, after: Expression | None = None) -> tuple[Slip, ...]:
        """The article's g′(r_4) where f1's own slope belongs."""
        if textbook:  # there the slope is inside δ₁, so it cannot be mistaken
            return ()
        printed = before * slope("f4") * x("x1")
        note = "The printed article has g′(r₄) here. The weight ends at f₁, so the slope is f₁’s."
        return (Slip(over_samples(printed * after if after else printed), note),)

    return (
        Line(
            GRADIENT,
            over_samples(_blame("f1", convention) * x("x1")),
            "Error times input; the slope is part of the error signal."
            if textbook
            else "Error times slope times input, as for every other weight.",
            slips(delta("f1", convention)),
        ),
        Line(
            None, over_samples(arriving * slope("f1") * x("x1")), "Write out δ₁.", slips(arriving)
        ),
        Line(
            None,
            over_samples((from_f5 * by_f3 + from_f5 * by_f4) * slope("f1") * x("x1")),
            "Write out δ₃ and δ₄.",
        ),
        Line(
            None,
            over_samples(from_f5 * slope("f1") * x("x1") * both),
            "Take out of the bracket what both paths share.",
            slips(from_f5, both),
        ),
        Line(
            None,
            over_samples((Y - T) * slope("f5") * slope("f1") * x("x1") * both),
            "Write out the first error signal. This is the last line of the explicit derivation.",
        ),
        _referee(),
    )


@cache
def update_rules() -> tuple[Part, ...]:
    """The new weights of the two upper layers (Section "Why backpropagation?")."""
    wrong = (Y - T) * slope("f5")

    def rule(source: str, target: str, gradient: Expression, move: str, *slips: Slip) -> Line:
        return Line(
            weight(source, target, "(l+1)"),
            weight(source, target, "(l)") - H * over_samples(gradient),
            move,
            slips,
            "weight",
        )

    last = (
        rule("f3", "f5", wrong * output("f3"), "The edge from f₃ to f₅."),
        rule(
            "f4",
            "f5",
            wrong * output("f4"),
            "The edge from f₄ to f₅.",
            Slip(
                weight("f3", "f5", "(l)") - H * over_samples(wrong * output("f4")),
                "The printed article starts from the neighbour’s weight, four times over. "
                "A weight is updated from its own old value.",
            ),
        ),
    )
    hidden = (
        rule("f1", "f3", wrong * W_3_5 * slope("f3") * output("f1"), "The edge from f₁ to f₃."),
        rule(
            "f1",
            "f4",
            wrong * W_4_5 * slope("f4") * output("f1"),
            "The edge from f₁ to f₄.",
            Slip(
                weight("f1", "f4", "(l)")
                - H * over_samples((Y - T) * slope("f4") * W_4_5 * slope("f4") * output("f1")),
                "When the article repeats this rule with δ, it prints g′(r₄) twice. "
                "The error comes through f₅, so the first slope is f₅’s.",
            ),
        ),
        rule("f2", "f3", wrong * W_3_5 * slope("f3") * output("f2"), "The edge from f₂ to f₃."),
        rule("f2", "f4", wrong * W_4_5 * slope("f4") * output("f2"), "The edge from f₂ to f₄."),
    )
    return (Part("The output layer", last), Part("The second hidden layer", hidden))
