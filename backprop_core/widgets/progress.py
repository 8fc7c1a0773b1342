"""Show what was solved in this browser, which keeps it to itself: nothing is sent anywhere."""

import traitlets

from backprop_core.diagnosis import CATALOGUE
from backprop_core.exercises import KINDS
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.from_page import PageWidget

__all__ = ["Progress"]


class Progress(PageWidget):
    """A table of the exercises solved, which can be saved as a file and cleared.

    The browser fills it from what `Exercises` writes into its storage. The kernel tells it the
    names of kinds and mistakes, and learns nothing.

    Attributes
    ----------
    kinds : list
        Key and title of each kind of exercise.
    mistakes : dict
        What each mistake is called, by its key.

    Examples
    --------
    >>> Progress().kinds[0]
    ['forward', 'A forward value']
    """

    _esm = script("progress_store.mjs", "progress.mjs")
    _css = stylesheet("progress.css")

    kinds = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    mistakes = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(
            kinds=[[key, kind.title] for key, kind in KINDS.items()],
            mistakes={m.key: m.key.replace("-", " ") for m in CATALOGUE},
        )
