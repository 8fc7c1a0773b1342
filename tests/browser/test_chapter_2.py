"""Chapter 2 as its reader uses it: weights that are moved, steps that are taken, paths walked."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import LIT, PHONE, PICKED, Exploration, assert_fits

CHAPTER = "voila/render/02_teaching_a_network.ipynb"
SET, HALF, OUTPUTS, DOWN, MAP, RATES, LINE, BATCH = (
    "The error of a teacher set",
    "Half a square and its slope",
    "Two outputs",
    "E over one weight",
    "E over two weights",
    "Three learning rates, sigmoid",
    "Three learning rates, identity",
    "Batch and on-line",
)

Chapter = dict[str, Exploration]


def open_chapter(page: Page, url: str) -> Chapter:
    page.goto(url + CHAPTER)
    names = (SET, HALF, OUTPUTS, DOWN, MAP, RATES, LINE, BATCH)
    return {name: Exploration(page, name).ready() for name in names}


@pytest.fixture
def chapter(page: Page, voila_url: str) -> Chapter:
    return open_chapter(page, voila_url)


def numbers(one: Exploration, n: int) -> Locator:
    """The line of numbers of the n-th equation."""
    return one.equations.locator(".bp-numbers").nth(n)


def result(one: Exploration, n: int) -> Locator:
    """What the n-th equation yields."""
    return numbers(one, n).locator(".term").last


def text(formula: Locator) -> str:
    return str(formula.text_content())


def step_at_once(one: Exploration, button: str) -> tuple[str, str, str]:
    """Press a button of the steps; step, title and sentence before anybody could have answered."""
    found: list[str] = one.root.get_by_role("button", name=button, exact=True).evaluate(
        """button => {
            const root = button.closest(".bp-board");
            button.click();
            const text = (selector) => root.querySelector(selector).textContent;
            return [root.dataset.step, text(".bp-title"), text("[role=status]")];
        }"""
    )
    return found[0], found[1], found[2]


# --- the teacher set -----------------------------------------------------------------------------


def test_a_weight_changes_every_samples_part(chapter: Chapter) -> None:
    teacher = chapter[SET]
    expect(result(teacher, 0)).to_have_text("0.439")
    teacher.slider("Its value").fill("5")
    expect(result(teacher, 0)).to_have_text("0.136")
    expect(teacher.root.locator("text.weight-f1-f3")).to_have_text("5")
    teacher.part("edge-f2-f3").locator(".shaft").dispatch_event("click")  # an edge is thin
    expect(teacher.menu("Weight or bias")).to_have_value("weight-f2-f3")
    expect(teacher.part("edge-f2-f3")).to_have_class(PICKED)
    teacher.slider("Its value").fill("0")
    expect(result(teacher, 0)).not_to_have_text("0.136")
    teacher.press("Reset")
    expect(result(teacher, 0)).to_have_text("0.439")
    teacher.choose("Teacher set", "OR")
    expect(result(teacher, 0)).not_to_have_text("0.439")


def test_samples_are_stepped_through_without_the_kernel(chapter: Chapter) -> None:
    teacher = chapter[SET]
    step, title, sentence = step_at_once(teacher, "Next step")
    assert (step, title) == ("1", "Sample 2: x = (0, 1), t = 1")
    assert sentence.startswith("The network answers y = ")
    step, title, sentence = step_at_once(teacher, "Last step")
    assert (step, title) == ("3", "Sample 4: x = (1, 1), t = 0")
    expect(teacher.root.locator("text.value-x1")).to_have_text("1")
    expect(teacher.root.locator("text.target-y")).to_have_text("t = 0")
    teacher.equations.locator(".bp-symbols .term", has_text="y(4)").hover()
    expect(teacher.tip).to_contain_text("y⁽⁴⁾")


def test_half_a_square(chapter: Chapter) -> None:
    half = chapter[HALF]
    half.drag("squares", "at", (-1.5, 3.0))
    expect(half.status).to_contain_text("At u = −1.5, the slope of ½u² is −1.5, just u.")
    assert half.at("squares", "at") == pytest.approx((-1.5, 1.125), abs=0.02)
    assert half.value("Difference u") == -1.5


# --- two outputs ---------------------------------------------------------------------------------


def test_an_output_weight_hears_of_its_own_output_only(chapter: Chapter) -> None:
    outputs = chapter[OUTPUTS]
    whole, before = text(result(outputs, 0)), text(numbers(outputs, 1))
    expect(numbers(outputs, 1).locator(".term").nth(1)).to_have_text("0")
    outputs.slider("Target t₂").press("End")
    expect(result(outputs, 0)).not_to_have_text(whole)
    expect(numbers(outputs, 1)).to_have_text(before)
    whole = text(result(outputs, 0))
    outputs.slider("w₁,₄, into output 2").press("Home")
    expect(result(outputs, 0)).not_to_have_text(whole)
    expect(numbers(outputs, 1)).to_have_text(before)
    outputs.slider("Target t₁").press("Home")
    expect(numbers(outputs, 1)).not_to_have_text(before)


def test_a_hidden_weight_hears_of_both(chapter: Chapter) -> None:
    outputs = chapter[OUTPUTS]
    outputs.choose("Gradient of", "wₓ₁,₁")
    expect(outputs.status).to_contain_text("on the way to both outputs")
    for edge in ("edge-x1-f1", "edge-f1-f3", "edge-f1-f4"):
        expect(outputs.part(edge)).to_have_class(LIT)
    expect(outputs.part("edge-f2-f4")).not_to_have_class(LIT)
    before = text(result(outputs, 1))
    outputs.slider("Target t₂").press("End")
    expect(result(outputs, 1)).not_to_have_text(before)


# --- downhill ------------------------------------------------------------------------------------


def test_steps_lead_downhill(chapter: Chapter) -> None:
    down = chapter[DOWN]
    for _ in range(3):
        (_, before), next_place = down.at("curve", "here"), down.at("curve", "next")
        sentence = down.status.inner_text()
        assert "E falls" in sentence
        down.press("Take a step")
        expect(down.status).not_to_have_text(sentence)
        assert down.at("curve", "here") == pytest.approx(next_place, abs=0.02)
        assert down.at("curve", "here")[1] < before
    down.press("Back to 0")
    expect(down.status).to_have_text(re.compile("E falls from 0.46 "))


def test_the_point_is_dragged_along_the_curve(chapter: Chapter) -> None:
    down = chapter[DOWN]
    down.drag("curve", "here", (5.0, 0.9))
    expect(down.status).to_contain_text("so the step takes w₁,₁ down")
    assert down.value("Its value") == pytest.approx(5, abs=0.06)
    w, e = down.at("curve", "here")
    assert w == pytest.approx(5, abs=0.06)
    assert 0.13 < e < 0.4  # on the curve, not where the pointer was
    curve = down.mark("curve", "E").locator("path")
    before = curve.get_attribute("d")
    down.choose("Weight or bias", "b̂")
    expect(curve).not_to_have_attribute("d", str(before))
    expect(down.root.locator("text.axis-label-x")).to_have_text("b̂")


def test_a_step_out_of_the_picture_is_refused(chapter: Chapter) -> None:
    down = chapter[DOWN]
    down.choose("Weight or bias", "b̂")
    down.slider("Learning rate h").press("End")
    down.slider("Its value").fill("-1.5")
    expect(down.status).to_contain_text("takes b̂ down by 9.43. E rises")
    sentence = down.status.inner_text()
    down.press("Take a step")
    expect(down.problem).to_contain_text("out of the picture. Choose a smaller h.")
    expect(down.status).to_have_text(sentence)
    down.slider("Learning rate h").fill("4")
    expect(down.problem).to_be_empty()


# --- two weights ---------------------------------------------------------------------------------


def test_the_path_is_walked_without_the_kernel(chapter: Chapter) -> None:
    two = chapter[MAP]
    start = two.at("map", "now")
    assert start == pytest.approx((0, 1), abs=0.05)
    step, title, sentence = step_at_once(two, "Next step")
    assert (step, title) == ("1", "Update 1")
    assert "E = " in sentence
    two.root.focus()
    two.page.keyboard.press("End")
    expect(two.root).to_have_attribute("data-step", "60")
    expect(two.status).to_contain_text("E = 0.135.")
    assert two.at("map", "now") == pytest.approx((3.29, 4.78), abs=0.05)
    assert two.at("errors", "now") == pytest.approx((60, 0.135), abs=0.02)
    expect(two.equations.locator(".bp-symbols")).to_have_count(2)


def test_the_start_is_dragged(chapter: Chapter) -> None:
    two = chapter[MAP]
    path = two.mark("map", "path").locator("path")
    levels = two.mark("map", "level-0.5").locator("path").get_attribute("d")
    before = path.get_attribute("d")
    two.drag("map", "start", (6.0, 2.0))
    expect(path).not_to_have_attribute("d", str(before))
    expect(two.status).to_contain_text("w₁,₁ = 6 and ŵ₁ = 2")
    assert two.at("map", "start") == pytest.approx((6, 2), abs=0.06)
    assert (two.value("Start, across"), two.value("Start, up")) == (6, 2)
    assert two.mark("map", "level-0.5").locator("path").get_attribute("d") == levels


def test_other_weights_and_never_the_same_twice(chapter: Chapter) -> None:
    two = chapter[MAP]
    two.choose("Up", "b̂")
    expect(two.root.locator("[data-panel=map] text.axis-label-y")).to_have_text("b̂")
    two.choose("Across", "b̂")
    expect(two.problem).to_contain_text("Across and up are both b̂")
    expect(two.menu("Across")).to_have_value("weight-x1-f1")
    expect(two.root.locator("[data-panel=map] text.axis-label-x")).to_have_text("w₁,₁")


# --- learning rates ------------------------------------------------------------------------------


def test_three_rates_and_what_becomes_of_them(chapter: Chapter) -> None:
    rates = chapter[RATES]
    for word in ("h = 0.1 creeps", "h = 4 arrives", "h = 16 overshoots"):
        expect(rates.status).to_contain_text(word)
    rates.enter("First h", "16")
    expect(rates.status).to_contain_text("First: h = 16 overshoots")
    expect(rates.mark("errors0", "fate")).to_have_text("overshoots")
    rates.enter("Third h", "80")
    expect(rates.status).to_contain_text("Third: h = 80 is thrown out of the valley")
    rates.enter("Second h", "-4")
    expect(rates.problem).to_contain_text("Second h is −4, but expected more than 0.")
    expect(rates.status).to_contain_text("Second: h = 4 arrives")
    rates.enter("Second h", "9.5")
    expect(rates.problem).to_be_empty()
    expect(rates.status).to_contain_text("Second: h = 9.5 arrives")
    rates.enter("Second h", "10")
    expect(rates.status).to_contain_text("Second: h = 10 overshoots")


def test_all_three_begin_where_one_is_dragged_to(chapter: Chapter) -> None:
    rates = chapter[RATES]
    rates.drag("curve1", "start", (-6.0, 0.5))
    expect(rates.beside_slider("Start")).to_have_text("−6")
    there = str(rates.mark("curve1", "start").get_attribute("transform")).split()[0]
    for plot in ("curve0", "curve1", "curve2"):
        expect(rates.mark(plot, "start")).to_have_attribute(
            "transform", re.compile(re.escape(there))
        )
        assert rates.at(plot, "start")[0] == pytest.approx(-6, abs=0.06)


def test_a_rate_of_one_may_be_too_large(chapter: Chapter) -> None:
    expect(chapter[LINE].status).to_contain_text("h = 1 diverges: every update makes E larger")


# --- batch and on-line ---------------------------------------------------------------------------


def test_batch_and_online(chapter: Chapter) -> None:
    batch = chapter[BATCH]
    step, title, sentence = step_at_once(batch, "Last step")
    assert (step, title) == ("20", "Epoch 20: 20 updates in batch, 80 on-line")
    assert "the gradient of 80 samples" in sentence
    paths = [batch.mark("map", key).locator("path") for key in ("batch", "online")]
    before = [str(path.get_attribute("d")) for path in paths]
    batch.choose("Order of the samples", "shuffled")
    expect(paths[1]).not_to_have_attribute("d", before[1])
    expect(paths[0]).to_have_attribute("d", before[0])
    expect(batch.root).to_have_attribute("data-step", "20")
    batch.drag("map", "start", (-2.0, -6.0))
    expect(paths[0]).not_to_have_attribute("d", before[0])
    assert batch.value("Start, up") == -6


# --- for everyone --------------------------------------------------------------------------------


def stir(chapter: Chapter) -> None:
    """Bring every exploration into a state other than the first."""
    step_at_once(chapter[SET], "Last step")
    chapter[OUTPUTS].choose("Gradient of", "wₓ₁,₁")
    step_at_once(chapter[MAP], "Last step")
    step_at_once(chapter[BATCH], "Last step")
    chapter[RATES].enter("Second h", "-4")
    expect(chapter[RATES].problem).not_to_be_empty()
    chapter[LINE].enter("Third h", "1e200")
    expect(chapter[LINE].status).to_contain_text("too large to be computed")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_in_every_state(
    open_page: Callable[..., Page],
    voila_url: str,
    assert_accessible: Callable[[Page], None],
    theme: str,
) -> None:
    page = open_page(color_scheme=theme)
    chapter = open_chapter(page, voila_url)
    assert_accessible(page)
    stir(chapter)
    assert_accessible(page)


def test_on_a_phone(open_page: Callable[..., Page], voila_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    chapter = open_chapter(page, voila_url)
    assert_fits(page)
    stir(chapter)
    chapter[DOWN].choose("Weight or bias", "ŵ₂")
    expect(chapter[DOWN].equations).to_be_visible()
    assert_fits(page)
