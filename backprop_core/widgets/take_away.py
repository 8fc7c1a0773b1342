"""Let a reader take home what is on show: as data, as pictures, as a script."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import traitlets

from backprop_core.network import Network
from backprop_core.reading import shorten
from backprop_core.situation import Situation
from backprop_core.take_away import (
    MOST_BYTES,
    numpy_script,
    read_network,
    torch_script,
    write_network,
    write_numbers,
)
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.file_maker import ASTRAY, FileMaker, Progress, Wanted, as_sentence

__all__ = ["ASTRAY", "OFFERS", "Offer", "TakeAway", "Taken"]

ASTRAY_LOADING = "That network could not be loaded, so the present one stays."


@dataclass(frozen=True)
class Taken:
    """What a file is made from: all that was on show when somebody asked for it.

    Attributes
    ----------
    network : Network
        The present one; in a training it may have gone on since the walk was opened.
    situation : Situation
        What the walkthrough tells, or would tell.
    step : int or None
        The walkthrough's, from 0; None while it is closed.
    by : {"neuron", "layer"}
        How much a step takes in.
    """

    network: Network
    situation: Situation
    step: int | None = None
    by: str = "neuron"

    @classmethod
    def from_source(cls, source: Any) -> "Taken":
        """What a `Lesson` or a `Playground` shows at present."""
        if (panel := getattr(source, "walk", None)) is None:
            walkthrough, step = source.walkthrough, source.walkthrough.step
            return cls(source.situation.network, source.situation, step, walkthrough.by)
        by = panel.walkthrough.by if panel.walkthrough is not None else "neuron"
        return cls(source.experiment.present, source.situation, panel.step, by)


@dataclass(frozen=True)
class Offer:
    """A kind of file.

    Attributes
    ----------
    label : str
        The button's.
    hint : str
        What is in it.
    file : str
        Its name; ``{sizes}`` and ``{step}`` are filled in.
    media_type : str
    make : callable
        Gives its bytes; may be called in a thread.
    """

    label: str
    hint: str
    file: str
    media_type: str
    make: Callable[[Taken, Progress], bytes]

    def name(self, taken: Taken) -> str:
        """Name of the file.

        Examples
        --------
        >>> OFFERS["svg"].name(Taken(Network.three_layer(), Situation(), step=12))
        'backprop-step-13-2-2-2-1.svg'
        """
        step = "network" if taken.step is None else f"step-{taken.step + 1}"
        sizes = "-".join(map(str, taken.network.sizes))
        return self.file.format(step=step, sizes=sizes)


def _svg(taken: Taken, progress: Progress) -> bytes:
    from backprop_core.drawing.walk_pictures import step_svg

    return step_svg(taken.situation, taken.step, taken.by).encode()


def _png(taken: Taken, progress: Progress) -> bytes:
    from backprop_core.drawing.walk_pictures import step_png

    return step_png(taken.situation, taken.step, taken.by)


def _gif(taken: Taken, progress: Progress) -> bytes:
    from backprop_core.drawing.walk_pictures import walk_gif

    return walk_gif(taken.situation, taken.by, progress)


OFFERS = {
    "network": Offer(
        "Network (JSON)",
        "All weights and biases, with every digit",
        "backprop-network-{sizes}.json",
        "application/json",
        lambda taken, progress: write_network(taken.network).encode(),
    ),
    "numbers": Offer(
        "Numbers (CSV)",
        "Every number of the walkthrough, step by step, for a spreadsheet",
        "backprop-numbers-{sizes}.csv",
        "text/csv",
        # the mark at the beginning tells spreadsheets that it is UTF-8
        lambda taken, progress: write_numbers(taken.situation, taken.by).encode("utf-8-sig"),
    ),
    "svg": Offer(
        "Picture (SVG)",
        "The graph at this step, sharp at any size",
        "backprop-{step}-{sizes}.svg",
        "image/svg+xml",
        _svg,
    ),
    "png": Offer(
        "Picture (PNG)",
        "The graph at this step, for a slide",
        "backprop-{step}-{sizes}.png",
        "image/png",
        _png,
    ),
    "gif": Offer(
        "Animation (GIF)",
        "The whole walk, two seconds a step",
        "backprop-walk-{sizes}.gif",
        "image/gif",
        _gif,
    ),
    "numpy": Offer(
        "NumPy script",
        "Finds the same numbers by hand",
        "backprop-numpy-{sizes}.py",
        "text/x-python",
        lambda taken, progress: numpy_script(taken.situation).encode(),
    ),
    "torch": Offer(
        "PyTorch script",
        "Lets autograd find the same gradients",
        "backprop-pytorch-{sizes}.py",
        "text/x-python",
        lambda taken, progress: torch_script(taken.situation).encode(),
    ),
}


class TakeAway(FileMaker):
    """Buttons that save what a lesson or a playground shows; a playground can load a network, too.

    A view sends what `FileMaker` says, with one of `OFFERS` to ``do``, or "load" with the file's
    ``name`` and its bytes; this is answered with the ``state`` "loaded" or "failed".

    Parameters
    ----------
    source : Lesson or Playground

    Attributes
    ----------
    offers : list of dict
        What can be saved: ``do``, ``label`` and ``hint``.
    loads : bool
        Whether a network can be loaded into the source.
    """

    _esm = script("saving.mjs", "take_away.mjs")
    _css = stylesheet("saving.css", "take_away.css")

    offers = traitlets.List(traitlets.Dict()).tag(sync=True)
    loads = traitlets.Bool(False).tag(sync=True)
    most_bytes = traitlets.Int(MOST_BYTES).tag(sync=True)

    def __init__(self, source: Any) -> None:
        offers = [{"do": do, "label": o.label, "hint": o.hint} for do, o in OFFERS.items()]
        super().__init__(offers=offers, loads=hasattr(source, "experiment"))
        self._source = source

    def grant(self, ticket: str, do: str, wish: dict[str, Any], buffers: list[Any]) -> None:
        """Save one of the `OFFERS`, or load a network."""
        if do == "load" and self.loads:
            self._load(ticket, str(wish.get("name")), buffers)
        elif do in OFFERS:
            self._make(ticket, OFFERS[do])

    def _make(self, ticket: str, offer: Offer) -> None:
        taken = Taken.from_source(self._source)
        name, make = offer.name(taken), partial(offer.make, taken)
        self.save(ticket, Wanted(name, offer.media_type, make))

    # ---- loading ----

    def _load(self, ticket: str, name: str, buffers: list[Any]) -> None:
        problem = ASTRAY_LOADING
        try:
            net = read_network(bytes(buffers[0]) if buffers else b"")
            self._open(net)
            problem = ""
        except ValueError as refusal:
            problem = f"“{shorten(name)}” cannot be loaded: {as_sentence(refusal)} "
            problem += "The present network stays."
        finally:
            sentence = problem or f"“{shorten(name)}” is loaded."
            self.answer(ticket, "failed" if problem else "loaded", sentence)

    def _open(self, net: Network) -> None:
        """Put a network in the place of the present one, before its first epoch."""
        present = self._source.experiment
        inputs, outputs = present.present.sizes[0], present.present.sizes[-1]
        if (net.sizes[0], net.sizes[-1]) != (inputs, outputs):
            raise ValueError(
                f"it has {_counted(net.sizes[0], 'input')} and "
                f"{_counted(net.sizes[-1], 'output')}, but expected {inputs} and {outputs}, "
                "as many as the teacher set has"
            )
        names = tuple(activation.name for activation in net.activations)
        design = replace(present.design, hidden=net.sizes[1:-1], activations=names)
        self._source.open(replace(present, design=design, network=net, epoch=0, step=None))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
