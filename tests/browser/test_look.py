"""The lesson can be read and used by everyone: axe finds nothing serious, a phone shows it all."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, FloatRect, Page, expect

from tests.browser.conftest import watch
from tests.browser.reader import (
    DESK,
    LAYER_STEPS,
    LESSON,
    PHONE,
    STEPS,
    Walk,
    assert_fits,
    open_lesson,
)

TOUCH_PX = 40
MIDDLE = 12
UPDATE = 27


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_at_every_kind_of_step(
    open_page: Callable[..., Page],
    voila_url: str,
    assert_accessible: Callable[[Page, str], None],
    theme: str,
) -> None:
    page = open_page(color_scheme=theme)
    walk = open_lesson(page, voila_url)
    for step in (0, MIDDLE, UPDATE, STEPS - 1):
        walk.to(step)
        assert_accessible(page, LESSON)
    walk.granularity.select_option("Layer by layer")
    assert_accessible(page, LESSON)
    walk.weight("f3", "f5").click()
    walk.editor.fill("abc")
    assert_accessible(page, LESSON)
    walk.editor.press("Enter")
    expect(walk.problem).to_contain_text("abc")
    page.get_by_role("combobox", name="Activation").select_option("threshold")
    expect(walk.check).to_contain_text("⚠")
    assert_accessible(page, LESSON)


def test_dark_is_dark(open_page: Callable[..., Page], voila_url: str) -> None:
    colours = []
    for theme in ("light", "dark"):
        walk = open_lesson(open_page(color_scheme=theme), voila_url)
        ink, paper = (
            walk.root.evaluate(f"root => getComputedStyle(root).{name}")
            for name in ("color", "backgroundColor")
        )
        colours.append((brightness(ink), brightness(paper)))
    (light_ink, light_paper), (dark_ink, dark_paper) = colours
    assert light_ink < 60 < 240 < light_paper
    assert dark_paper < 60 < 200 < dark_ink


def brightness(colour: str) -> float:
    """Mean of red, green and blue of ``rgb(…)``, from 0 to 255."""
    red, green, blue = (float(part) for part in colour[4:-1].split(","))
    return (red + green + blue) / 3


def test_on_a_phone(open_page: Callable[..., Page], voila_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    walk = open_lesson(page, voila_url)
    for by in ("Neuron by neuron", "Layer by layer"):
        walk.granularity.select_option(by)
        steps = int(str(walk.root.get_attribute("data-steps")))
        for step in range(steps):
            walk.to(step)
            assert_fits(page)
    walk.weight("x1", "f1").tap()
    walk.editor.fill("x" * 60)
    walk.editor.press("Enter")
    expect(walk.problem).not_to_be_empty()
    assert_fits(page)
    page.get_by_role("combobox", name="Activation").select_option("threshold")
    expect(walk.check).to_contain_text("⚠")
    assert_fits(page)


def controls(walk: Walk, page: Page) -> dict[str, FloatRect]:
    """Boxes of all that is used to step and to learn, by name."""
    names = ("First step", "Previous step", "Play", "Next step", "Last step")
    found = {name: walk.button(name) for name in names}
    found |= {"Step": walk.steps, "granularity": walk.granularity}
    for name in ("Apply update", "Undo", "Reset"):
        found[name] = page.get_by_role("button", name=name)
    boxes = {name: control.bounding_box() for name, control in found.items()}
    return {name: box for name, box in boxes.items() if box}


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_controls_are_in_reach(
    open_page: Callable[..., Page], voila_url: str, viewport: dict[str, int]
) -> None:
    page = open_page(viewport=viewport)
    walk = open_lesson(page, voila_url)
    boxes = controls(walk, page)
    assert len(boxes) == 10
    assert {n: b for n, b in boxes.items() if b["height"] < TOUCH_PX} == {}
    assert {n: b for n, b in boxes.items() if b["x"] < 0 or right(b) > viewport["width"]} == {}
    # both what one steps with and what one looks at are on the screen
    walk.root.evaluate("root => root.scrollIntoView()")
    picture, button = walk.picture.bounding_box(), walk.button("Next step").bounding_box()
    assert picture
    assert button
    assert 0 <= picture["y"] < button["y"] <= viewport["height"] - button["height"]


def right(box: FloatRect) -> float:
    return box["x"] + box["width"]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_controls_stay_where_they_are(
    open_page: Callable[..., Page], voila_url: str, viewport: dict[str, int]
) -> None:
    """Who clicks Next step again and again need not follow the button."""
    walk = open_lesson(open_page(viewport=viewport), voila_url)
    for by, steps in {"Neuron by neuron": STEPS, "Layer by layer": LAYER_STEPS}.items():
        walk.granularity.select_option(by)
        walk.tab("Forward").click()
        places: list[float] = walk.button("Next step").evaluate(
            """(next, steps) => Array.from({ length: steps }, () => {
                const { top } = next.getBoundingClientRect();
                next.click();
                return top;
            })""",
            steps,
        )
        walk.expect_step(steps - 1)
        assert len(set(places)) == 1


def test_the_watch_notices(browser: Browser, voila_url: str) -> None:
    """What fails a test when a page goes astray can itself fail."""
    trouble: list[str] = []
    page = browser.new_page(bypass_csp=True)  # which would keep the request from leaving
    watch(page, trouble, expected=["ERR_", "a known error"])
    page.goto(f"{voila_url}voila/render/00_start_here.ipynb")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert trouble == []
    page.evaluate("fetch('http://127.0.0.1:8/elsewhere', { mode: 'no-cors' }).catch(() => 0)")
    page.evaluate("console.error('a known error'); console.error('an error')")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('thrown'); })")
    page.close()
    assert trouble == [
        "request to another host: http://127.0.0.1:8/elsewhere",
        "error in the console: an error",
        "error in the console: thrown",
    ]


CROWDED = """picture => {
    const texts = [...picture.querySelectorAll("text:not(.name)")]
        .map((text) => [text.textContent, text.getBoundingClientRect()])
        .filter(([, box]) => box.width);
    const meet = (a, b) => a.left < b.right && b.left < a.right
        && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2;
    const found = texts.filter(([, box]) => box.right > innerWidth || box.left < 0).map(([t]) => t);
    texts.forEach(([text, box], i) => texts.slice(0, i).forEach(([other, there]) => {
        if (meet(box, there)) found.push(`${text} on ${other}`);
    }));
    return found;
}"""


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "leaky ReLU", "identity"])
def test_numbers_keep_apart_on_a_phone(
    open_page: Callable[..., Page], voila_url: str, activation: str
) -> None:
    page = open_page(viewport=PHONE)
    walk = open_lesson(page, voila_url)
    page.get_by_role("combobox", name="Activation").select_option(activation)
    expect(walk.root.locator("b", has_text=activation)).to_be_visible()
    samples = page.locator(LESSON).get_by_role("combobox", name="Sample")
    for sample in range(4):
        samples.select_option(index=sample)
        expect(walk.root.locator("b", has_text="x = (")).to_have_text(
            ["x = (0, 0), t = 0", "x = (0, 1), t = 1", "x = (1, 0), t = 1", "x = (1, 1), t = 0"][
                sample
            ]
        )
        walk.to(STEPS - 1)
        assert walk.picture.evaluate(CROWDED) == []
