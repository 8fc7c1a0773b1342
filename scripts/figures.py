"""Draw every picture that is kept in the repository: run it, or ask `figures()` what they are."""

from html import escape
from pathlib import Path
from textwrap import wrap

from backprop_core import Network
from backprop_core.drawing import draw_network, network_graph
from backprop_core.drawing.figures import FIGURES, draw_figure
from backprop_core.drawing.frames import FRAMES, draw_frame
from backprop_core.equations import Equation, Term, plain_text
from backprop_core.situation import Situation
from backprop_core.walkthrough import shown_at
from backprop_core.widgets.pictures import draw, draw_neuron, draw_two_layers, shelf_name

ROOT = Path(__file__).parents[1]
ROLES = {"error": "#b84f00", "slope": "#00785a", "input": "#0067a3"}
SERIF, SANS = "Georgia, 'Times New Roman', serif", "system-ui, 'DejaVu Sans', sans-serif"


def figures() -> dict[Path, str]:
    """Path and content of every picture."""
    shelf = ROOT / "backprop_core/widgets/shelf"
    return {
        **{shelf / f"frame-{name}.svg": draw_frame(frame) for name, frame in FRAMES.items()},
        **{shelf / shelf_name(*shape): draw(*shape) for shape in _ready()},
        shelf / "neuron.svg": draw_neuron(),
        shelf / "two-layers.svg": draw_two_layers(),
        **{ROOT / f"assets/figures/{name}.svg": draw_figure(name) for name in FIGURES},
        ROOT / "assets/walkthrough.svg": walkthrough_picture("propagate-f5-f3_f4"),
    }


def _ready() -> list[tuple[tuple[tuple[str, ...], ...], bool]]:
    """The networks that pages show when they open, and whether in hats."""
    shapes = [((2, 2, 2, 1), False), ((2, 2, 2), False)]
    shapes += [((2, 2, 1), False), ((1, 1, 2, 1), False)]  # worked examples
    shapes += [((2, 8, 8, 1), False)]  # the playground's first walkthrough
    shapes += [((2, 3, 3, *more, 1), False) for more in ((), (3,), (3, 3))]
    shapes += [(sizes, True) for sizes in ((2, 2, 1), (2, 3, 1))]
    return [(Network.random(sizes).layers, hats) for sizes, hats in shapes]


def walkthrough_picture(bookmark: str) -> str:
    """A step of the article's network as the walkthrough shows it: graph, sentence, equations."""
    situation = Situation()
    steps = situation.walk()
    place = next(i for i, step in enumerate(steps) if step.bookmark == bookmark)
    step = steps[place]
    graph = draw_network(
        network_graph(situation.network.layers),
        texts={s: show.text for s, show in shown_at(steps, place).items() if show.role != "sum"},
        lit=[*step.nodes, *step.edges],
        backwards=step.direction == "backward",
        receiving=step.receiving,
        label=step.sentence,
    )
    title = f"{step.phase.capitalize()}, step {place + 1} of {len(steps)}: {step.title}"
    lines = [_line(SANS, 14, 34, escape(title), "#66645e")]
    y = 66
    for text in wrap(step.sentence, 42):
        lines.append(_line(SERIF, 18, y, escape(text)))
        y += 26
    for equation in step.equations:
        result, numbers = _in_symbols(equation), _in_numbers(equation)
        lines += [
            _line(SERIF, 20, y + 20, result, style="italic"),
            _line(SANS, 16, y + 46, numbers),
        ]
        y += 66
    placed = graph.replace("<svg ", '<svg x="8" y="8" width="620" height="340" ', 1)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1060 356">'
        f'<rect width="1060" height="356" rx="12" fill="#ffffff"/>{placed}{"".join(lines)}</svg>\n'
    )


def _line(
    font: str, size: int, y: int, content: str, fill: str = "#1c1c1e", style: str = "normal"
) -> str:
    return (
        f'<text x="652" y="{y}" font-family="{font}" font-size="{size}" font-style="{style}" '
        f'fill="{fill}">{content}</text>'
    )


def _in_symbols(equation: Equation) -> str:
    def written(term: Term) -> str:
        return _coloured(term, plain_text(term.latex))

    line = [written(t) if isinstance(t, Term) else t for t in equation.terms]
    return f"{written(equation.result)} = {_joined(line)}"


def _in_numbers(equation: Equation) -> str:
    texts = iter(equation.number_texts())
    line = [_coloured(t, next(texts)) if isinstance(t, Term) else t for t in equation.terms]
    return f"{_joined(line)} = {_coloured(equation.result, next(texts))}"


def _joined(pieces: list[str]) -> str:
    line = " ".join(piece.replace(r"\cdot", "·").replace("-", "−") for piece in pieces)
    return line.replace("( ", "(").replace(" )", ")")


def _coloured(term: Term, text: str) -> str:
    fill = ROLES.get(term.role)
    return f'<tspan fill="{fill}">{escape(text)}</tspan>' if fill else escape(text)


def main() -> None:
    """Write them all."""
    for path, content in figures().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
