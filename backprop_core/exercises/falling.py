"""Ask whether E falls with this h."""

from backprop_core.backprop import error, forward, update
from backprop_core.equations import PLAIN, format_apart, format_number, plain_text
from backprop_core.exercises.dice import CLASS_NUMBERS, Dice
from backprop_core.exercises.exercise import Exercise, Given, Option
from backprop_core.exercises.settings import Setting
from backprop_core.exercises.telling import Telling
from backprop_core.network import Network

__all__ = ["will_fall"]

_RATES = (0.1, 0.15, 0.2, 0.3, 0.4)
_FLAT, _STEEP = 0, 1  # how strongly the output answers to what is below it
_INTO_HIDDEN = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_INTO_OUTPUT = ((0.3, 0.4, 0.5, 0.6, 0.8, 1.2, 1.5), (1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0))
_INPUTS = ((0.5, 0.6, 0.8, 0.9, 1.2, 1.5, 2.0), (1.5, 2.0, 2.5, 3.0, 4.0, 5.0))
_MISSES = (0.6, 0.8, 0.9, 1.2, 1.4, 1.5, 1.8, 2.0)
# h · |∇E|² as a multiple of E. Were the output a straight line along the step, E would be a
# parabola: (1 − h · |∇E|² / 2E)² of what it was. So it falls below a multiple of 4.
_BOTTOM, _LEVEL = 2, 4
_SMALL, _LARGE = (0.3, 2.6), (6.5, 40.0)


def will_fall(number: int) -> Exercise:
    """Yes or no, about as often; what the update says and what the straight line says agree."""
    dice = Dice("will-fall", number)
    falls = dice.below(2) == 0
    setting = _drawn(dice, number, dice.one_of(_RATES), falls)  # so that h alone tells nothing
    before, after = _errors(setting)
    squares = _squares(setting)
    times = format_number(setting.h * squares / before)
    old, new = format_apart(before, after)
    telling = Telling(setting)
    return Exercise(
        "will-fall",
        number,
        "All weights and biases take one step with this h, and then the network sees the same "
        "sample again. Will E have fallen? The output neuron hands its sum on as it is, "
        f"so y = {plain_text(PLAIN.sum('f3'))}. |∇E|² is the sum of the squares of all gradients.",
        setting.situation(),
        (
            *telling.answers(),
            *telling.targets(),
            Given("|∇E|²", r"|\nabla E|^2", squares),
            telling.rate(),
        ),
        "choice",
        "a" if falls else "b",
        options=(Option("a", "Yes, E falls"), Option("b", "No, E rises")),
        explanation=f"h · |∇E|² is {times} times E: {'less than' if falls else 'more than'} "
        f"{_LEVEL} times. Computed, E goes from {old} to {new}.",
        hint="Compare h · |∇E|² with E. If E were a parabola along the step, its bottom would lie "
        f"where that is {_BOTTOM} times E. Beyond {_LEVEL} times, E is higher than before.",
    )


def _drawn(dice: Dice, number: int, h: float, falls: bool) -> Setting:
    """A setting whose E clearly falls with this h, or clearly rises."""
    while True:
        setting = _any(dice, number, h)
        before, after = _errors(setting)
        low, high = _SMALL if falls else _LARGE
        clear = after < 0.8 * before if falls else after > 1.3 * before
        if clear and low < h * _squares(setting) / before < high:
            return setting


def _any(dice: Dice, number: int, h: float) -> Setting:
    steep = dice.one_of((_FLAT, _STEEP))

    into_hidden = dice.signed(_INTO_HIDDEN, 4)
    weights = [
        [into_hidden[:2], into_hidden[2:]],
        [[weight] for weight in dice.signed(_INTO_OUTPUT[steep], 2)],
    ]
    biases = [dice.signed(_INTO_HIDDEN, 2), dice.signed(_INTO_HIDDEN, 1)]
    hidden = "sigmoid" if number < CLASS_NUMBERS else "tanh"
    net = Network.from_weights(weights, biases, (hidden, "identity"))
    x = tuple(dice.signed(_INPUTS[steep], 2))
    (miss,) = dice.signed(_MISSES, 1)
    t = round(float(forward(net, x).y.item()) + miss, 1)
    return Setting(net, (x,), ((t,),), h)


def _errors(setting: Setting) -> tuple[float, float]:
    """E before and after the update."""
    after = forward(update(setting.network, setting.g, setting.h), setting.x)
    return error(setting.f.y, setting.t), error(after.y, setting.t)


def _squares(setting: Setting) -> float:
    """|∇E|²."""
    return float(sum((d**2).sum() for d in (*setting.g.weights, *setting.g.biases)))
