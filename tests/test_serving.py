"""The pages' server sends each message at once: an edit would wait 40 ms otherwise."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from traitlets.utils.importstring import import_item

from backprop_core.serving import PromptConnection

ROOT = Path(__file__).parents[1]


def test_voila_and_make_lab_use_the_prompt_connection() -> None:
    named = json.loads((ROOT / "voila.json").read_text())["Voila"]
    assert import_item(named["kernel_websocket_connection_class"]) is PromptConnection
    assert "backprop_core.serving.PromptConnection" in (ROOT / "Makefile").read_text()


def test_it_connects_and_holds_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: done.append(self))
    connection = PromptConnection.__new__(PromptConnection)
    handler = SimpleNamespace(set_nodelay=lambda on: done.append(("nodelay", on)))
    monkeypatch.setattr(PromptConnection, "websocket_handler", handler)
    connection.connect()
    assert done == [("nodelay", True), connection]
