"""Tell how fast a training goes, and how far it ought to be by now if it is to go slowly."""

from time import perf_counter

__all__ = ["Pace"]


class Pace:
    """How fast a training goes.

    Parameters
    ----------
    progress : float
        How far it is, in epochs.

    Attributes
    ----------
    rate : float
        Epochs a second, lately.
    """

    def __init__(self, progress: float = 0.0) -> None:
        self.rate = 0.0
        self._due, self._asked = self._latest = progress, perf_counter()

    def mark(self, progress: float) -> None:
        """Note how far it is now."""
        before, then = self._latest
        now = perf_counter()
        if now - then < 0.02:
            return
        lately = (progress - before) / (now - then)
        self.rate = lately if not self.rate else 0.7 * self.rate + 0.3 * lately
        self._latest = progress, now

    def due(self, progress: float, speed: float) -> float:
        """How far it ought to be by now, at so many epochs a second."""
        now = perf_counter()
        ahead = speed * (now - self._asked)
        # What was missed while the page was busy is not made up for, nor is a change of speed.
        self._due = min(max(self._due, progress - 1.0) + ahead, progress + 0.25 * speed)
        self._asked = now
        return self._due
