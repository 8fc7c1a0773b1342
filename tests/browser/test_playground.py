"""The playground as its reader uses it: settings, training, scrubbing, walking, coming back."""

import re
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from backprop_core import train
from backprop_core._types import Array
from backprop_core.equations import format_number
from backprop_core.experiment import Experiment
from backprop_core.trainer import Trainer
from tests.browser.conftest import OpenPage
from tests.browser.reader import DESK, PHONE, START_MS, Exploration, Walk, Widget, assert_fits

CHAPTER = "voila/render/06_playground.ipynb"
START = Experiment()
FOR = "Train for so many epochs; empty: until paused"


class Playground(Widget):
    """The playground in a page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.get_by_role("group", name="Training", exact=True))
        self.place = self.root.locator(".bp-place")
        self.error = self.root.locator(".bp-total")
        self.teacher_set, self.network, self.learning = (
            Exploration(page, name) for name in ("Teacher set", "Network", "Learning")
        )
        self.head = page.get_by_role("group", name="About this walk")

    @classmethod
    def opened(cls, page: Page, url: str) -> "Playground":
        """Open the chapter, and wait until one can train."""
        page.goto(url + CHAPTER)
        playground = cls(page)
        expect(playground.place).not_to_be_empty(timeout=START_MS)
        return playground

    def train(self, epochs: int | None) -> None:
        """Train for so many epochs (and wait for the end), or on and on."""
        self.field(FOR).fill("" if epochs is None else str(epochs))
        self.button("Train").click()
        if epochs is not None:
            expect(self.button("Train")).to_be_visible(timeout=30_000)

    def expect_at(self, epoch: int, error: float, used: str = "") -> None:
        """The epoch and E are shown, and it is paused."""
        expect(self.button("Train")).to_be_visible()
        expect(self.place).to_have_text(re.compile(rf"^epoch {epoch:,}(?! of \d+ s){used}(\D|$)"))
        expect(self.error).to_have_text(f"E = {format_number(error)}")

    def epoch(self) -> int:
        found = re.match(r"epoch ([\d,]+)", self.place.inner_text())
        assert found
        return int(found[1].replace(",", ""))


def bottom(part: Locator) -> float:
    """Where a part ends on the screen."""
    box = part.bounding_box()
    assert box
    return box["y"] + box["height"]


@pytest.fixture
def playground(page: Page, voila_url: str) -> Playground:
    return Playground.opened(page, voila_url)


def taught() -> tuple[Array, Array]:
    """What the network is taught at the start."""
    return START.teacher_set.x_training, START.teacher_set.t_training


def test_trains_and_scrubs_as_the_engine_does(playground: Playground) -> None:
    made, rule = START.teacher_set, START.rule
    errors = train(START.present, *taught(), rule.h, 62, rule.mode).errors
    trainer = Trainer(START.present, *taught(), rule)
    playground.expect_at(0, errors[0])
    playground.train(60)
    playground.expect_at(60, errors[60])
    playground.button("One epoch").click()
    playground.expect_at(61, errors[61])
    playground.button("One sample").click()
    trainer.run(61)
    trainer.one_sample()
    expect(playground.place).to_contain_text(f"1 of {made.training} samples")
    expect(playground.error).to_have_text(f"E = {format_number(trainer.error)}")
    for epoch in (17, 0, 61):
        playground.slider("Epoch").fill(str(epoch))
        playground.expect_at(epoch, errors[epoch])
    playground.slider("Epoch").fill("30")
    playground.expect_at(30, errors[30])
    playground.train(10)
    playground.expect_at(40, errors[40])
    expect(playground.slider("Epoch")).to_have_attribute("max", "40")
    playground.button("Start again").click()
    playground.expect_at(0, errors[0])


def test_a_long_training_goes_on_while_other_controls_answer(playground: Playground) -> None:
    page, learning = playground.page, playground.learning
    playground.train(None)
    expect(playground.button("Pause")).to_be_visible()
    size = learning.field("Samples in a mini-batch")
    waits = []
    for _ in range(4):
        for mode, there in (("mini-batch", True), ("on-line", False)):
            begun = page.evaluate("performance.now()")
            learning.choose("Updates", mode)
            size.wait_for(state="visible" if there else "detached")
            waits.append(page.evaluate("performance.now()") - begun)
    assert median(waits) < 400, waits  # milliseconds; on a busy machine, and with the test's own
    before = playground.epoch()
    expect(playground.place).not_to_have_text(re.compile(f"^epoch {before:,}"))
    expect(playground.root.locator(".bp-rate")).to_have_text(re.compile(r"\d epochs a second"))
    playground.button("Pause").click()
    expect(playground.button("Train")).to_be_visible()
    assert playground.epoch() > before
    # another network begins anew, and says so
    playground.network.slider("Layer 1: neurons").fill("3")
    expect(playground.place).to_have_text(re.compile("^epoch 0"))
    expect(playground.root).to_contain_text("Another network: the training begins anew")
    expect(playground.network.status).to_have_text("2 – 3 – 8 – 1: 50 weights and biases.")
    expect(playground.root.get_by_role("button", name="f₁₂")).to_be_visible()


def test_settings_are_refused_with_a_sentence_and_stay_as_typed(playground: Playground) -> None:
    learning, network = playground.learning, playground.network
    learning.enter("Learning rate h", "-1")
    expect(learning.problem).to_have_text(
        "Learning rate h is −1, but expected a number greater than 0."
    )
    expect(learning.field("Learning rate h")).to_have_value("-1")
    network.enter("First weights: scale", "many")
    expect(network.problem).to_contain_text("First weights: scale is “many”, but expected")
    playground.field(FOR).fill("ten")
    playground.button("Train").click()
    expect(playground.problem).to_contain_text("Train for is “ten”, but expected a whole number")
    playground.expect_at(0, train(START.present, *taught(), epochs=0).errors[0])
    learning.enter("Learning rate h", "0,05")
    expect(learning.problem).to_be_empty()
    network.slider("Hidden layers").fill("0")
    expect(network.status).to_have_text("2 – 1: 3 weights and biases.")
    network.slider("Hidden layers").fill("6")
    expect(network.slider("Layer 6: neurons")).to_be_visible()
    playground.teacher_set.menu("Teacher set").select_option(label="XOR: 4 samples")
    expect(playground.root).to_contain_text("Another teacher set: the training begins anew")


def test_what_is_noticed_leaves_the_pictures_where_they_are(playground: Playground) -> None:
    root, network = playground.root, playground.network
    pictures = root.locator(".bp-columns")
    for part in (
        playground.learning.field("Learning rate h"), playground.button("Train"),
        root.locator(".bp-net"), root.locator(".bp-view .bp-frame"), root.locator(".bp-curve"),
    ):  # fmt: skip
        assert bottom(part) <= DESK["height"]  # all of it is projected at once
    place = pictures.evaluate("e => e.offsetTop")
    network.choose("Output: activation", "identity")
    playground.learning.enter("Learning rate h", "0.5")
    playground.button("Train").click()
    expect(root.get_by_text("The training diverged: with h = 0.5, epoch 3")).to_be_visible()
    assert pictures.evaluate("e => e.offsetTop") == place
    saturated = root.get_by_text("are saturated: for at least")
    expect(saturated).to_be_hidden()
    playground.button("and 1 more").click()
    expect(saturated).to_be_visible()
    playground.button("only the first").click()
    playground.button("Train").click()
    expect(playground.problem).to_contain_text("choose a smaller h")
    assert pictures.evaluate("e => e.offsetTop") == place
    network.button("Network").click()
    expect(network.slider("Hidden layers")).to_be_hidden()


def test_a_worked_example_is_opened_where_it_is_seen(playground: Playground) -> None:
    page, root = playground.page, playground.root
    examples = page.get_by_role("group", name="Worked examples", exact=True)
    examples.get_by_role("combobox", name="Worked example").select_option(index=2)
    examples.get_by_role("button", name="Open in the playground").click()
    expect(root).to_be_focused(timeout=START_MS)
    expect(playground.button("Train")).to_be_in_viewport()
    expect(root.get_by_text(re.compile("^This is “.*”, at its first step."))).to_be_visible()


def test_walks_through_the_present_step_by_keyboard_alone(playground: Playground) -> None:
    page = playground.page
    page.emulate_media(reduced_motion="reduce")
    playground.root.focus()
    page.keyboard.press("ArrowRight")
    trainer = Trainer(START.present, *taught(), START.rule)
    trainer.run(1)
    playground.expect_at(1, trainer.error)
    playground.button("Walk through this step").focus()
    page.keyboard.press("Enter")
    close = playground.head.get_by_role("button", name="Close the walkthrough")
    expect(close).to_be_focused(timeout=20_000)
    expect(playground.head.get_by_role("status")).to_have_text(
        "One update with sample 1, after epoch 1. This is exactly what “One sample” does next."
    )
    walk = Walk(page).ready()
    here = Experiment(network=trainer.network, epoch=1).situation
    expect(walk.root).to_contain_text(f"E = {format_number(here.error)}")
    page.keyboard.press("Tab")
    walk.root.focus()
    page.keyboard.press("End")
    walk.expect_step(int(walk.root.get_attribute("data-steps") or 0) - 1)
    phases = walk.root.get_by_role("tablist", name="Phases").locator("..")
    assert phases.evaluate("bar => bar.scrollHeight <= bar.clientHeight")  # nothing is cut off
    playground.button("One sample").focus()
    page.keyboard.press("Enter")
    expect(playground.head.get_by_role("status")).to_contain_text("has gone on since")
    playground.button("Walk through this step").focus()
    page.keyboard.press("Enter")
    expect(playground.head.get_by_role("status")).to_contain_text("after 1 sample of epoch 2")
    expect(close).to_be_focused()
    page.keyboard.press("Enter")
    expect(playground.button("Walk through this step")).to_be_focused()
    expect(close).to_be_hidden()


def test_two_tabs_do_not_touch_each_other_and_a_reload_finds_its_training(
    page: Page, voila_url: str
) -> None:
    first = Playground.opened(page, voila_url)
    second = Playground.opened(page.context.new_page(), voila_url)
    second.network.slider("Layer 1: neurons").fill("2")
    expect(second.network.status).to_have_text("2 – 2 – 8 – 1: 39 weights and biases.")
    first.train(None)
    expect(first.place).to_have_text(re.compile(r"^epoch \d{2,}"))
    assert second.epoch() == 0
    expect(first.network.status).to_have_text("2 – 8 – 8 – 1: 105 weights and biases.")
    page.wait_for_function(  # that it was kept, once a second
        "() => Object.values(sessionStorage).some((kept) => kept.length > 1000)"
    )
    page.reload()
    expect(first.place).to_have_text(re.compile(r"^epoch [1-9]"), timeout=START_MS)
    expect(first.button("Train")).to_be_visible()
    expect(first.root.get_by_text(re.compile("^Restored as it was before"))).to_be_in_viewport()
    before = first.epoch()
    first.button("One epoch").click()
    expect(first.place).to_have_text(re.compile(f"^epoch {before + 1:,}"))
    assert second.epoch() == 0


@pytest.mark.parametrize(
    "options",
    [{"viewport": PHONE, "has_touch": True}, {"color_scheme": "dark"}],
    ids=["phone", "dark"],
)
def test_is_for_everyone(
    open_page: OpenPage,
    voila_url: str,
    assert_accessible: Callable[..., None],
    options: dict[str, Any],
) -> None:
    page = open_page(**options)
    playground = Playground.opened(page, voila_url)
    if "viewport" in options:  # training comes first, the settings are folded above it
        assert bottom(playground.button("Train")) < PHONE["height"] / 2
        fold = playground.learning.button("Learning")
        expect(fold).to_have_attribute("aria-expanded", "false")
        expect(playground.learning.field("Learning rate h")).to_be_hidden()
        fold.click()
        expect(fold).to_have_attribute("aria-expanded", "true")
        playground.learning.enter("Learning rate h", "0.03")
        expect(playground.network.slider("Hidden layers")).to_be_hidden()
    playground.train(30)
    playground.button("Walk through this step").click()
    Walk(page).ready()
    if "viewport" in options:
        assert_fits(page)
    assert_accessible(page)
