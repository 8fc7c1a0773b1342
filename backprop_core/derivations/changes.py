"""See what goes and what comes between two lines of a derivation.

>>> from backprop_core.derivations import bias, weight
>>> a, b = weight("f3", "f5"), bias("f5")
>>> changes(a + b, b)
Changes(goes=(True, True, False), comes=(False,))
"""

from dataclasses import dataclass

from backprop_core.derivations.expressions import Expression

__all__ = ["Changes", "changes", "coming", "going"]

_BINDING = (r"\cdot", "+", "-")  # these come and go with what they join


@dataclass(frozen=True)
class Changes:
    """Which pieces go from one expression, and which come into the next.

    Attributes
    ----------
    goes, comes : tuple of bool
        One for each of the expression's `pieces`.
    """

    goes: tuple[bool, ...]
    comes: tuple[bool, ...]


def changes(before: Expression, after: Expression) -> Changes:
    """The least that has to go and to come."""
    old, new = before.pieces, after.pieces
    # best[i][j]: how much of old[i:] and new[j:] can stay; kept[i][j]: if old[i] and new[j] do.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    kept = [[-1.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            if old[i] == new[j]:
                neighbours = kept[i + 1][j + 1] + _together(old[i])
                kept[i][j] = 1.0 + max(best[i + 1][j + 1], neighbours)
            best[i][j] = max(kept[i][j], best[i + 1][j], best[i][j + 1])
    goes, comes = [True] * len(old), [True] * len(new)
    i = j = 0
    together = 0.0
    while i < len(old) and j < len(new):
        if kept[i][j] + together >= best[i][j]:
            goes[i] = comes[j] = False
            together = _together(old[i])
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i, together = i + 1, 0.0
        else:
            j, together = j + 1, 0.0
    return Changes(_joined(old, goes), _joined(new, comes))


def going(before: Expression, after: Expression) -> str:
    r"""LaTeX of the upper of two expressions, with what goes in ``\class{goes}{…}``.

    Examples
    --------
    >>> from backprop_core.derivations import bias, weight
    >>> going(weight("f3", "f5"), bias("f5"))
    '\\class{goes}{\\class{term role-weight edge-f3-f5}{w_{3,5}}}'
    """
    return before.marked("goes", changes(before, after).goes)


def coming(before: Expression, after: Expression) -> str:
    r"""LaTeX of the lower of two expressions, with what comes in ``\class{comes}{…}``."""
    return after.marked("comes", changes(before, after).comes)


def _together(piece: str) -> float:
    """A little more for what stays in one piece with its right neighbour."""
    return 0.0 if piece in _BINDING else 2.0**-8


def _joined(pieces: tuple[str, ...], changed: list[bool]) -> tuple[bool, ...]:
    """A dot or a plus between two changed pieces changes with them."""
    around = [False, *changed, False]
    return tuple(
        flag or (piece in _BINDING and around[n] and around[n + 2])
        for n, (piece, flag) in enumerate(zip(pieces, changed, strict=True))
    )
