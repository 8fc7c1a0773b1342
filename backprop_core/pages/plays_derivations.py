"""Record every derivation that a reader can choose from the menus of walkers."""

from collections.abc import Mapping, Sequence
from itertools import product

from ipywidgets import Widget

from backprop_core.activations import ACTIVATIONS
from backprop_core.pages.recorded import Recording, held, spelled
from backprop_core.widgets import DerivationWalker
from backprop_core.workbench import LARGEST

__all__ = ["record_walkers"]


def record_walkers(walker: DerivationWalker, living: Mapping[str, Widget]) -> Recording:
    """Record every derivation of every network that the walkers of a chapter offer.

    Other activations are recorded for the network to begin with.
    """
    walkers = [w for w in living.values() if isinstance(w, DerivationWalker)]
    menus = walker.setup["menus"]
    names = ("n_0", "n_1", "activation", "teacher_set")
    first = {name: menus[name]["chosen"] for name in names}
    axes = [f"slot_{n}" for n in range(len(walkers))]
    recording = Recording(
        **first, **{axis: _part(w, w.slot) for axis, w in zip(axes, walkers, strict=True)}
    )
    sizes = list(map(str, range(1, LARGEST + 1)))
    parts: dict[tuple[str, str], dict[str, str]] = {}  # of each size, slots by what they are
    fitting: dict[str, list[str]] = {}
    probe = DerivationWalker()  # which shows what each of them does, and moves none of the others
    for n_0, n_1 in product(sizes, sizes):
        for w in (walker, probe):
            for key, value in (("reset", ""), ("n_0", n_0), ("n_1", n_1)):
                w.take(key, value)
        tabs = [w.setup["tabs"] for w in walkers]
        begins = (n_0, n_1) == (first["n_0"], first["n_1"])
        activations = list(ACTIVATIONS) if begins else [first["activation"]]
        fitting[n_0] = _options(walker, "teacher_set")
        parts[n_0, n_1] = {_part(walker, slot): slot for slot in _options(walker, "slot")}
        for part, slot in parts[n_0, n_1].items():
            probe.take("slot", slot)
            for activation, teacher in product(activations, fitting[n_0]):
                _bring(probe, activation=activation, teacher_set=teacher)
                state = held(probe)
                place = dict(zip(names, (n_0, n_1, activation, teacher), strict=True))
                for axis, w, several in zip(axes, walkers, tabs, strict=True):
                    setup = {"setup": spelled({**probe.setup, "tabs": several})}
                    recording.tell(w, place | {axis: part}, state | setup, (*names, axis))
    probe.close()
    for w in walkers:
        w.take("reset", "")
    _settle_walkers(recording, axes, parts, fitting)
    for axis, w in zip(axes, walkers, strict=True):
        _wish_walker(recording, axis, w, parts, first)
    return recording


def _bring(walker: DerivationWalker, **menus: str) -> None:
    for menu, value in menus.items():
        if walker.setup["menus"][menu]["chosen"] != value:
            walker.take(menu, value)


def _options(walker: DerivationWalker, menu: str) -> list[str]:
    return [value for value, _ in walker.setup["menus"][menu]["options"]]


def _part(walker: DerivationWalker, slot: str) -> str:
    """What a slot is, whatever the nodes are called: "weight 1.0 2.0"."""
    kind, *nodes = slot.split("-")
    places = (walker.workbench.network.places[node] for node in nodes)
    return " ".join((kind, *(f"{layer}.{n}" for layer, n in places)))


def _settle_walkers(
    recording: Recording,
    axes: Sequence[str],
    parts: Mapping[tuple[str, str], Mapping[str, str]],
    fitting: Mapping[str, Sequence[str]],
) -> None:
    """A node that is not there becomes the last of its layer; a set that does not fit, another."""
    sets = dict.fromkeys(name for names in fitting.values() for name in names)
    others = {
        (n_0, name): there[-1]
        for n_0, there in fitting.items()
        for name in sets
        if name not in there
    }
    recording.settle("teacher_set", ("n_0", "teacher_set"), others)
    known = dict.fromkeys(part for there in parts.values() for part in there)
    for axis in axes:
        table = {}
        for (n_0, n_1), there in parts.items():
            last = [int(n_0) - 1, int(n_1) - 1, 0]
            for part in known:
                if part not in there:
                    kind, *places = part.split()
                    pairs = (map(int, place.split(".")) for place in places)
                    inside = (f"{layer}.{min(n, last[layer])}" for layer, n in pairs)
                    table[n_0, n_1, part] = " ".join((kind, *inside))
        recording.settle(axis, ("n_0", "n_1", axis), table)


def _wish_walker(
    recording: Recording,
    axis: str,
    walker: DerivationWalker,
    parts: Mapping[tuple[str, str], Mapping[str, str]],
    first: Mapping[str, str],
) -> None:
    called: dict[str, dict[str, str]] = {}  # slot → by N_1, what it is: names of nodes go on
    for (_, n_1), there in parts.items():
        for part, slot in there.items():
            called.setdefault(slot, {})[n_1] = part
    for slot, by_size in called.items():
        recording.wish(walker, "slot", slot, to={axis: ("n_1", by_size)})
    for menu, known in (
        ("n_0", {n_0 for n_0, _ in parts}),
        ("n_1", {n_1 for _, n_1 in parts}),
        ("activation", ACTIVATIONS),
        ("teacher_set", _options(walker, "teacher_set")),
    ):
        for value in sorted(known):
            recording.wish(walker, menu, value, to={menu: value})
    recording.wish(walker, "reset", "", to={**first, axis: recording.start[axis]})
