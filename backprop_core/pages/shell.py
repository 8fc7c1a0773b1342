"""Run the cells of a notebook in this process, and take what they show."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets import Type
from traitlets.config import Config

__all__ = ["MIME_TYPES", "WIDGET", "Output", "Run", "shell"]

log = logging.getLogger(__name__)

WIDGET = "application/vnd.jupyter.widget-view+json"
MIME_TYPES = (WIDGET, "text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain")

Output = dict[str, Any]
Run = Callable[[str], tuple[tuple[Output, ...], BaseException | None]]


class _Hook(DisplayHook):
    """What a cell ends with is shown like what it displays: nothing is printed."""

    def __call__(self, result: object = None) -> None:
        if result is not None and not self.quiet():
            self.shell.display_pub.publish(*self.compute_format_data(result))  # type: ignore[union-attr]


class _Shell(InteractiveShell):
    """A shell that prints nothing of its own: who runs a cell is told of an error."""

    displayhook_class = Type(_Hook)

    def _showtraceback(self, *_: Any) -> None:
        pass


@contextmanager
def shell(profile: str) -> Iterator[Run]:
    """Run cells one after the other, with a namespace of their own.

    Parameters
    ----------
    profile : str
        A folder that may be written to.

    Yields
    ------
    callable
        ``run(source)`` gives a cell's outputs, each by the first of `MIME_TYPES` that it has, and
        the error that ended it, or None. What is written to stderr goes to the log.
    """
    InteractiveShell.clear_instance()
    one = _Shell.instance(
        # A history would be kept by a thread, and a profile in the home folder.
        config=Config({"HistoryManager": {"enabled": False}}),
        ipython_dir=profile,
    )

    def run(source: str) -> tuple[tuple[Output, ...], BaseException | None]:
        with capture_output() as captured:
            result = one.run_cell(source, store_history=True)  # which ";" at its end needs
        if captured.stderr:
            log.warning("%s", captured.stderr)
        printed = [{"text/plain": captured.stdout}] if captured.stdout else []
        shown = (_best(output.data) for output in captured.outputs)
        return (*printed, *filter(None, shown)), result.error_before_exec or result.error_in_exec

    try:
        yield run
    finally:
        one.restore_sys_module_state()
        _Shell.clear_instance()


def _best(bundle: Output) -> Output:
    return next(({mime: bundle[mime]} for mime in MIME_TYPES if mime in bundle), {})
