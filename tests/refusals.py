"""Check that something is refused with the sentence it deserves."""

from collections.abc import Callable

import pytest


def assert_refused(act: Callable[[], object], message: str) -> None:
    """Fail unless `act` raises a ValueError whose text starts with `message`."""
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 the message is compared below
        act()
    assert str(refusal.value).startswith(message)
