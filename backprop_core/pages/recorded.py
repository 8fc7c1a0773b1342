"""Record what widgets answer to the choices of a reader, so that a page without Python can play it.

A `Recording` is a table: where the reader is (a value on each axis), and what each widget shows
there. The answers come from the widgets themselves, one by one.
"""

import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from ipywidgets import Widget

__all__ = ["Recording", "held", "packed", "spelled"]

# What belongs to the moment and not to the place: the reader's step, questions and answers.
_PASSING = frozenset(("step", "action", "answer", "command", "edit", "response", "seen"))
_SHORT = 24  # characters: shorter texts are not worth a reference
_REFERENCE = "\x01"

Place = Mapping[str, str]


class Recording:
    """What the models of some widgets hold at each place that a reader can get to.

    Parameters
    ----------
    **start : str
        The axes, and the value on each of them when the page opens.
    """

    def __init__(self, **start: str) -> None:
        self.start = start
        self._wishes: dict[str, dict[str, Any]] = {}
        self._by: dict[str, tuple[str, ...]] = {}
        self._shown: dict[str, dict[str, dict[str, str]]] = {}
        self._settled: list[dict[str, Any]] = []

    def wish(
        self,
        widget: Widget,
        *asked: Any,
        to: Mapping[str, str | tuple[str, Mapping[str, str]]],
        taken: bool = True,
        also: Mapping[str, Any] | None = None,
    ) -> None:
        """Say where a wish leads: what the page sends, and the values that it changes.

        Parameters
        ----------
        widget : Widget
            Whose model is told.
        *asked : object
            ``key, value`` of an action or a command; ``name, value`` of any other trait. ``key``
            alone stands for all values.
        to : mapping of str to str, or to (str, mapping of str to str)
            The axes that change: the new value, or what it is for each value of some axis.
        taken : bool
            Whether the widget is told that its wish was taken.
        also : mapping
            Traits of the same model that change, too.
        """
        self._wishes[spelled([widget.model_id, *asked])] = {
            "to": dict(to),
            "taken": taken,
            "also": dict(also or {}),
        }

    def show(self, place: Place, widgets: Iterable[Widget]) -> None:
        """Record what widgets hold now, as that which is to be seen at a place."""
        for widget in widgets:
            self.tell(widget, place, held(widget), self.start)

    def tell(
        self, widget: Widget, place: Place, state: Mapping[str, str], by: Iterable[str]
    ) -> None:
        """Record a state of a widget, which depends on the axes `by`; always the same ones."""
        axes = self._by.setdefault(widget.model_id, tuple(by))
        shown = self._shown.setdefault(widget.model_id, {})
        shown["|".join(place[axis] for axis in axes)] = dict(state)

    def settle(self, axis: str, by: Iterable[str], table: Mapping[Any, str]) -> None:
        """Say what a value turns into where it is not possible, by the values of some axes."""
        self._settled.append(
            {"axis": axis, "by": [*by], "table": {"|".join(key): v for key, v in table.items()}}
        )

    @property
    def covers(self) -> frozenset[str]:
        """The ids of the widgets that it shows."""
        return frozenset(self._shown)

    def data(self) -> dict[str, Any]:
        """All of it in plain data; what never changes is left out, what repeats stands once."""
        values: dict[str, int] = {}
        parts = {}
        for model, shown in self._shown.items():
            states = list(shown.values())
            traits = [name for name in states[0] if len({s[name] for s in states}) > 1]
            if traits:
                parts[model] = {
                    "by": self._by[model],
                    "traits": traits,
                    "shows": {
                        key: [values.setdefault(state[name], len(values)) for name in traits]
                        for key, state in shown.items()
                    },
                }
        texts = sorted({text for value in values for text in _texts(json.loads(value))})
        places = {text: f"{_REFERENCE}{n}" for n, text in enumerate(texts)}
        return {
            "start": self.start,
            "wishes": self._wishes,
            "settled": self._settled,
            "parts": parts,
            "values": [spelled(_referring(json.loads(value), places)) for value in values],
            "texts": texts,
        }


def packed(recording: Recording) -> dict[str, Any]:
    """A recording as a page has it: who is asked what, and all the rest deflated, in base64."""
    data = recording.data()
    wishes = data["wishes"]
    return {
        "models": sorted({json.loads(wish)[0] for wish in wishes}),
        "data": b64encode(zlib.compress(spelled(data).encode(), 9)).decode("ascii"),
    }


def held(widget: Widget) -> dict[str, str]:
    """What a widget's model holds, by trait, each as JSON."""
    state = widget.get_state()
    return {
        name: spelled(value)
        for name, value in state.items()
        if not name.startswith("_") and name not in _PASSING | {"layout", "style", "tooltip"}
    }


def spelled(value: Any) -> str:
    """JSON as a browser writes it: whole numbers have no point."""
    return json.dumps(_whole(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(v) for v in value]
    return value


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        if len(value) >= _SHORT:
            yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from _texts(v)
    elif isinstance(value, list):
        for v in value:
            yield from _texts(v)


def _referring(value: Any, places: Mapping[str, str]) -> Any:
    """The same with long texts replaced by their places in the table of texts."""
    if isinstance(value, str):
        return places.get(value, value)
    if isinstance(value, dict):
        return {key: _referring(v, places) for key, v in value.items()}
    if isinstance(value, list):
        return [_referring(v, places) for v in value]
    return value
