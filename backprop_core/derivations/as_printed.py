"""Compare the derivations with what the article prints: its slips, evaluated as they stand there.

A slip belongs to a line of `backprop_core.derivations.two_layer` by that line's key. The article's
index 1 stands for the weight or bias that is picked.
"""

from backprop_core.derivations.expressions import Expression, Sign, Slip, number, over_samples
from backprop_core.derivations.picked import Picked, Summand
from backprop_core.derivations.symbols import H
from backprop_core.equations import plain_text

__all__ = ["printed_slips"]

Slips = dict[str, tuple[Slip, ...]]


def printed_slips(p: Picked) -> Slips:
    """The slips of Section "Deriving the formula", by the key of the line they belong to."""
    if p.at_output:
        return _output_bias(p) if p.is_bias else _output_weight(p)
    return _hidden_bias(p) if p.is_bias else _hidden_weight(p)


def _output_weight(p: Picked) -> Slips:
    s, d, scaled = p.s, p.derivative, p.scaled
    n = plain_text(f"_{{{p.j[1:]}}}")

    def g_indexed(j: str) -> Expression:
        return s.relabelled(s.output(j), f"g_{{{j[1:]}}}({s.notation.sum(j)}^{{(i)}})")

    r_hat = p.r_hat(lambda j: g_indexed(j) * s.weight(j, p.out))
    constant_weight = p.r_hat(lambda j: g_indexed(j) * _w_i(p))
    return {
        "target": (
            _words(
                "The printed article says of the outputs y that they are constants here. "
                "The targets t are. The outputs do depend on the weights: they are what is left."
            ),
        ),
        "r_hat": (
            _same(
                over_samples(p.wrong * d(s.applied(p.out, r_hat))),
                "The printed article gives g an index of its own, gⱼ. "
                "All hidden neurons share one g, so the value is the same.",
            ),
        ),
        "chain": (
            Slip(
                over_samples(scaled * d(constant_weight)),
                "The printed article writes ŵᵢ into a sum that runs over j. Then every term holds "
                "the same weight, and the derivative is the sum of all hidden outputs.",
                changes_value=len(p.hidden) > 1,
            ),
        ),
        "only j": (
            _words(
                "Where the printed article speaks of this sum, it writes gᵢ and ŵᵢ "
                "although the index that runs is j."
            ),
            _words(
                f"The printed article calls the term that is left f{n}(r{n}) · w{n}. "
                f"It is g(r{n}) · ŵ{n}: the activation function of the sum, a weight with a hat."
            ),
        ),
        "rule": (_without_hat(p),),
    }


def _output_bias(p: Picked) -> Slips:
    s, d, scaled = p.s, p.derivative, p.scaled

    def summand(j: str) -> Expression:
        return s.output(j) * _w_i(p)

    index = "The printed article writes ŵᵢ into a sum that runs over j."
    split = _unbracketed(over_samples(scaled * d(p.hidden_sum(summand))), d(p.b_hat))
    return {
        "chain": (
            _same(
                over_samples(scaled * d(p.r_hat(summand))),
                f"{index} Here that does no harm, as the sum does not hold b̂ at all.",
            ),
        ),
        "split": (
            Slip(
                split,
                f"{index} And it leaves out the brackets round both derivatives: as printed, the "
                "last one is neither scaled nor summed over the samples, and it alone is left.",
            ),
        ),
    }


def _hidden_weight(p: Picked) -> Slips:
    s, d, scaled = p.s, p.derivative, p.scaled
    so_far = scaled * p.w_j
    further = so_far * s.slope(p.j)
    turned = p.r_j(_turned_summand(p))
    turned_sum = p.input_sum(_turned_summand(p))
    half = number(0.5, r"\frac{1}{2}")
    return {
        "cancelled": (
            Slip(
                half.beside(over_samples(p.wrong * d(p.wrong))),
                "The printed article keeps the ½ here, after it has cancelled the 2: "
                "as printed, the line is worth half of its neighbours.",
            ),
        ),
        "split": (_brackets(_unbracketed(over_samples(scaled * d(p.hidden_sum())), d(p.b_hat))),),
        "r_j": (_turned(over_samples(so_far * d(s.applied(p.j, turned)))),),
        "chain j": (_turned(over_samples(further * d(turned))),),
        "split j": (
            _brackets(_unbracketed(over_samples(further * d(turned_sum)), d(s.bias(p.j)))),
        ),
        "b_j": (_turned(over_samples(further * d(turned_sum))),),
    }


def _hidden_bias(p: Picked) -> Slips:
    scaled = p.scaled * p.w_j * p.s.slope(p.j)
    turned = p.r_j(_turned_summand(p))
    return {"chain j": (_turned(over_samples(scaled * p.derivative(turned))),)}


# ---- slips that occur more than once ----


def _words(note: str) -> Slip:
    """A slip of the words round the formulas."""
    return Slip(None, note, changes_value=False)


def _same(expression: Expression, note: str) -> Slip:
    """A slip of the pen that leaves the value as it is."""
    return Slip(expression, note, changes_value=False)


def _without_hat(p: Picked) -> Slip:
    bare = p.s.relabelled(p.s.parameter(p.nodes, "(l)"), f"w_{{{p.j[1:]}}}^{{(l)}}")
    name = plain_text(f"w_{{{p.j[1:]}}}")
    return _same(
        bare - H * p.gradient(),
        f"The printed article starts from a {name} without its hat, which no "
        f"weight of this network is called. Read as {p.name}, it has the same value.",
    )


def _w_i(p: Picked) -> Expression:
    """ŵ_i where the sum runs over j: i can only mean the neuron that is picked."""
    return p.s.relabelled(p.w_j, r"\hat{w}_{i}")


def _turned_summand(p: Picked) -> Summand:
    """x_j · w_{1,j}: the neuron's index first, the input's second."""

    def summand(k: str) -> Expression:
        return p.s.x(k) * p.s.relabelled(p.s.weight(k, p.j), f"w_{{{p.j[1:]},{k[1:]}}}")

    return summand


def _turned(printed: Expression) -> Slip:
    return _same(
        printed,
        "The printed article puts the neuron’s index first here, and last in its summary. "
        "We write (from, to) everywhere. Read in its own order, the value is the same.",
    )


def _brackets(printed: Expression) -> Slip:
    return _same(
        printed,
        "The printed article leaves out the brackets round both derivatives. "
        "The last one is 0 here, so no value is lost.",
    )


def _unbracketed(before: Expression, after: Expression) -> Expression:
    """A sum whose Σ has no brackets round it, so that what comes after stands outside."""
    return Expression((before, Sign("+"), after), lambda m: before.at(m) + after.at(m), "sum")
