"""A student's own server: the chapters lie in the home folder, to be worked in and to be kept."""

import logging
from pathlib import Path

from backprop_core.chapters import copy_chapters

c = get_config()  # type: ignore[name-defined]  # noqa: F821

try:
    # What is there already stays as it is.
    copy_chapters(Path.home() / "backprop-tutorial")
except OSError as trouble:
    # A full disk keeps nobody from reading the tutorial, or from making room.
    logging.getLogger("backprop-tutorial").warning("The chapters could not be copied: %s", trouble)

c.ServerApp.kernel_websocket_connection_class = "backprop_core.serving.connection.PromptConnection"
