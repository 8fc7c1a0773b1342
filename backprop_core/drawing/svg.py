"""Turn a matplotlib figure into an SVG that a page can restyle and write into.

What matplotlib writes is a picture: ids that clash when two copies share a page, inline styles
that no style sheet can override, circles made of curves. What leaves here is a document: the
artists' gids are classes, styles are presentation attributes, circles are circles.
"""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from threading import RLock
from typing import Any
from xml.etree import ElementTree as ET

from matplotlib import rc_context, rcParamsDefault
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from backprop_core.drawing import markup

# matplotlib measures with fonts that it brings along, a page shows better ones.
SERIF, SANS = "DejaVu Serif", "DejaVu Sans"
_FONTS = {
    f"'{SERIF}'": "Georgia, 'Times New Roman', serif",
    f"'{SANS}'": "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif",
}
# A picture is the same whatever somebody has set for plots of their own.
DEFAULTS: dict[Any, Any] = {
    name: value for name, value in rcParamsDefault.items() if name != "backend"
}
_ONE_AT_A_TIME = RLock()


@contextmanager
def settings(own: dict[Any, Any] | None = None) -> Iterator[None]:
    """Use `DEFAULTS`, and settings of one's own, for a while; other threads wait their turn.

    matplotlib's settings belong to the whole process, and pages draw in more than one thread.
    """
    with _ONE_AT_A_TIME, rc_context({**DEFAULTS, **(own or {})}):
        yield


# matplotlib draws no empty text: one that a browser will fill holds this instead.
BLANK = "\N{NO-BREAK SPACE}"

_NS = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
# In font sizes. On an edge it must close the gap between two digits above a decimal point.
_HALOS = {"halo": 0.7, "thin-halo": 0.3}


def to_svg(
    figure: Figure,
    *,
    label: str,
    css_class: str = "bp-graph",
    attributes: Mapping[str, str] | None = None,
) -> str:
    """Write a figure as one clean ``<svg>`` element.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        At 72 dots per inch, one unit of the viewBox is one point. An artist's gid becomes its
        class; with a gid such as ``node node-f3/disc`` it lies in a group of class
        ``node node-f3``, together with the neighbours that name the same group; what follows
        `` #`` only tells apart gids that would be the same. An invisible
        artist is written with ``display="none"``. A text of class ``halo`` or ``thin-halo`` is
        set off from the lines behind it in the figure's face colour.
    label : str
        The text alternative.
    css_class : str
        Class of the ``<svg>`` element.
    attributes : mapping of str to str, optional
        What else the ``<svg>`` element is to say.

    Returns
    -------
    str
        An ``<svg>`` element without XML prolog, ids, metadata or style sheet; the same bytes
        for the same figure.
    """
    gids: dict[str, Artist] = {
        gid: artist for artist in figure.findobj() if (gid := artist.get_gid()) is not None
    }
    hidden = {gid for gid, artist in gids.items() if not artist.get_visible()}
    drawn = _drawn(figure, [gids[gid] for gid in hidden])

    width, height = (_short(inches * 72) for inches in figure.get_size_inches())
    svg = ET.Element(
        "svg",
        {
            "xmlns": _NS[1:-1],
            "class": css_class,
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "aria-label": label,
            **(attributes or {}),
        },
    )
    group, group_class = svg, ""
    for drawn_group in drawn.iter(f"{_NS}g"):
        gid = drawn_group.get("id", "")
        if gid not in gids:
            continue
        parent_class, _, own_class = gid.partition(" #")[0].rpartition("/")
        if parent_class != group_class:
            group = ET.SubElement(svg, "g", {"class": parent_class}) if parent_class else svg
            group_class = parent_class
        for shape in drawn_group:
            element = _shape(shape, isinstance(gids[gid], Circle))
            if gid in hidden:
                element.set("display", "none")
            element.attrib = {"class": own_class, **element.attrib}
            for halo in _HALOS.keys() & own_class.split():
                group.extend(_set_off(element, to_hex(figure.get_facecolor()), _HALOS[halo]))
            group.append(element)
    return ET.tostring(svg, encoding="unicode", short_empty_elements=True)


def _drawn(figure: Figure, hidden: list[Artist]) -> ET.Element:
    """Let matplotlib draw the figure, invisible artists included."""
    buffer = io.BytesIO()
    try:
        for artist in hidden:
            artist.set_visible(True)
        with settings({"svg.fonttype": "none", "svg.hashsalt": "backprop"}):
            FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    finally:
        for artist in hidden:
            artist.set_visible(False)
    return ET.fromstring(buffer.getvalue())


def _set_off(text: ET.Element, colour: str, width: float) -> list[ET.Element]:
    """Outline a text in the background's colour, so that lines behind it leave a gap.

    The runs of a symbol would paint their outlines over each other: it gets an outlined copy
    to lie on, which is returned.
    """
    under = [deepcopy(text)] if len(text) else []
    for copy in under:
        copy.attrib |= {"class": "under", "aria-hidden": "true", "fill": colour}
    for element in under or [text]:
        element.attrib |= {
            "stroke": colour,
            "stroke-width": _short(width * float(text.get("font-size", "0"))),
            "stroke-linejoin": "round",
            "paint-order": "stroke",
        }
    return under


def _shape(shape: ET.Element, is_circle: bool) -> ET.Element:
    style = {}
    for declaration in filter(None, shape.get("style", "").split(";")):
        name, _, value = declaration.partition(":")
        style[name.strip()] = _rounded(value.strip())
    if style.get("stroke-linejoin") == "miter":  # as in SVG without saying so
        del style["stroke-linejoin"]
    if shape.tag == f"{_NS}text":
        style["font-family"] = _FONTS.get(style["font-family"], style["font-family"])
        place = {"x": _rounded(shape.get("x", "0")), "y": _rounded(shape.get("y", "0"))}
        turn = shape.get("transform")
        if turn and not turn.startswith(("rotate(-0 ", "rotate(0 ")):
            place["transform"] = _rounded(turn)
        element = ET.Element("text", {**place, **style})
        text = (shape.text or "").strip(BLANK)
        markup.write(element, text, float(style["font-size"].removesuffix("px")))
        element.set("font-size", style["font-size"].removesuffix("px"))
        return element
    if shape.tag != f"{_NS}path":
        raise ValueError(f"cannot write <{shape.tag.removeprefix(_NS)}>; expected a path or a text")
    outline = shape.get("d", "")
    if is_circle:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", outline)]
        xs, ys = numbers[::2], numbers[1::2]
        place = {
            "cx": _short((min(xs) + max(xs)) / 2),
            "cy": _short((min(ys) + max(ys)) / 2),
            "r": _short((max(xs) - min(xs)) / 2),
        }
        return ET.Element("circle", {**place, **style})
    return ET.Element("path", {"d": _rounded(re.sub(r"\s+", " ", outline).strip()), **style})


def _rounded(text: str) -> str:
    """Round all numbers in a text to two decimals."""
    return _NUMBER.sub(lambda match: _short(float(match[0])), text)


def _short(number: float) -> str:
    # Adding 0.0 turns −0.0 into 0.0.
    return f"{round(float(number), 2) + 0.0:g}" if abs(number) < 1e4 else f"{number:.2f}"
