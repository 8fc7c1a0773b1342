"""See what goes and what comes between two lines of a derivation.

>>> from backprop_core.derivations import bias, weight
>>> a, b = weight("f3", "f5"), bias("f5")
>>> changes(a + b, b)
Changes(goes=(True, True, False), comes=(False,))
"""

from dataclasses import dataclass

from backprop_core.derivations.expressions import Expression, Line

__all__ = ["Changes", "changes", "coming", "going", "highlighted"]

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


def highlighted(line: Line, above: Line | None = None, below: Line | None = None) -> str:
    r"""A line's LaTeX with what is new in it, and what will be gone in the next line.

    Parameters
    ----------
    line : Line
    above, below : Line, optional
        Its neighbours: what came since the one above is in ``\class{comes}{…}``, what goes on the
        way to the one below in ``\class{goes}{…}``.

    Examples
    --------
    >>> from backprop_core.derivations import bias, weight
    >>> a, b = weight("f3", "f5"), bias("f5")
    >>> highlighted(Line(None, b, ""), above=Line(None, a, ""))
    ' = \\class{comes}{\\class{term role-weight node-f5}{b_{5}}}'
    """
    pieces = len(line.expression.pieces)
    come = changes(above.expression, line.expression).comes if above else (False,) * pieces
    go = changes(line.expression, below.expression).goes if below else (False,) * pieces
    names = [
        frozenset((*(("comes",) if new else ()), *(("goes",) if old else ())))
        for new, old in zip(come, go, strict=True)
    ]
    return line.written(line.expression.marked(names))


def going(before: Expression, after: Expression) -> str:
    """LaTeX of the upper of two expressions, with what goes in the class ``goes``."""
    return _marked(before, changes(before, after).goes, "goes")


def coming(before: Expression, after: Expression) -> str:
    """LaTeX of the lower of two expressions, with what comes in the class ``comes``."""
    return _marked(after, changes(before, after).comes, "comes")


def _marked(expression: Expression, flags: tuple[bool, ...], name: str) -> str:
    return expression.marked(frozenset((name,) if flag else ()) for flag in flags)


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
