"""Progress is told names alone: what was solved stays in the browser."""

from backprop_core.diagnosis import CATALOGUE
from backprop_core.exercises import KINDS
from backprop_core.widgets import Progress


def test_it_knows_all_kinds_and_mistakes_by_name() -> None:
    progress = Progress()
    assert [key for key, _ in progress.kinds] == list(KINDS)
    assert len(progress.mistakes) == len(CATALOGUE)
    assert all(progress.mistakes.values())


def test_it_learns_nothing_from_the_browser() -> None:
    state = Progress().get_state()
    own = {name for name in state if not name.startswith("_")}
    assert own <= {"kinds", "mistakes", "layout", "tabbable", "tooltip"}
