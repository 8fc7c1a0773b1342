"""Train with several learning rates at once, and see them race: one line each, one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any, Protocol

import numpy as np

from backprop_core._types import Array
from backprop_core.comparison import Comparison, Fate
from backprop_core.equations import format_number
from backprop_core.experiment import Experiment
from backprop_core.reading import plain_number, read_number, read_positive, shorten
from backprop_core.views import round_ticks
from backprop_core.widgets.board import Axis, Board, Button, Mark, Number, Plot, Shown
from backprop_core.widgets.bundle import stylesheet
from backprop_core.widgets.runner import Runner

__all__ = ["RateComparison", "read_rates"]

LEAST_RATES, MOST_RATES = 2, 6
MOST_EPOCHS = 10_000
RATES, EPOCHS = "0.001, 0.01, 0.1, 10", 100.0

# Told apart by the pattern of the line as well as by its colour.
_LOOKS = ("input", "error dashed", "slope dotted", "dash-dot", "input long-dashed", "error dotted")
_LEAST = 1e-12  # the smallest E that the plot shows
_HIGHEST = 100.0  # how many times the first E it shows at most: who diverges leaves it upwards
_ROOM = 1.25  # of the width, for the labels beside the lines' ends
_LABEL = 0.075  # height of a label, as a share of the plot's
_TURN = 0.68  # from this share of the width on, a label stands at the right end
_POINTS = 240  # on a line


class HasExperiment(Protocol):
    """Whoever has an experiment to train: a `Playground`."""

    @property
    def experiment(self) -> Experiment:
        """The present one."""


class RateComparison(Board):
    """Several learning rates, trained side by side from the same weights, and drawn together.

    Parameters
    ----------
    playground : Playground, optional
        Whose experiment is trained: its network with the weights it has when "Train all" is
        pressed, its training samples and its way of learning. The default experiment if left out.

    Examples
    --------
    >>> board = RateComparison()
    >>> board.take({"rates": "0,02; 0,5"})
    >>> board.values["rates"]
    '0.02, 0.5'
    """

    _css = stylesheet("plots.css", "board.css", "rate_comparison.css")

    def __init__(self, playground: HasExperiment | None = None) -> None:
        self._playground = playground
        self._several: Comparison | None = None
        self._start = ""
        self._runner = Runner(self._work, self._frame, problem=self._on_problem)
        super().__init__(
            "Several learning rates at once",
            [Plot("errors", "rates-epochs", "E per sample over the epochs, a line for each rate")],
            [
                _Rates("rates", "Learning rates", RATES),
                _Epochs("epochs", "Epochs", EPOCHS),
                Button("train", "Train all"),
                Button("stop", "Stop"),
            ],
        )

    def close(self) -> None:
        """Stop training, too."""
        self._runner.stop()
        super().close()

    def act(self, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
        """Train all, anew; or stop."""
        self._runner.stop()
        if key == "train":
            experiment = self._playground.experiment if self._playground else Experiment()
            teacher_set, rule = experiment.teacher_set, experiment.rule
            self._several = Comparison(
                experiment.present,
                teacher_set.x_training,
                teacher_set.t_training,
                rule,
                read_rates(values["rates"]),
                int(values["epochs"]),
            )
            self._start = _told_start(experiment)
            self._runner.start()
        return values

    def show(self, values: Mapping[str, Any]) -> Shown:
        """The lines so far; at the end, what has become of each rate."""
        if self._several is None:
            return Shown(
                axes={"errors": _axes(int(EPOCHS), (-3, 0))},
                sentence="Press “Train all”. All of them begin with the same weights and see the "
                "same samples; the learning rate is all they differ in.",
            )
        several, curves = self._several, self._several.curves()
        ends = _range(curves)
        return Shown(
            marks={"errors": _marks(several, curves, ends)},
            axes={"errors": _axes(several.epochs, ends)},
            sentence=f"{self._start} "
            + (_running(several) if self._runner.running else _verdict(several)),
        )

    # ---- while it runs ----

    def _work(self, seconds: float) -> bool:
        return self._several is not None and self._several.run(seconds)

    def _frame(self) -> None:
        with self.hold_sync():
            self._show(self.values)

    def _on_problem(self, sentence: str) -> None:
        self.problem = sentence


# ---- what is typed in ----


@dataclass(frozen=True)
class _Rates(Number):
    start: Any

    def read(self, value: Any) -> Any:
        return ", ".join(plain_number(h) for h in read_rates(str(value), self.label))


@dataclass(frozen=True)
class _Epochs(Number):
    def read(self, value: Any) -> float:
        number = read_number(str(value), self.label)
        if not number.is_integer() or not 1 <= number <= MOST_EPOCHS:
            raise ValueError(
                f"{self.label} is “{shorten(str(value))}”, "
                f"but expected a whole number from 1 to {MOST_EPOCHS:,}."
            )
        return number


def read_rates(text: str, field: str = "Learning rates") -> list[float]:
    """Read two to six different learning rates, with commas or semicolons between.

    Raises
    ------
    ValueError
        One sentence that names the field, what was typed and what was expected.

    Examples
    --------
    >>> read_rates("0.01, 0.1"), read_rates("0,01; 0,1; 1")
    ([0.01, 0.1], [0.01, 0.1, 1.0])
    >>> read_rates("0.1")
    Traceback (most recent call last):
    ...
    ValueError: Learning rates is “0.1”, but expected 2 to 6 numbers, such as 0.01, 0.1.
    """
    parts = text.split(";" if ";" in text else ",")
    if not LEAST_RATES <= len(parts) <= MOST_RATES:
        raise ValueError(
            f"{field} is “{shorten(text)}”, but expected {LEAST_RATES} to {MOST_RATES} numbers, "
            "such as 0.01, 0.1."
        )
    rates = [read_positive(part, f"{field}, number {n}") for n, part in enumerate(parts, 1)]
    for n, h in enumerate(rates):
        if h in rates[:n]:
            raise ValueError(
                f"{field} has {plain_number(h)} twice, but expected different numbers."
            )
    return rates


# ---- what is drawn; heights are logarithms ----


_Curves = Sequence[tuple[Array, Array]]


def _range(curves: _Curves) -> tuple[int, int]:
    """Powers of ten between which the lines are drawn."""
    first = float(curves[0][1][0])
    top = _HIGHEST * first if isfinite(first) and first > 0 else 1.0
    errors = np.concatenate([errors for _, errors in curves])
    kept = errors[(errors >= _LEAST) & (errors <= top)]
    if not len(kept):
        return -1, 0
    low = floor(log10(np.min(kept)) + 1e-9)
    return low, max(low + 1, ceil(log10(np.max(kept)) - 1e-9))


def _axes(epochs: int, ends: tuple[int, int]) -> dict[str, Axis]:
    low, high = ends
    last = float(epochs)
    along = round_ticks(0.0, last, 5) or [0.0, last]
    if high - low == 1:
        up = [(log10(f) + low, plain_number(float(f"{f * 10.0**low:.3g}"))) for f in (1, 2, 5, 10)]
    else:
        powers = range(low, high + 1, ceil((high - low) / 6))
        up = [(float(n), _power(n)) for n in powers]
    return {
        "x": Axis((0.0, _ROOM * last), [(at, f"{at:,.0f}") for at in along]),
        "y": Axis((float(low), float(high)), up),
    }


def _power(n: int) -> str:
    return plain_number(10.0**n) if -3 <= n <= 3 else format_number(10.0**n).removeprefix("1·")


def _marks(several: Comparison, curves: _Curves, between: tuple[int, int]) -> list[Mark]:
    low, high = between
    lines, ends = [], []
    for look, (epochs, errors) in zip(_LOOKS, curves, strict=False):
        line = _line(epochs, errors, low)
        lines.append((look, line))
        x, y = line[-1] if len(line) else (0.0, float(high))
        ends.append((x, min(max(y, low), high)))
    places = _apart([y for _, y in ends], low, high)
    width = _ROOM * several.epochs
    front = max(x for x, _ in ends)
    marks = []
    for n, ((look, line), end, at, trainer) in enumerate(
        zip(lines, ends, places, several.trainers, strict=True)
    ):
        gone = trainer.diverged_at
        text = f"h = {format_number(trainer.rule.h)}"
        if gone is not None:
            text += f" diverges, epoch {gone}"
        beside = (front if gone is None else end[0]) / width + 0.02
        marks += [
            Mark(f"line{n}", "line", line, look),
            Mark(f"end{n}", "point", end, f"{look} {'small circle' if gone is None else 'cross'}"),
            Mark(f"name{n}", "text", (width * (beside if beside < _TURN else 1.0), at), look, text),
        ]
    done = several.epoch
    return [*marks, Mark("done", "line", [(0, low), (done, low)], "quiet strong")]


def _line(epochs: Array, errors: Array, low: int) -> Array:
    """Places of a line, few enough to be sent ten times a second: (epoch, log E)."""
    chosen = np.unique(np.linspace(0, len(epochs) - 1, _POINTS).astype(int))
    heights = np.log10(np.maximum(errors[chosen], 10.0 ** (low - 1)))
    return np.stack((epochs[chosen], heights), axis=-1)


def _apart(heights: Sequence[float], low: float, high: float) -> list[float]:
    """Heights for labels that would stand on each other: as near as can be, none outside."""
    gap = _LABEL * (high - low)
    places = list(heights)
    order = sorted(range(len(heights)), key=lambda n: heights[n])
    floor_ = low + 0.3 * gap
    for n in order:
        places[n] = floor_ = max(places[n], floor_)
        floor_ += gap
    ceiling = high - 0.7 * gap
    for n in reversed(order):
        places[n] = ceiling = min(places[n], ceiling)
        ceiling -= gap
    return places


# ---- what is said ----


def _told_start(experiment: Experiment) -> str:
    sizes = "-".join(map(str, experiment.present.sizes))
    weights = (
        f"the weights of epoch {experiment.epoch}" if experiment.epoch else "its first weights"
    )
    return f"Set {experiment.recipe.name}, network {sizes} with {weights}."


def _running(several: Comparison) -> str:
    return f"Training with {len(several.trainers)} learning rates …"


def _verdict(several: Comparison) -> str:
    """Which rate was best, and what happened to the others."""
    fates = several.fates()
    first = float(several.curves()[0][1][0])
    said = [_fate(fate, first) for fate in sorted(fates, key=lambda fate: fate.kind != "best")]
    done = several.epoch
    if done < several.epochs:
        said.insert(0, f"Stopped at epoch {done} of {several.epochs}.")
    return " ".join(said)


def _fate(fate: Fate, first: float) -> str:
    h, start, end = (format_number(number) for number in (fate.h, first, fate.error))
    told = {
        "best": f"is best: E per sample has come from {start} to {end}.",
        "good": f"does about as well: {end}.",
        "creeps": f"creeps: at {end}, it is still on its way down.",
        "stays": f"has come to rest too high, at {end}.",
        "overshoots": (
            f"overshoots: its steps lead to {end}, above where it began."
            if fate.error > first
            else f"overshoots: E rises and falls, and is {end} at the end."
        ),
        "diverges": f"diverges: in epoch {fate.epoch}, E becomes too large to be computed.",
    }
    return f"h\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{h} {told[fate.kind]}"
