"""Widgets without a browser."""

from typing import Any

import comm
import pytest


@pytest.fixture(autouse=True)
def plain_comms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comms that lead nowhere, even where another test of the process has brought a kernel's own.

    A kernel's send nothing, and cannot be watched, before there is a kernel.
    """

    def create_comm(**options: Any) -> comm.DummyComm:
        return comm.DummyComm(**options)

    monkeypatch.setattr(comm, "create_comm", create_comm)
