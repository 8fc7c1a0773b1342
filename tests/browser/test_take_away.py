"""Whoever presses a button gets a file that says what the page shows; nobody else gets anything."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from playwright.sync_api import Download, Locator, Page, expect

from backprop_core import Network
from backprop_core.take_away import read_network, write_network
from tests.browser.conftest import OpenPage
from tests.browser.reader import PHONE, START_MS, STEPS, assert_fits, open_lesson
from tests.browser.test_lab import run_all

BACK = 12  # f₅ → f₃, f₄
COUNT_FILES = """
    window.files = new Set();
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (blob) => {
        const url = createObjectURL.call(URL, blob);
        if (!blob.type.includes("javascript")) window.files.add(url);
        return url;
    };
    URL.revokeObjectURL = (url) => {
        window.files.delete(url);
        revokeObjectURL.call(URL, url);
    };
"""


class TakeAway:
    """The buttons in a page, the `place`-th of their kind."""

    def __init__(self, page: Page, place: int = 0) -> None:
        self.page, self.root = page, page.locator(".bp-take-away").nth(place)
        self.status, self.problem = self.root.get_by_role("status"), self.root.get_by_role("alert")
        self.load = self.root.get_by_label("Load a network")

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def saved(self, button: str) -> tuple[str, bytes]:
        """Name and bytes of the file that a button brings."""
        with self.page.expect_download(timeout=START_MS) as download:
            self.button(button).click()
        return self.read(download.value)

    def read(self, download: Download) -> tuple[str, bytes]:
        expect(self.status).to_have_text(f"Saved as {download.suggested_filename}.")
        assert download.url.startswith("blob:http://localhost")
        return download.suggested_filename, Path(download.path()).read_bytes()

    def load_file(self, name: str, data: bytes) -> None:
        self.load.set_input_files({"name": name, "mimeType": "application/json", "buffer": data})


def numbers_in(svg: bytes) -> set[str]:
    """What is written in a picture's graph."""
    texts = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return {
        "".join(text.itertext()) for text in texts if re.search(r"\w-\w", text.get("class", ""))
    } - {""}


def test_a_lesson_can_be_taken_home(page: Page, voila_url: str) -> None:
    page.add_init_script(COUNT_FILES)
    walk = open_lesson(page, voila_url)
    walk.to(BACK)
    walk.weight("f3", "f5").click()
    walk.editor.fill("-0.1")
    walk.editor.press("Enter")
    expect(walk.weight("f3", "f5")).to_have_text("−0.1")
    take = TakeAway(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    name, data = take.saved("Network (JSON)")
    assert name == "backprop-network-2-2-2-1.json"
    assert read_network(data).weight("f3", "f5") == -0.1

    name, data = take.saved("Numbers (CSV)")
    assert name == "backprop-numbers-2-2-2-1.csv"
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len({row["step"] for row in rows}) == STEPS
    assert {row["value"] for row in rows if row["quantity"] == "w₃,₅"} == {"-0.1"}

    name, data = take.saved("Picture (SVG)")
    assert name == "backprop-step-13-2-2-2-1.svg"
    graph = walk.picture.locator("text:not(.name)").all_text_contents()
    assert numbers_in(data) == {text for text in graph if text.strip()}

    name, data = take.saved("Picture (PNG)")
    assert name == "backprop-step-13-2-2-2-1.png"
    assert Image.open(io.BytesIO(data)).format == "PNG"

    for button, name in (("NumPy", "numpy"), ("PyTorch", "pytorch")):
        assert take.saved(f"{button} script")[0] == f"backprop-{name}-2-2-2-1.py"
    with page.expect_download() as download:
        take.root.get_by_role("link", name="Save it again").click()
    assert b"import torch" in take.read(download.value)[1]

    assert [url for url in asked if not url.startswith("blob:")] == []
    assert page.evaluate("files.size") == 1  # the others have been let go


def test_an_animation_is_made_while_the_page_goes_on(
    page: Page, voila_url: str, assert_accessible: Callable[..., None]
) -> None:
    walk, take = open_lesson(page, voila_url), TakeAway(page)
    downloads: list[Download] = []
    page.on("download", lambda download: downloads.append(download))
    take.button("Animation (GIF)").click()
    expect(take.root.get_by_text(re.compile(rf"^Step \d+ of {STEPS}$"))).to_be_visible(
        timeout=START_MS
    )
    assert_accessible(page, ".bp-take-away")
    before = walk.error()
    page.get_by_role("button", name="Apply update").click()
    expect(page.get_by_text(re.compile(r"^E before the update"))).to_be_visible()
    assert walk.error() < before
    take.button("Cancel").focus()
    page.keyboard.press("Enter")
    expect(take.status).to_have_text("Cancelled.")
    expect(take.button("Cancel")).to_be_hidden()
    expect(take.button("Network (JSON)")).to_be_focused()
    # whatever was asked for before, a button brings its own file
    take.button("Animation (GIF)").click()
    assert take.saved("NumPy script")[0] == "backprop-numpy-2-2-2-1.py"
    name, data = take.saved("Animation (GIF)")
    assert name == "backprop-walk-2-2-2-1.gif"
    film = Image.open(io.BytesIO(data))
    assert (film.format, film.n_frames) == ("GIF", STEPS)  # type: ignore[attr-defined]
    assert len(downloads) == 2


PLAYGROUND = """
from backprop_core.experiment import Design, Experiment
from backprop_core.teacher_sets import Recipe
from backprop_core.widgets import Playground, TakeAway

playground = Playground(Experiment(Recipe("XOR"), Design((2,), ("tanh", "sigmoid"))))
take = TakeAway(playground)
take
"""


@pytest.fixture(scope="module")
def two_views(serve_cells: Callable[..., Any]) -> Iterator[str]:
    """Address of a page with a playground's buttons, twice."""
    with serve_cells(PLAYGROUND, "take", "playground") as url:
        yield url


def test_only_the_view_that_was_clicked_saves_and_a_network_comes_back(
    open_page: OpenPage, two_views: str, assert_accessible: Callable[..., None]
) -> None:
    page = open_page(viewport=PHONE)
    page.goto(two_views)
    first, second = TakeAway(page), TakeAway(page, 1)
    expect(second.button("PyTorch script")).to_be_visible(timeout=START_MS)
    downloads: list[Download] = []
    page.on("download", lambda download: downloads.append(download))
    name, data = second.saved("Network (JSON)")
    assert name == "backprop-network-2-2-1.json"
    expect(first.status).to_be_empty()
    file = json.loads(data)
    file["weights"][1][0][0] = 0.1 + 0.2
    file["activations"][0] = "softplus"
    second.load_file("mine.json", json.dumps(file).encode())
    expect(second.status).to_have_text("“mine.json” is loaded.")
    net = read_network(first.saved("Network (JSON)")[1])
    assert net.weight("f1", "f3") == 0.1 + 0.2
    assert net.activations[0].name == "softplus"
    assert len(downloads) == 2

    bad = {
        b"x1,t1\n": "“<b>.json” cannot be loaded: line 1, column 1 of the file is no JSON",
        write_network(Network.random([3, 1])).encode(): (
            "“<b>.json” cannot be loaded: it has 3 inputs and 1 output, but expected 2 and 1"
        ),
        b" " * 1_100_000: "“<b>.json” has 1.1 MB, but expected 1 MB or less.",
    }
    for content, sentence in bad.items():
        second.load_file("<b>.json", content)
        expect(second.problem).to_contain_text(sentence)
        expect(second.problem).to_contain_text("The present network stays.")
        expect(second.problem.locator("*")).to_have_count(0)
        expect(second.status).to_be_empty()
    assert second.saved("Network (JSON)")[1] == write_network(net).encode()
    expect(second.problem).to_be_empty()
    assert_fits(page)
    assert_accessible(page, ".bp-take-away")


def test_in_jupyterlab(page: Page, lab_url: str) -> None:
    page.goto(f"{lab_url}lab/tree/05_why_backpropagation.ipynb?reset")
    heading = page.get_by_role("heading", level=1, name="Why backpropagation?")
    expect(heading).to_be_visible(timeout=START_MS)
    run_all(page)
    take = TakeAway(page)
    expect(take.button("Picture (SVG)")).to_be_attached(timeout=START_MS)
    name, data = take.saved("Picture (SVG)")
    assert name == "backprop-step-1-2-2-2-1.svg"
    assert "0.3" in numbers_in(data)
