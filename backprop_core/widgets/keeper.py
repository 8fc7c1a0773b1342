"""Put a state into a link, open one from a link, and restore it after the page was reloaded.

The state travels between the browser and the page's own kernel and nowhere else: a browser keeps
what stands behind the # of a link to itself, and `sessionStorage` belongs to one tab.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

import traitlets

from backprop_core.experiment import Experiment
from backprop_core.link import pack, read_link, write_link
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.from_page import PageWidget

__all__ = ["Keeper", "new_page"]

_places = count()
_BEGUN = {
    "reload": "Restored as it was before the page was reloaded",
    "again": "Restored as it was",
}


def new_page() -> None:
    """Count from 0 again: the keepers that follow belong to another page."""
    global _places
    _places = count()


class Keeper(PageWidget):
    """Buttons and a sentence about the state of something that shows an `Experiment`.

    The owner calls `keep` when its state has changed: at rest at once, in a training now and then.
    After a reload the page finds the latest one that was kept.

    Parameters
    ----------
    get : callable
        Gives the present experiment. The one it gives now is what "Start afresh" goes back to.
    open : callable
        Shows another experiment, or raises a ValueError with one sentence and keeps the present.

    Attributes
    ----------
    state, table : str
        The present state as `pack` writes it; empty while it is the one to start from.
    action : dict
        What the browser asks for: a ``ticket`` that `answer` names, and ``do``: "arrive", with
        ``token`` and where it is ``from`` ("link", "reload", "again" in a kernel that has taken
        another one's place; "visit" brings none), "link" or "afresh".
    answer : dict
        The ``ticket``; for "link" the ``token``, too, and a ``note`` about it.
    status : dict
        A ``sentence`` about what was opened, and whether one can start ``afresh`` from there.
    problem : str
        One sentence about what could not be opened or written, or "".
    place : int
        Which keeper of its kernel this is, from 0: tells those of one page apart.
    """

    _esm = script("keeper.mjs")
    _css = stylesheet("keeper.css")
    page_sets = ("action",)

    state = traitlets.Unicode().tag(sync=True)
    table = traitlets.Unicode().tag(sync=True)
    # Not sent back to the browser, which knows it: it may be as long as a table.
    action = traitlets.Dict().tag(sync=True, echo_update=False)
    answer = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict({"sentence": "", "afresh": False}).tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    place = traitlets.Int().tag(sync=True)

    def __init__(self, get: Callable[[], Experiment], open: Callable[[Experiment], None]) -> None:
        super().__init__(place=next(_places))
        self._get, self._open = get, open
        self._start = get()
        self._beginning = _packed(self._start)
        self._opened = self._beginning  # what `status` is about
        self._visited = False
        self.observe(self._on_action, "action")

    def keep(self) -> None:
        """Hand the present state to the browser, which keeps it for a reload."""
        packed = _packed(self._get())
        with self.hold_sync():
            self.state, self.table = ("", "") if packed == self._beginning else packed
            if packed != self._opened:
                self._say("")

    # ---- what the browser asks for ----

    def _on_action(self, change: dict[str, Any]) -> None:
        action = change["new"]
        answer: dict[str, Any] = {"ticket": action.get("ticket")}
        problem = "That could not be done."
        try:
            do = action.get("do")
            if do == "link":
                answer |= self._link()
            elif do == "afresh":
                self._show(self._start, "Started afresh.", afresh=False)
            elif do == "arrive":
                self._arrive(action.get("token"), action.get("from"))
        except ValueError as refusal:
            problem = str(refusal)
        else:
            problem = ""
        finally:  # the browser waits for an answer, even where the owner has gone astray
            with self.hold_sync():
                self.problem, self.answer = problem, answer

    def _link(self) -> dict[str, str]:
        experiment = self._get()
        own = experiment.recipe.name == "own"
        note = "It contains your own table, too." if own else ""
        return {"token": write_link(experiment), "note": note}

    def _arrive(self, token: Any, source: Any) -> None:
        # JupyterLab's kernel lives on while the page is reloaded: what it has is newer.
        alive = self._visited or _packed(self._get()) != self._beginning
        self._visited = True
        if source == "again" and token == "":
            self._show(self._start, "", afresh=False)
        if not isinstance(token, str) or not token or (source == "reload" and alive):
            return
        experiment = self._read(token, source)
        begun = _BEGUN.get(str(source), "Opened from the link")
        paused = f", paused at epoch {experiment.epoch:,}" if experiment.epoch else ""
        self._show(experiment, f"{begun}{paused}.", afresh=True)

    def _read(self, token: str, source: Any) -> Experiment:
        try:
            return read_link(token)
        except ValueError:
            if source != "reload":
                raise
            kept = "What this tab kept from before the page was reloaded is damaged"
            raise ValueError(f"{kept}, so it starts afresh.") from None

    def _show(self, experiment: Experiment, sentence: str, afresh: bool) -> None:
        self._open(experiment)
        self._opened = _packed(self._get())
        self._say(sentence, afresh)
        self.keep()

    def _say(self, sentence: str, afresh: bool = False) -> None:
        self.status = {"sentence": sentence, "afresh": afresh}


def _packed(experiment: Experiment) -> tuple[str, str]:
    """A state as it is kept; nothing where it cannot be."""
    try:
        return pack(experiment)
    except ValueError:
        return "", ""
