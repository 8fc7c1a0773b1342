"""A training is painted while it goes on, and mouse, finger and keyboard are answered meanwhile."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from backprop_core import Network
from backprop_core.equations import format_number
from tests.browser.reader import DESK, PHONE, START_MS, Widget, assert_fits

DEMO = Path(__file__).parents[1] / "widgets" / "stage_demo.py"
CELLS = (
    DEMO.read_text(encoding="utf-8"),
    "moons = Training('moons', (16, 16))\nmoons.stage",
    "display(moons.seen, moons.walks)",
    "Training('iris', (4, 3)).stage",
    "moons.stage",  # once more
)
HASH = """canvas => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return data.reduce((hash, value) => (31 * hash + value) | 0, 7);
}"""


class Training(Widget):
    """A stage in a page, the `place`-th."""

    def __init__(self, page: Page, place: int = 0) -> None:
        super().__init__(page.get_by_role("group", name="Training", exact=True).nth(place))
        self.epoch = self.slider("Epoch")
        self.sample = self.field("Sample")
        self.bar = self.root.get_by_role("progressbar", name="Training")
        self.view = self.root.locator(".bp-view")
        self.error = self.root.locator(".bp-total")

    def expect_epoch(self, epoch: int) -> None:
        expect(self.root).to_have_attribute("data-epoch", str(epoch))

    def train(self, epochs: str) -> None:
        self.field("Train for so many epochs; empty: until paused").fill(epochs)
        self.button("Train").click()

    def node(self, name: str) -> Locator:
        return self.button(f"{name}: show its view")

    def painted(self) -> list[int]:
        """What is on each canvas, as a number that is another one for another picture."""
        canvases = self.root.locator("canvas").all()
        assert len(canvases) == 4  # the network; the boundary, its samples; the hidden space
        return [canvas.evaluate(HASH) for canvas in canvases]


@pytest.fixture(scope="module")
def stage_url(serve_cells: Callable[..., Any]) -> Iterator[str]:
    """Address of a page with the trainings of tests/widgets/stage_demo.py."""
    with serve_cells(*CELLS) as url:
        yield url


def open_stage(page: Page, url: str, place: int = 0) -> Training:
    page.goto(url)
    stage = Training(page, place)
    expect(stage.root).to_have_attribute("data-epoch", "0", timeout=START_MS)
    return stage


@pytest.fixture
def moons(page: Page, stage_url: str) -> Training:
    return open_stage(page, stage_url)


# --- training ------------------------------------------------------------------------------------


def test_a_training_is_painted_while_it_goes_on(moons: Training) -> None:
    before = moons.painted()
    expect(moons.bar).to_be_hidden()
    expect(moons.epoch).to_be_disabled()
    moons.train("100000")
    expect(moons.button("Pause")).to_be_visible()
    numbers = moons.root.evaluate(
        """root => new Promise((resolve) => {
            const seen = [];
            const watching = new MutationObserver(() => {
                seen.push([Number(root.dataset.number), Number(root.dataset.epoch)]);
                if (seen.length < 12) return;
                watching.disconnect();
                resolve(seen);
            });
            watching.observe(root, { attributeFilter: ["data-number"] });
        })"""
    )
    assert all(b[0] > a[0] and b[1] >= a[1] for a, b in pairwise(numbers))
    expect(moons.root.get_by_text("100 epochs a second")).to_be_visible()
    expect(moons.bar).to_have_attribute("aria-valuemax", "100000")
    expect(moons.status).to_have_text("Training. f₂ is looked after.")
    moons.button("Pause").click()
    expect(moons.button("Train")).to_be_visible()
    expect(moons.status).to_contain_text("E = ")
    epoch = int(moons.root.get_attribute("data-epoch") or 0)
    assert epoch >= numbers[-1][1] > 0
    expect(moons.root.get_by_text(f"epoch {epoch:,} of 100,000")).to_be_visible()
    expect(moons.bar).to_have_attribute("aria-valuenow", str(epoch))
    expect(moons.epoch).to_have_value(str(epoch))
    changed = [a != b for a, b in zip(before, moons.painted(), strict=True)]
    assert changed == [True, True, False, True]  # the samples before the boundary stay
    moons.train("5")
    moons.expect_epoch(epoch + 5)
    expect(moons.button("Train")).to_be_visible()


def test_keys_and_the_slider_move_through_the_epochs(moons: Training) -> None:
    expect(moons.root.get_by_text("Keys: space trains or pauses")).to_be_visible()
    keyboard = moons.page.keyboard
    begin = moons.painted(), moons.error.inner_text()
    moons.root.focus()
    for epoch in (1, 2, 3):
        keyboard.press("ArrowRight")
        moons.expect_epoch(epoch)
    end = moons.painted(), moons.error.inner_text()
    assert end[1] != begin[1]
    for epoch in (2, 1, 0, 0):
        keyboard.press("ArrowLeft")
        moons.expect_epoch(epoch)
    expect(moons.error).to_have_text(begin[1])
    assert moons.painted()[1] == begin[0][1]
    moons.epoch.fill("3")
    moons.expect_epoch(3)
    assert moons.painted() == end[0]
    expect(moons.epoch).to_have_attribute("aria-valuetext", "epoch 3")
    moons.epoch.press("ArrowLeft")  # keeps its own keys
    moons.expect_epoch(2)
    moons.root.focus()
    moons.field("Train for so many epochs; empty: until paused").fill("")
    moons.root.focus()
    keyboard.press(" ")
    expect(moons.button("Pause")).to_be_visible()
    expect(moons.bar).to_be_hidden()  # no end is set
    keyboard.press(" ")
    expect(moons.button("Train")).to_be_visible()
    moons.button("Start again").click()
    moons.expect_epoch(0)
    expect(moons.error).to_have_text(begin[1])
    expect(moons.epoch).to_be_disabled()
    moons.button("One sample").click()
    expect(moons.root.get_by_text("epoch 0, 1 of 140 samples")).to_be_visible()
    moons.button("Walk through this step").click()
    expect(moons.page.get_by_text("Walks: 1")).to_be_visible()


def test_who_drags_the_slider_waits_for_the_newest_epoch_alone(moons: Training) -> None:
    moons.train("400")
    moons.expect_epoch(400)
    moons.epoch.evaluate(
        """slider => {
            for (let epoch = 400; epoch >= 100; epoch -= 1) {
                slider.value = epoch;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
            }
        }"""
    )
    expect(moons.epoch).to_have_value("100")
    before = int(moons.root.get_attribute("data-number") or 0)
    moons.expect_epoch(100)
    assert int(moons.root.get_attribute("data-number") or 0) - before <= 3
    expect(moons.epoch).to_have_value("100")


def test_a_page_that_nobody_sees_paints_nothing_and_holds_nothing_up(moons: Training) -> None:
    hide = """hidden => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    moons.page.evaluate(hide, True)
    number = int(moons.root.get_attribute("data-number") or 0)
    for epoch in (1, 2):
        moons.button("One epoch").click()
        expect(moons.page.get_by_text(f"Seen: {number + epoch}")).to_be_visible()
    assert moons.root.get_attribute("data-number") == str(number)
    moons.page.evaluate(hide, False)
    moons.expect_epoch(2)


def test_with_less_motion_two_frames_a_second(
    open_page: Callable[..., Page], stage_url: str
) -> None:
    moons = open_stage(open_page(reduced_motion="reduce"), stage_url)
    moons.train("")
    expect(moons.button("Pause")).to_be_visible()
    times = moons.root.evaluate(
        """root => new Promise((resolve) => {
            const times = [];
            const watching = new MutationObserver(() => {
                times.push(performance.now());
                if (times.length === 4) resolve(times);
            });
            watching.observe(root, { attributeFilter: ["data-number"] });
        })"""
    )
    # One may come late and the next in time; ten in a second would all be closer.
    assert min(b - a for a, b in pairwise(times)) > 250
    moons.button("Pause").click()
    expect(moons.button("Train")).to_be_visible()


# --- looking at something ------------------------------------------------------------------------


def test_a_neuron_is_shown_large(moons: Training) -> None:
    picture = moons.view.get_by_role("img")
    boundary = moons.painted()[1]
    moons.node("f₃").click()
    expect(moons.view.get_by_text("What f₃ makes of the plane")).to_be_visible()
    expect(moons.view.get_by_text("Line: where the input sum of f₃ is 0.")).to_be_visible()
    expect(picture).to_have_attribute("aria-label", "What f₃ makes of the plane: x₁ across, "
        "x₂ up. Line: where the input sum of f₃ is 0.")  # fmt: skip
    expect(moons.node("f₃")).to_have_attribute("aria-pressed", "true")
    expect(moons.menu("Show")).to_have_value("f3")
    assert moons.painted()[1] != boundary
    moons.node("f₃").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp"):
        moons.page.keyboard.press(key)
    expect(moons.node("f₁₇")).to_be_focused()
    expect(moons.tip).to_contain_text("f₁₇, tanh, bias ")
    moons.page.keyboard.press("Enter")
    expect(moons.menu("Show")).to_have_value("f17")
    expect(moons.node("f₁₇")).to_be_focused()
    moons.expect_epoch(0)
    moons.button("Back to the boundary").click()
    expect(moons.view.get_by_text("Decision boundary", exact=True)).to_be_visible()
    expect(moons.button("Back to the boundary")).to_be_hidden()
    assert moons.painted()[1] == boundary


def test_an_edge_tells_its_weight(moons: Training) -> None:
    a, b = (moons.node(name).bounding_box() for name in ("f₃₂", "f₃₃"))
    assert a
    assert b
    y = [box["y"] + box["height"] / 2 for box in (a, b)]
    moons.page.mouse.move((a["x"] + a["width"] + b["x"]) / 2, sum(y) / 2)
    weight = Network.random([2, 16, 16, 1], seed=1).weight("f32", "f33")
    expect(moons.tip).to_have_text(f"Weight from f₃₂ to f₃₃: {format_number(weight)}")
    moons.page.keyboard.press("Escape")
    expect(moons.tip).to_have_count(0)


def test_samples_are_picked(moons: Training) -> None:
    text = moons.root.locator(".bp-sample-text")
    expect(text).to_contain_text("Sample 1, for training: x")
    moons.button("Next sample").evaluate("b => [1, 2, 3].forEach(() => b.click())")
    expect(moons.sample).to_have_value("4")
    moons.sample.fill("2")
    moons.sample.press("Enter")
    expect(text).to_contain_text("Sample 2,")
    moons.button("Previous sample").click()
    moons.button("Previous sample").click()
    expect(moons.sample).to_have_value("200")
    expect(text).to_contain_text("Sample 200, for checking: x")
    told = text.inner_text().replace("\N{NO-BREAK SPACE}", " ").replace("−", "-")
    x = [float(number) for number in told.split("(")[1].split(")")[0].split(",")]
    moons.sample.fill("31")
    moons.sample.press("Enter")
    expect(text).to_contain_text("Sample 31")
    place = moons.view.locator("svg.bp-frame").evaluate(
        """(svg, values) => {
            const to = (told, value) => {
                const [low, high, from, to] = told.split(" ").map(Number);
                return from + ((value - low) / (high - low)) * (to - from);
            };
            const at = new DOMPoint(to(svg.dataset.x, values[0]), to(svg.dataset.y, values[1]));
            const { x, y } = at.matrixTransform(svg.getScreenCTM());
            return [x, y];
        }""",
        x,
    )
    moons.page.mouse.click(*place)
    expect(text).to_contain_text("Sample 200")
    for wrong in ("201", "one"):
        moons.sample.fill(wrong)
        moons.sample.press("Enter")
        expect(moons.problem).to_have_text(
            f"Sample is “{wrong}”, but expected a whole number from 1 to 200."
        )
        expect(moons.sample).to_have_value(wrong)
        expect(moons.sample).to_have_attribute("aria-invalid", "true")
    moons.sample.press("Escape")
    expect(moons.sample).to_have_value("200")
    moons.field("Train for so many epochs; empty: until paused").fill("soon")
    moons.button("Train").click()
    expect(moons.problem).to_contain_text("Train for is “soon”")
    moons.train("2")
    expect(moons.problem).to_be_empty()


def test_axes_and_the_hidden_space_are_chosen(page: Page, stage_url: str) -> None:
    iris = open_stage(page, stage_url, place=1)
    expect(iris.view.get_by_text("versicolor")).to_be_visible()
    label = iris.view.locator(".axis-label-x")
    expect(label).to_have_text("x₁: sepal length (cm)")
    iris.menu("Input across").select_option("3")
    expect(label).to_have_text("x₄: petal width (cm)")
    iris.menu("Input across").select_option("1")  # which is up already: they change places
    expect(label).to_have_text("x₂: sepal width (cm)")
    expect(iris.menu("Input up")).to_have_value("3")
    hidden = iris.root.locator(".bp-hidden .axis-label-x")
    expect(hidden).to_have_text("f₅")
    iris.menu("Neuron across").select_option("f2")
    expect(hidden).to_have_text("f₂")
    expect(iris.menu("Neuron up")).to_have_value("f1")
    expect(iris.menu("Neuron up").get_by_role("option")).to_have_count(4)


# --- the page ------------------------------------------------------------------------------------


def test_two_views_of_one_stage(moons: Training) -> None:
    other = Training(moons.page, place=2)
    moons.button("One epoch").click()
    other.expect_epoch(1)
    moons.expect_epoch(1)
    assert other.painted() == moons.painted()
    other.node("f₁").click()
    expect(moons.menu("Show")).to_have_value("f1")
    ids = moons.page.evaluate("[...document.querySelectorAll('.bp [id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids)) > 0


def test_projected_all_that_matters_is_on_the_screen(moons: Training) -> None:
    moons.root.evaluate("root => root.scrollIntoView()")
    for part in (
        moons.button("Train"), moons.epoch, moons.root.locator(".bp-net"),
        moons.view.locator("svg.bp-frame"), moons.root.locator(".bp-curve svg.bp-frame"),
    ):  # fmt: skip
        box = part.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= DESK["height"]


def test_on_a_phone(open_page: Callable[..., Page], stage_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    moons = open_stage(page, stage_url)
    moons.sample.fill("x" * 60)
    moons.sample.press("Enter")
    expect(moons.problem).to_contain_text("xxx")
    moons.node("f₉").tap()
    expect(moons.menu("Show")).to_have_value("f9")
    assert_fits(page)
    boxes = [moons.root.locator(f".bp-{name}").bounding_box() for name in ("net", "view", "curve")]
    assert all(box and box["width"] > 340 for box in boxes)
    box = moons.button("Train").bounding_box()
    assert box
    assert box["height"] >= 40


def test_accessible_in_both_themes(
    open_page: Callable[..., Page],
    stage_url: str,
    assert_accessible: Callable[[Page, str], None],
) -> None:
    page = open_page(color_scheme="light")
    moons = open_stage(page, stage_url)
    light = moons.painted()
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("window.matchMedia('(prefers-color-scheme: dark)').matches")
    moons.button("One epoch").click()
    moons.expect_epoch(1)
    dark = moons.painted()
    assert dark[2] != light[2]  # the samples, which no epoch changes
    themes: tuple[Literal["dark", "light"], ...] = ("dark", "light")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        moons.sample.fill("none")
        moons.sample.press("Enter")
        expect(moons.problem).to_contain_text("none")
        moons.node("f₄").focus()
        expect(moons.tip).to_be_visible()
        assert_accessible(page, ".bp-training")
