"""Say in a sentence whether a gradient can be trusted, and what to make of it if not."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from backprop_core.backprop import forward
from backprop_core.equations import format_number, plain_text, unicode_name
from backprop_core.gradcheck import check_gradient
from backprop_core.network import Network

__all__ = ["Verdict", "judge"]


@dataclass(frozen=True)
class Verdict:
    """Whether all is well, the finding in a few words, and the reason where it is not."""

    ok: bool
    finding: str
    reason: str = ""


def judge(net: Network, x: ArrayLike, t: ArrayLike) -> Verdict:
    """Compare the gradient with central differences and put the outcome into words.

    Examples
    --------
    >>> judge(Network.three_layer(), [1, 0], [1]).ok
    True
    >>> judge(Network.three_layer("threshold"), [1, 0], [0]).finding
    'the gradient is 0, and so are the central differences'
    """
    report = check_gradient(net, x, t)
    largest = format_number(report.largest, 1)
    flat = all(line.gradient == 0 for line in report.table)
    if not report.agrees:
        reasons = [_at_a_kink(net, x)]
        if flat and _has_threshold(net):
            reasons.append(_why_flat(net))
        return Verdict(
            False,
            f"differs from central differences by {largest}, at {plain_text(report.worst.name)}",
            " ".join(filter(None, reasons))
            or "Either the gradient is wrong, or the numbers are too large for exact differences.",
        )
    if flat and (report.error > 0 or _has_threshold(net)):
        return Verdict(
            False,
            "the gradient is 0, and so are the central differences",
            _why_flat(net),
        )
    if report.largest > 1e-4:  # huge numbers: only the relative difference means something
        largest = f"a relative {format_number(report.relative, 1)}"
    return Verdict(True, f"agrees with central differences to {largest}")


def _at_a_kink(net: Network, x: ArrayLike) -> str:
    f = forward(net, x)
    for layer, activation, sums in zip(net.layers[1:], net.activations, f.r, strict=True):
        for node, r in zip(layer, sums[0], strict=True):
            if any(abs(r - kink) < 1e-3 for kink in activation.kinks):
                return (
                    f"The input sum of {unicode_name(node)} is {format_number(float(r))}, "
                    f"just where {activation.name} jumps or bends: there it has no slope, "
                    "so a gradient means nothing."
                )
    return ""


def _why_flat(net: Network) -> str:
    if _has_threshold(net):
        return (
            "A threshold is flat on both sides of its jump, so its slope is 0, "
            "every gradient is 0, and no weight learns which way to move."
        )
    return (
        "Every path from the weights to the error passes a neuron whose slope is 0 here, "
        "so no weight learns which way to move."
    )


def _has_threshold(net: Network) -> bool:
    return any(activation.name == "threshold" for activation in net.activations)
