"""Ask for the order of a derivation's lines."""

from typing import NamedTuple

from backprop_core.derivations import Line, derive, explicit, signals
from backprop_core.equations import PLAIN, Notation, plain_text
from backprop_core.exercises.dice import Dice
from backprop_core.exercises.exercise import Exercise, Option
from backprop_core.exercises.settings import TWO_LAYERS, draw, setting_of

__all__ = ["derivation_order"]

_SHORTEST, _LONGEST = 4, 6
_HATS = Notation(output="f3")


class _Column(NamedTuple):
    """Lines of one derivation, each made from the one before by one move."""

    about: str
    lines: tuple[Line, ...]
    notation: Notation = PLAIN


def derivation_order(number: int) -> Exercise:
    """Put four to six lines into their order.

    A line is what a move has made of the line before it, and no two lines are the same, so that
    one order is right and no other. Two thirds are in the article's hats, as in chapter 3.
    """
    dice = Dice("derivation-order", number)
    if dice.below(3):
        setting = draw(dice, TWO_LAYERS)
        column = _in_hats(*dice.one_of(list(setting.network.slots.items())))
    else:
        setting = setting_of(number)
        column = _in_three_layers(dice)
    count = min(len(column.lines), _SHORTEST + dice.below(1 + _LONGEST - _SHORTEST))
    start = dice.below(1 + len(column.lines) - count)
    lines = column.lines[start : start + count]
    keys = dice.shuffled([chr(ord("a") + place) for place in range(count)])
    told = dict(zip(keys, lines, strict=True))
    options = tuple(
        Option(key, f"Line {key.upper()}", f"= {told[key].expression.latex}", lit=told[key].lit)
        for key in sorted(keys)
    )
    return Exercise(
        "derivation-order",
        number,
        f"These lines belong to the derivation of ∂E/∂{column.about}. It goes from the error "
        f"towards {column.about}, one move from each line to the next. Put them in order.",
        setting.situation(),
        (),
        "order",
        tuple(keys),
        options=options,
        explanation=" ".join(f"{n}. {line.move}" for n, line in enumerate(lines[1:], 2)),
        notation=column.notation,
        hint="Look for the line in which the least has been carried out.",
        remarks={key: line.move for key, line in told.items()},
    )


def _in_hats(slot: str, nodes: tuple[str, ...]) -> _Column:
    """The gradient of a weight or bias of chapter 3, without the line with (l) and the referee."""
    parts = derive(TWO_LAYERS, slot)
    lines = [line for part in parts for line in part.lines if line.quantity == "gradient"]
    return _Column(plain_text(_HATS.parameter(nodes)), tuple(lines[1:-1]), _HATS)


def _in_three_layers(dice: Dice) -> _Column:
    """What chapter 5 derives, along the paths or with error signals."""
    main, path, *_ = explicit()
    lines = dice.one_of((main.lines, path.lines, signals()[1].lines[:-1]))
    return _Column("wₓ₁,₁", lines)
