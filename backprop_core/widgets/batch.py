"""Set batch and on-line learning side by side: the same start, the same h, the same samples."""

from collections.abc import Mapping, Sequence
from typing import Any

from backprop_core.equations import format_apart
from backprop_core.landscape import Path, shuffled
from backprop_core.widgets.board import Board, Choice, Mark, Plot, Shown
from backprop_core.widgets.valley import START, XOR, counted, level_lines, rate

__all__ = ["BatchOnline"]

EPOCHS = 20
_SAMPLES = len(XOR.t)
_PAIRS = (
    ("weight-f1-f3", "bias-f3"),
    ("weight-f1-f3", "weight-f2-f3"),
    ("weight-x1-f1", "weight-f1-f3"),
    ("weight-x1-f1", "weight-x2-f2"),
)


class BatchOnline(Board):
    """One update for the whole teacher set, beside one update for each sample.

    Examples
    --------
    >>> board = BatchOnline()
    >>> board.shown["steps"][20]["title"]
    'Epoch 20: 20 updates in batch, 80 on-line'
    """

    asked = (
        "Who will be ahead after the next epoch, and how many updates will each have made?",
        "What makes the path on-line stagger, where the one in batch does not?",
        "Which of the two would come to rest in the end, and why not the other?",
    )

    def __init__(self) -> None:
        pairs = tuple(
            (f"{XOR.name(across)} and {XOR.name(up)}", f"{across} {up}") for across, up in _PAIRS
        )
        super().__init__(
            "Batch and on-line",
            (
                Plot(
                    "map",
                    "error-contours",
                    "Level lines of E over two weights, the path in batch and the path on-line",
                    "dashed, dot: batch; solid, square: on-line",
                ),
                Plot(
                    "errors",
                    "error-epochs",
                    "E after each epoch, in batch and on-line",
                    "dashed, dot: batch; solid, square: on-line",
                ),
            ),
            (
                Choice("pair", "Weights", pairs, pairs[0][1]),
                Choice(
                    "order",
                    "Order of the samples",
                    (("as they come", "given"), ("shuffled", "shuffled")),
                    "given",
                ),
                *START,
                rate(8.0),
            ),
        )

    def behind(self, values: Mapping[str, Any]) -> Mapping[str, Sequence[Mark]]:
        """The level lines."""
        return {"map": level_lines(XOR, *values["pair"].split())}

    def show(self, values: Mapping[str, Any]) -> Shown:
        """Both paths, and each epoch as a step."""
        slots = values["pair"].split()
        valley = XOR.landscape(*slots)
        start, h = [values["a"], values["b"]], values["h"]
        orders = [list(range(_SAMPLES))] * EPOCHS
        if values["order"] == "shuffled":
            orders = shuffled(_SAMPLES, EPOCHS)
        batch = valley.descend(start, h, EPOCHS)
        online = valley.descend(start, h, EPOCHS, orders)
        names = [XOR.name(slot) for slot in slots]
        return Shown(
            marks={
                "map": [
                    Mark("batch", "line", batch.points, "input dashed"),
                    Mark("online", "line", online.points, "error"),
                    Mark("start", "point", batch.points[0], "strong ring", "start", ("a", "b")),
                ],
                "errors": [
                    Mark("batch", "line", counted(batch.errors), "input dashed"),
                    Mark("online", "line", counted(online.errors[::_SAMPLES]), "error"),
                ],
            },
            texts={"map": {"axis-label-x": names[0], "axis-label-y": names[1]}},
            steps=[_epoch(n, batch, online) for n in range(EPOCHS + 1)],
        )


def _epoch(n: int, batch: Path, online: Path) -> Shown:
    """Where both are after so many epochs, and what it took."""
    m = n * _SAMPLES
    e, e_online = float(batch.errors[n]), float(online.errors[m])
    texts = format_apart(e, e_online)
    ahead = "batch" if e < e_online else "on-line" if e_online < e else "neither"
    return Shown(
        marks={
            "map": [
                Mark("batch-now", "point", batch.points[n], "input circle"),
                Mark("online-now", "point", online.points[m], "error square"),
            ],
            "errors": [
                Mark("batch-now", "point", (n, batch.errors[n]), "input circle"),
                Mark("online-now", "point", (n, online.errors[m]), "error square"),
            ],
        },
        title=f"Epoch {n}: {n} update{'s' * (n > 1)} in batch, {m} on-line" if n else "The start",
        sentence=(
            f"E is {texts[0]} in batch and {texts[1]} on-line: {ahead} is ahead. "
            f"Each has asked for the gradient of {m} samples."
            if n
            else f"Both begin at E = {texts[0]}."
        ),
    )
