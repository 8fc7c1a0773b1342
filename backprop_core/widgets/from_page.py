"""Let a page set only what it may, to values that are checked: what a browser sends is not trusted.

Everybody can open a page's connection and send what they like. So a widget names the traits that
its own script sets; all other messages are as if they had never been sent. It is the same in
JupyterLab.
"""

from math import isfinite
from typing import Any, ClassVar

import anywidget
import ipywidgets
import traitlets
from ipywidgets.widgets import widget as ipywidgets_widget
from traitlets.log import get_logger

__all__ = [
    "MOST_BYTES",
    "MOST_CHARACTERS",
    "Button",
    "Dropdown",
    "FromPage",
    "PageWidget",
    "Text",
    "listens",
    "plain",
]

MOST_CHARACTERS = 2**21  # of a text: a table of 1 MB, packed into a link, is shorter
MOST_BYTES = 2**21  # of a file: whoever reads one takes less, and says so
_MOST_ITEMS = 32  # of a list or a dictionary
_LEVELS = 3  # of lists and dictionaries in each other
_BIGGEST = 2**53  # JavaScript writes whole numbers up to here


def plain(value: Any, levels: int = _LEVELS) -> Any:
    """A value that a browser sent, if it is one that a page of ours could send.

    Half a surrogate pair, which cannot be sent back, becomes a replacement character.

    Raises
    ------
    ValueError
        If it is not a finite number, a text, a file's bytes, or a few of these in lists and
        dictionaries, or if it is too large.

    Examples
    --------
    >>> plain({"do": "train", "value": "\\ud800"})
    {'do': 'train', 'value': '�'}
    >>> plain(float("nan"))
    Traceback (most recent call last):
    ...
    ValueError: A page sends no such value.
    """
    match value:
        case None | bool():
            return value
        case int() if abs(value) < _BIGGEST:
            return value
        case float() if isfinite(value):
            return value
        case str() if len(value) <= MOST_CHARACTERS:
            return _whole(value)
        case bytes() | memoryview() if memoryview(value).nbytes <= MOST_BYTES:
            return value
        case list() if levels and len(value) <= _MOST_ITEMS:
            return [plain(item, levels - 1) for item in value]
        case dict() if (
            levels and len(value) <= _MOST_ITEMS and all(isinstance(k, str) for k in value)
        ):
            return {_whole(key): plain(item, levels - 1) for key, item in value.items()}
    raise ValueError("A page sends no such value.")


def _whole(text: str) -> str:
    """A text in which all can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class FromPage(ipywidgets.Widget):
    """A widget that takes from its page what it names, and nothing else.

    Attributes
    ----------
    page_sets : tuple of str
        The traits that the page may set.
    page_file : tuple of str
        Where the page may put the bytes of a file: the trait and the key in it. Empty: nowhere.

    Examples
    --------
    >>> class Lamp(PageWidget):
    ...     page_sets = ("lit",)
    ...     lit = traitlets.Bool(False).tag(sync=True)
    ...     label = traitlets.Unicode("a lamp").tag(sync=True)
    >>> lamp = Lamp()
    >>> lamp.set_state({"lit": True, "label": "<img onerror=…>", "_esm": "…"})
    >>> lamp.lit, lamp.label
    (True, 'a lamp')
    >>> lamp.set_state({"lit": "yes"})
    >>> lamp.lit
    True
    """

    page_sets: ClassVar[tuple[str, ...]] = ()
    page_file: ClassVar[tuple[str, ...]] = ()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take those values that the page may set, and that can be taken."""
        taken = {}
        for name in self.page_sets:
            if name in sync_data:
                try:
                    taken[name] = self._checked(name, sync_data[name])
                except (ValueError, traitlets.TraitError):
                    continue
        if taken:
            super().set_state(taken)

    def _checked(self, name: str, value: Any) -> Any:
        trait, value = self.traits()[name], plain(value)
        if isinstance(value, bool) and not isinstance(trait, traitlets.Bool):
            raise ValueError(f"{name} is no question of yes and no.")  # True is an int elsewhere
        trait._validate(self, value)
        return value

    def _handle_msg(self, msg: Any) -> None:
        """Take a message; one that no page of ours would send is left alone."""
        try:
            self._take_message(msg)
        except Exception as error:  # of our own: the page has its answer, the log the reason
            get_logger().error("A message from the page led to an error.", exc_info=error)

    def _take_message(self, msg: Any) -> None:
        match msg:
            case {"content": {"data": {"method": "update", "state": dict(state)} as data}}:
                self.set_state(self._with_file(state, data.get("buffer_paths"), _buffers(msg)))
            case {"content": {"data": {"method": "request_state"}}}:
                self.send_state()
            case {"content": {"data": {"method": "custom", "content": dict(content)}}}:
                try:
                    content, buffers = plain(content), plain(_buffers(msg))
                except ValueError:
                    return
                self._handle_custom_msg(content, buffers)

    def _with_file(self, state: dict[str, Any], paths: Any, buffers: list[Any]) -> dict[str, Any]:
        """A state with the file that came along, if one may and it is not too large."""
        if not self.page_file or paths != [list(self.page_file)] or len(buffers) != 1:
            return state
        (trait, key), (data,) = self.page_file, buffers
        fits = memoryview(data).nbytes <= MOST_BYTES
        if not fits or not isinstance(state.get(trait), dict):
            return state
        return {**state, trait: {**state[trait], key: data}}


def _buffers(msg: dict[str, Any]) -> list[Any]:
    """The pieces of bytes of a message."""
    buffers = msg.get("buffers")
    known = isinstance(buffers, list) and all(isinstance(b, bytes | memoryview) for b in buffers)
    return buffers if known and isinstance(buffers, list) else []


class PageWidget(FromPage, anywidget.AnyWidget):
    """The base of all our widgets with a script of their own."""


class Text(FromPage, ipywidgets.Text):
    """A text field, of which the page sets the text."""

    page_sets = ("value",)
    value = traitlets.Unicode().tag(sync=True)  # ipywidgets would make a text of anything


class Dropdown(FromPage, ipywidgets.Dropdown):
    """A menu, of which the page sets what is chosen."""

    page_sets = ("index",)

    def _checked(self, name: str, value: Any) -> Any:
        if value is None:
            raise ValueError("One of them is always chosen.")
        return super()._checked(name, value)


class Button(FromPage, ipywidgets.Button):
    """A button that the page can press."""


def listens(comm_id: str) -> bool:
    """Whether a message of the page may go to this widget: it is one that checks what it takes."""
    return isinstance(ipywidgets_widget._instances.get(comm_id), FromPage)
