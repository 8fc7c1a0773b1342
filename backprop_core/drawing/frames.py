r"""Draw the frame of a plot: axes with a fixed range and nothing on them.

A page puts its lines and points on a frame, in the plot's own coordinates, and moves them without
drawing the axes anew. To have another frame, add a line to `FRAMES` and run ``make figures``.

>>> draw_frame(FRAMES["hidden"]).startswith('<svg xmlns="http://www.w3.org/2000/svg" class="bp-fr')
True
"""

from dataclasses import dataclass
from math import ceil, floor, log10

from matplotlib import rc_context
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from backprop_core.drawing import markup
from backprop_core.drawing.artists import EDGE, INK, QUIET
from backprop_core.drawing.svg import BLANK, DEFAULTS, SANS, SERIF, to_svg

__all__ = ["FRAMES", "Frame", "draw_frame"]

GRID = "#e4e1d9"
# Room for the labels around the plot, in units of the viewBox.
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 16.0, 34.0, 48.0
_TICK, _LABEL = 14, 17  # font sizes


@dataclass(frozen=True)
class Frame:
    """Axes of a plot.

    Attributes
    ----------
    name : str
    x, y : (float, float)
        The lowest and the highest value.
    x_label, y_label : str
        What an axis shows; symbols between dollar signs as in `draw_network`.
    width, height : float
        Of the whole drawing, in units of the viewBox; a height of 0 gives both axes the same
        scale.
    y_log : bool
        Whether y is drawn by its logarithm.
    """

    name: str
    x: tuple[float, float]
    y: tuple[float, float]
    x_label: str
    y_label: str
    width: float = 420
    height: float = 320
    y_log: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the plot itself in the drawing."""
        right = self.width - _RIGHT
        if self.height:
            return _LEFT, _TOP, right, self.height - _BOTTOM
        scale = (right - _LEFT) / (self.x[1] - self.x[0])
        return _LEFT, _TOP, right, round(_TOP + scale * (self.y[1] - self.y[0]), 2)


_ALL = (
    Frame("activation", (-6, 6), (-1.5, 3), "$r$", "$g, g'$"),
    Frame("plane", (-0.6, 1.6), (-0.6, 1.6), "$x_1$", "$x_2$", 380, 0),
    Frame("hidden", (-0.15, 1.15), (-0.15, 1.15), "$f_1$", "$f_2$", 380, 0),
    Frame("half-square", (-2, 2), (0, 4), "$u$", "value"),
    Frame("samples", (0.7, 4.99), (-0.12, 1.3), "sample", "$y, t$", 420, 0),
    Frame("error-weight", (-8, 8), (0, 1.2), "$w$", "$E$"),
    Frame("error-contours", (-8, 8), (-8, 8), "$w_1$", "$w_2$", 380, 0),
    Frame("error-updates", (0, 60), (0, 1.2), "update", "$E$"),
    Frame("error-epochs", (0, 20), (0, 1.2), "epoch", "$E$"),
    Frame("rates-weight", (-8, 8), (0, 1.2), "$w$", "$E$", 360, 220),
    Frame("rates-updates", (0, 60), (0, 1.2), "update", "$E$", 360, 220),
    Frame("rates-line", (-2, 6), (0, 6), "$w$", "$E$", 360, 220),
    Frame("rates-line-updates", (0, 60), (0, 6), "update", "$E$", 360, 220),
    Frame("rates-epochs", (0, 125), (-3, 0), "epoch", "E per sample", 440, 330),
    Frame("multiplications", (1, 10), (1, 1e12), "layers", "multiplications", 480, 340, True),
    Frame("training-plane", (0, 1), (0, 1), "$x_1$", "$x_2$", 350, 0),
    Frame("training-error", (0, 100), (1e-3, 1), "epoch", "E per sample", 310, 230, True),
    Frame("training-hidden", (0, 1), (0, 1), "$f_1$", "$f_2$", 310, 0),
    Frame("training-delta", (0, 3), (1e-2, 1), "layer of neurons", "size of δ", 420, 190, True),
)
FRAMES: dict[str, Frame] = {frame.name: frame for frame in _ALL}


@rc_context(DEFAULTS)
def draw_frame(frame: Frame) -> str:
    """Draw a frame as one ``<svg class="bp-frame">``.

    Its groups ``axis axis-x`` and ``axis axis-y`` hold the lines ``grid`` and ``zero`` and the
    texts ``tick-label`` and ``axis-label``; ``spines`` holds each ``spine``. The attributes
    ``data-x`` and ``data-y`` are "low high pixel_low pixel_high": two values and where they lie
    in the viewBox. With ``data-y-scale="log"`` it is the logarithm that runs evenly.

    Returns
    -------
    str
        The same bytes for the same frame.
    """
    left, top, right, bottom = frame.box
    width, height = frame.width, frame.height or bottom + _BOTTOM
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    figure.patch.set_visible(False)
    place = (left / width, 1 - bottom / height, (right - left) / width, (bottom - top) / height)
    axes = figure.add_axes(place)
    axes.patch.set_visible(False)
    axes.set_axisbelow(True)
    if frame.y_log:
        axes.set_yscale("log")
    axes.set_xlim(*frame.x)
    axes.set_ylim(*frame.y)
    _ticks("x", axes.xaxis, _round_numbers(frame.x, (right - left) / 38))
    decades = _decades(frame.y, (bottom - top) / 26) if frame.y_log else None
    _ticks("y", axes.yaxis, decades or _round_numbers(frame.y, (bottom - top) / 30))
    for at, name in ((frame.x, "x"), (frame.y, "y")):
        if at[0] < 0 < at[1]:
            line = axes.axvline if name == "x" else axes.axhline
            line(0, color=EDGE, linewidth=1.4, gid=f"axis axis-{name}/zero")
    for side, spine in axes.spines.items():
        if side in ("left", "bottom"):
            spine.set(edgecolor=QUIET, linewidth=1.2, gid=f"spines/spine #{side}")
    # The name of y stands over its numbers, where it can be read without turning the head.
    for name, text, x, y, side in (
        ("x", frame.x_label, (left + right) / 2, bottom + 40, "center"),
        ("y", frame.y_label, 8, 20, "left"),
    ):
        label = figure.text(x / width, 1 - y / height, text or BLANK, ha=side, va="baseline")
        label.set_gid(f"axis axis-{name}/axis-label axis-label-{name}")
        _style(label, INK, _LABEL)
    data = {
        "data-x": f"{frame.x[0]:.12g} {frame.x[1]:.12g} {left:g} {right:g}",
        "data-y": f"{frame.y[0]:.12g} {frame.y[1]:.12g} {bottom:g} {top:g}",
    }
    if frame.y_log:
        data["data-y-scale"] = "log"
    return to_svg(figure, label=_text_alternative(frame), css_class="bp-frame", attributes=data)


def _round_numbers(ends: tuple[float, float], most: float) -> list[tuple[float, str]]:
    """Ticks at round numbers, and what is written at them."""
    low, high = ends
    slack = 1e-9 * (high - low)
    places = MaxNLocator(min(8, max(2, int(most))), steps=[1, 2, 5, 10]).tick_values(low, high)
    return [(at, _number(at)) for at in places if low - slack <= at <= high + slack]


def _decades(ends: tuple[float, float], most: float) -> list[tuple[float, str]]:
    """Ticks at powers of ten."""
    first, last = ceil(log10(ends[0])), floor(log10(ends[1]))
    powers = range(first, last + 1, ceil((last - first + 1) / most))
    return [(10.0**n, _number(10.0**n) if 0 <= n <= 3 else f"$10^{{{n}}}$") for n in powers]


def _ticks(name: str, axis: Axis, ticks: list[tuple[float, str]]) -> None:
    """Put ticks on an axis, each with a line of the grid and its number."""
    axis.set_ticks([at for at, _ in ticks], labels=[text for _, text in ticks])
    axis.set_tick_params(which="both", length=0, pad=9 if name == "x" else 6)
    axis.grid(True, which="major", color=GRID, linewidth=1)
    for n, tick in enumerate(axis.get_major_ticks()):
        tick.gridline.set_gid(f"axis axis-{name}/grid #{n}")
        tick.label1.set_gid(f"axis axis-{name}/tick-label #{n}")
        _style(tick.label1, QUIET, _TICK)


def _style(text: Text, colour: str, size: float) -> None:
    symbol = markup.is_symbol(text.get_text()) and size == _LABEL
    text.set(color=colour, fontsize=size, parse_math=False)
    text.set(fontfamily=SERIF if symbol else SANS, fontstyle="italic" if symbol else "normal")


def _number(value: float) -> str:
    return f"{round(float(value), 9):.12g}".replace("-", "\N{MINUS SIGN}")


def _text_alternative(frame: Frame) -> str:
    def plain(text: str) -> str:
        return "".join(run.text for run in markup.runs(text))

    return (
        f"{plain(frame.x_label)} from {_number(frame.x[0])} to {_number(frame.x[1])}; "
        f"{plain(frame.y_label)} from {_number(frame.y[0])} to {_number(frame.y[1])}"
    )
