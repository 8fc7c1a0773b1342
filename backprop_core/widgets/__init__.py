"""Put the lessons on a page: widgets for JupyterLab and Voilà."""

from backprop_core.widgets.derivation import Derivation
from backprop_core.widgets.lesson import Lesson
from backprop_core.widgets.walkthrough import Walkthrough

__all__ = ["Derivation", "Lesson", "Walkthrough"]
