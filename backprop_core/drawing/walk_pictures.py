"""Draw one step of a walk as a picture that stands alone (SVG, PNG), or the walk as a film (GIF).

A picture shows what the page shows: the graph with what is lit and with its numbers, and below it
the step's title, sentence and equations. All of it comes from the walk's steps.

>>> from backprop_core.situation import Situation
>>> step_svg(Situation(), step=12).startswith('<svg xmlns="http://www.w3.org/2000/svg"')
True
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from PIL import Image

from backprop_core._types import Array
from backprop_core.drawing.artists import EDGE, ERROR, INK, QUIET, network_artists
from backprop_core.drawing.graph import network_graph
from backprop_core.drawing.layout import text_width
from backprop_core.drawing.svg import BLANK, SANS, SERIF, settings, to_svg
from backprop_core.equations import Equation, Term, format_number, unicode_name
from backprop_core.network import Network
from backprop_core.situation import Situation, sample_text
from backprop_core.take_away.plain_equation import plain_numbers, plain_symbols
from backprop_core.walkthrough import Show, Step, shown_at

__all__ = ["LARGEST_FILM", "LARGEST_PICTURE", "STEPS_OF_A_FILM", "step_png", "step_svg", "walk_gif"]

LARGEST_PICTURE = 20  # nodes in a layer whose names can still be read
LARGEST_FILM = 10  # and whose values can
STEPS_OF_A_FILM = 80
SECONDS_A_STEP, SECONDS_AT_THE_END = 2, 4

_WHITE = "#ffffff"
_MARGIN = 18.0
_LINES = 6  # of equations below a picture; a step of a whole layer may have hundreds
_PNG_SCALE, _FILM_SCALE = 2, 1.5  # pixels for each unit of the drawing
_WIDEST_FILM = 1200


@dataclass(frozen=True)
class _Line:
    """A line of the caption, and how it is set."""

    text: str
    size: float
    bold: bool = False
    serif: bool = False
    colour: str = INK
    gap: float = 0.0  # above it

    @property
    def height(self) -> float:
        return self.gap + 1.4 * self.size


def step_svg(situation: Situation, step: int | None, by: str = "neuron") -> str:
    """Draw a step as an SVG that needs no style sheet, on white.

    Parameters
    ----------
    situation : Situation
    step : int or None
        From 0; None for the network and what it answers, with nothing lit.
    by : {"neuron", "layer"}
        How much a step takes in.

    Returns
    -------
    str
        The same bytes for the same step.

    Raises
    ------
    ValueError
        As `backprop_core.walk`, if there is no such step, or if a layer has too many nodes to be
        told apart.
    """
    return _picture_of(situation, step, by).svg(step)


def step_png(situation: Situation, step: int | None, by: str = "neuron") -> bytes:
    """Draw a step as a PNG, large enough for a slide; parameters and errors as `step_svg`."""
    picture = _picture_of(situation, step, by)
    picture.enlarge(_PNG_SCALE)
    file = io.BytesIO()
    picture.image(step).save(file, "PNG", optimize=True)
    return file.getvalue()


def walk_gif(
    situation: Situation,
    by: str = "neuron",
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> bytes:
    """Draw a walk as an animation that runs in a loop, two seconds a step.

    Parameters
    ----------
    situation : Situation
    by : {"neuron", "layer"}
        How much a step takes in. A walk of more than 80 steps is told layer by layer.
    progress : callable, optional
        Called with the number of steps drawn and of all steps, before each of them; may raise to
        give up.

    Raises
    ------
    ValueError
        As `backprop_core.walk`, or if a layer has too many nodes for their values to be read.
    """
    _check_size(situation.network, LARGEST_FILM, "an animation can show the values of")
    steps = situation.walk(by)
    if len(steps) > STEPS_OF_A_FILM:
        steps = situation.walk("layer")
    picture = _Picture(situation, steps, range(len(steps)))
    picture.enlarge(min(_FILM_SCALE, _WIDEST_FILM / picture.width))
    palette = _Palette()

    def frames() -> Iterator[Image.Image]:
        for step in range(len(steps)):
            progress(step, len(steps))
            yield palette.reduce(picture.image(step))

    first, *others = frames()
    file = io.BytesIO()
    durations = [1000 * SECONDS_A_STEP] * len(others) + [1000 * SECONDS_AT_THE_END]
    first.save(file, "GIF", save_all=True, append_images=others, duration=durations, loop=0)
    return file.getvalue()


def _picture_of(situation: Situation, step: int | None, by: str) -> "_Picture":
    _check_size(situation.network, LARGEST_PICTURE, "a picture can tell apart")
    steps = situation.walk(by)
    if step is not None and not 0 <= step < len(steps):
        raise ValueError(f"step is {step}, but expected one of the walk's: 0 to {len(steps) - 1}")
    return _Picture(situation, steps, [step])


def _check_size(net: Network, most: int, what: str) -> None:
    for k, size in enumerate(net.sizes):
        if size > most:
            raise ValueError(
                f"layer {k} has {size} nodes, but expected {most} or fewer, as many as {what}"
            )


def _shades() -> Array:
    """Every shade between white and what is drawn on it, (64, 3): few colours, small files."""
    inks = [[int(ink[n : n + 2], 16) for n in (1, 3, 5)] for ink in (INK, QUIET, EDGE, ERROR)]
    share = np.linspace(0, 1, 16)[np.newaxis, :, np.newaxis]
    return np.rint(255 + (np.array(inks)[:, np.newaxis] - 255) * share).reshape(-1, 3)


class _Palette:
    """The shades as a palette, and the way from a picture's colours to the nearest of them."""

    def __init__(self) -> None:
        shades = _shades()
        self.colours = shades.astype(int).ravel().tolist()
        steps = np.rint(np.arange(32) * 255 / 31)  # five bits of red, green and blue are enough
        red, green, blue = np.meshgrid(steps, steps, steps, indexing="ij")
        cube = np.stack([red, green, blue], axis=-1).reshape(-1, 1, 3)
        self.nearest = np.concatenate(
            [
                np.argmin(((part - shades) ** 2).sum(axis=-1), axis=-1).astype(np.uint8)
                for part in np.split(cube, 32)
            ]
        )

    def reduce(self, image: Image.Image) -> Image.Image:
        red, green, blue = (np.asarray(image).astype(np.intp) >> 3).transpose(2, 0, 1)
        reduced = Image.fromarray(self.nearest[red << 10 | green << 5 | blue])
        reduced.putpalette(self.colours)
        return reduced


class _Picture:
    """A drawing of a network that shows one step after another, all of them at one size."""

    def __init__(
        self, situation: Situation, steps: Sequence[Step], shown: Iterable[int | None]
    ) -> None:
        self.situation, self.steps = situation, steps
        self.figure = network_artists(network_graph(situation.network.layers), background=_WHITE)
        self.texts = [text for text in self.figure.artists if isinstance(text, Text)]
        self.shapes = [
            (shape, shape.get_linewidth())
            for shape in self.figure.artists
            if isinstance(shape, Patch)
        ]
        # All artists share one transform from the drawing's coordinates, which run downwards.
        self.down = cast(Affine2D, self.texts[0].get_transform())
        self.width, self.bottom = (72 * float(size) for size in self.figure.get_size_inches())
        self.caption: list[Text] = []
        below = max(sum(line.height for line in self.lines(step)) for step in shown) + _MARGIN
        self.down.translate(0, below)
        self.figure.set_size_inches(self.width / 72, (self.bottom + below) / 72)
        self.figure.patch.set(visible=True, facecolor=_WHITE, edgecolor="none", gid="background")

    def enlarge(self, scale: float) -> None:
        """Make it ready to become pixels: an SVG leaves symbols and outlines to the browser."""
        self.figure.set_dpi(72 * scale)
        self.down.scale(scale)
        for text in self.texts:
            classes = str(text.get_gid())
            if classes.endswith("/name"):
                text.set_text(unicode_name(classes.split()[1].removeprefix("node-")))
            if "halo" in classes:
                width = (0.3 if "thin-halo" in classes else 0.7) * float(text.get_fontsize())
                text.set_path_effects([withStroke(linewidth=width, foreground=_WHITE)])

    def svg(self, step: int | None) -> str:
        """The picture of a step as an SVG."""
        width, height = (f"{72 * inches:g}" for inches in self.figure.get_size_inches())
        with settings():
            self.show(step)
            return to_svg(
                self.figure,
                label=" ".join(line.text for line in self.lines(step)),
                css_class="bp-step-picture",
                attributes={"width": width, "height": height},
            )

    def image(self, step: int | None) -> Image.Image:
        """The picture of a step as pixels."""
        with settings():
            self.show(step)
            canvas = FigureCanvasAgg(self.figure)
            canvas.draw()
            return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")

    # ---- what it shows ----

    def show(self, step: int | None) -> None:
        """Light what a step lights, and write its numbers and its caption."""
        told = Step("", "", "") if step is None else self.steps[step]
        lit = {f"node-{node}" for node in told.nodes} | {f"edge-{a}-{b}" for a, b in told.edges}
        for shape, thin in self.shapes:
            group, _, part = str(shape.get_gid()).partition("/")
            owner = group.split()[1]
            if part == "disc":
                receiving = owner.removeprefix("node-") in told.receiving
                _paint_disc(shape, thin, owner in lit, receiving, told)
            else:
                _paint_edge(shape, part, thin, owner in lit, told)
        shown, fresh = self.shown(step)
        for text in self.texts:
            group, _, part = str(text.get_gid()).partition("/")
            if not part.startswith("name"):
                slot = next((name for name in part.split() if name in shown), "")
                on_lit_edge = group.split()[1] in lit and part.startswith("weight")
                _write(text, shown.get(slot), slot in fresh, on_lit_edge)
        self.write_caption(step)

    def shown(self, step: int | None) -> tuple[dict[str, Show], set[str]]:
        """What stands in the graph, by slot, and which of that is new."""
        if step is not None:
            fresh = {show.slot for show in self.steps[step].shows} if step else set()
            return shown_at(self.steps, step), fresh
        answered = next(n for n, told in enumerate(self.steps) if told.phase == "error")
        shown = shown_at(self.steps, answered)  # whatever still waits beside a neuron is its sum
        return {slot: show for slot, show in shown.items() if not slot.startswith("delta")}, set()

    def lines(self, step: int | None) -> list[_Line]:
        """The caption of a step."""
        if step is None:
            sample = sample_text(self.situation.x, self.situation.t)
            facts = f"{sample}. The error is E = {format_number(self.situation.error)}."
            paragraphs = [
                _Line("The network and its answer", 14, bold=True),
                _Line(facts, 15, serif=True, gap=3),
            ]
        else:
            told = self.steps[step]
            title = f"Step {step + 1} of {len(self.steps)}: {told.title}"
            paragraphs = [
                _Line(title, 14, bold=True),
                _Line(told.sentence, 15, serif=True, gap=3),
            ]
            paragraphs += self.set_out(told.equations)
        return [line for paragraph in paragraphs for line in self.wrapped(paragraph)]

    def set_out(self, equations: tuple[Equation, ...]) -> list[_Line]:
        """The equations of a step; or the last of them, where all would be too many to read."""
        paragraphs = [line for equation in equations for line in self.set_out_one(equation)]
        if len(equations) == 1 or sum(len(list(self.wrapped(p))) for p in paragraphs) <= _LINES:
            return paragraphs
        more = len(equations) - 1
        note = f"… and {more} more {'equation' if more == 1 else 'equations'}"
        return [*self.set_out_one(equations[-1]), _Line(note, 14, colour=QUIET, gap=7)]

    def set_out_one(self, equation: Equation) -> list[_Line]:
        """An equation in symbols and with numbers, on one line if it fits."""
        symbols = _Line(plain_symbols(equation), 14, gap=7)
        if not any(isinstance(term, Term) for term in equation.terms):
            return [symbols]
        numbers = _Line(f"= {plain_numbers(equation)}", 14, colour=QUIET)
        both = replace(symbols, text=f"{symbols.text} {numbers.text}")
        return [both] if self.fits(both.text, both) else [symbols, numbers]

    def fits(self, text: str, line: _Line) -> bool:
        """Tell whether a text has room below the drawing, set like this line."""
        return text_width(text, line.size, line.bold) <= self.width - 2 * _MARGIN

    def wrapped(self, paragraph: _Line) -> Iterator[_Line]:
        """A line as often as it has to be broken to fit below the drawing."""
        text, first = "", True
        for word in paragraph.text.split(" "):
            longer = f"{text} {word}" if text else word
            if text and not self.fits(longer, paragraph):
                yield replace(paragraph, text=text, gap=paragraph.gap if first else 0)
                text, first = word, False
            else:
                text = longer
        yield replace(paragraph, text=text, gap=paragraph.gap if first else 0)

    def write_caption(self, step: int | None) -> None:
        for text in self.caption:
            text.remove()
        self.caption = []
        y = self.bottom
        for number, line in enumerate(self.lines(step)):
            y += line.height
            text = Text(
                _MARGIN,
                y - 0.4 * line.size,
                line.text,
                color=line.colour,
                fontsize=line.size,
                fontfamily=SERIF if line.serif else SANS,
                fontweight="bold" if line.bold else "normal",
                parse_math=False,
                transform=self.down,
                gid=f"caption/line #{number}",
            )
            self.figure.add_artist(text)
            self.caption.append(text)


# ---- the look of a step: what the page's style sheets say, in matplotlib's words ----


def _paint_edge(shape: Patch, part: str, thin: float, lit: bool, told: Step) -> None:
    back = lit and told.direction == "backward"
    accent = back or told.phase == "update"
    colour = (ERROR if accent else INK) if lit else EDGE
    shape.set_edgecolor(colour)
    if part == "shaft":
        shape.set_linewidth(thin * ((2.5 if accent else 2) if lit else 1))
    else:
        shape.set_facecolor(colour)
        shape.set_linewidth(1.5 if back else 0)
        shape.set_visible(back == (part == "back-head"))


def _paint_disc(disc: Patch, thin: float, lit: bool, receiving: bool, told: Step) -> None:
    disc.set_edgecolor(ERROR if told.phase == "backward" and (lit or receiving) else INK)
    disc.set_linewidth(thin * (1.75 if lit else 1.6 if receiving else 1))
    disc.set_linestyle((0, (2, 1.6)) if receiving else "-")


def _write(text: Text, show: Show | None, fresh: bool, on_lit_edge: bool) -> None:
    text.set_text(show.text if show else BLANK)
    error = show is not None and show.role == "error"
    text.set_color(ERROR if error else INK if fresh or on_lit_edge else QUIET)
    bold = (error or fresh or on_lit_edge) and "bias" not in str(text.get_gid())
    text.set_fontweight("bold" if bold else "normal")
