"""An exploration answers to mouse, finger and keyboard, at once and without losing its place."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.reader import PHONE, PICKED, POINTED, START_MS, Exploration, assert_fits

DEMO = Path(__file__).parents[1] / "widgets" / "demo.py"
CELLS = (
    DEMO.read_text(encoding="utf-8"),
    "curve = Curve()\ncurve",
    "Tour()",
    "curve",  # once more
)


class Demo(Exploration):
    """A board of the demo, the `place`-th of its name."""

    def __init__(self, page: Page, name: str = "A point on a curve", place: int = 0) -> None:
        super().__init__(page, name, place)
        self.steepness = self.field("Steepness")

    def place(self, plot: str, key: str) -> str:
        """Where a point is, in the drawing."""
        return str(self.mark(plot, key).get_attribute("transform"))

    def middle(self, plot: str, key: str) -> tuple[float, float]:
        """Where a point is, on the screen."""
        self.mark(plot, key).scroll_into_view_if_needed()
        box = self.mark(plot, key).locator(".shape").bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def unit(self, plot: str) -> tuple[float, float]:
        """How many pixels of the screen a unit is wide and high."""
        found: list[float] = self.root.locator(f'[data-panel="{plot}"] svg').evaluate(
            """svg => {
                const { a } = svg.getScreenCTM();
                return [svg.dataset.x, svg.dataset.y].map((told) => {
                    const [low, high, from, to] = told.split(" ").map(Number);
                    return a * (to - from) / (high - low);
                });
            }"""
        )
        return found[0], found[1]


@pytest.fixture(scope="module")
def demo_url(serve_cells: Callable[..., Any]) -> Iterator[str]:
    """Address of a page with the boards of tests/widgets/demo.py."""
    with serve_cells(*CELLS) as url:
        yield url


def open_demo(page: Page, url: str, name: str = "A point on a curve") -> Demo:
    page.goto(url)
    demo = Demo(page, name)
    expect(demo.root).to_be_visible(timeout=START_MS)
    expect(page.locator(".bp-board")).to_have_count(3)
    return demo


@pytest.fixture
def curve(page: Page, demo_url: str) -> Demo:
    return open_demo(page, demo_url)


@pytest.fixture
def tour(page: Page, demo_url: str) -> Demo:
    return open_demo(page, demo_url, "A tour")


# --- controls ------------------------------------------------------------------------------------


def test_controls_have_names_and_values(curve: Demo) -> None:
    expect(curve.slider("r")).to_have_value("1")
    expect(curve.beside_slider("r")).to_have_text("1")
    expect(curve.slider("r")).to_have_attribute("aria-valuetext", "1")
    expect(curve.slider("x₂")).to_have_count(0)  # a handle
    expect(curve.steepness).to_have_value("1")
    expect(curve.menu("Tangent")).to_have_value("dashed")
    expect(curve.root.get_by_role("img", name="The curve of tanh")).to_be_visible()
    expect(curve.status).to_have_text("At r = 1 the slope is 0.42.")


def test_a_slider_moves_marks_that_stay_the_same(curve: Demo) -> None:
    point, tangent = curve.mark("curve", "point"), curve.mark("curve", "tangent")
    for mark in (point, tangent):
        mark.evaluate("mark => { mark.known = true; }")
    place, line = curve.place("curve", "point"), tangent.inner_html()
    curve.slider("r").press("ArrowLeft")
    expect(curve.beside_slider("r")).to_have_text("0.5")
    expect(curve.status).to_have_text("At r = 0.5 the slope is 0.786.")
    expect(point).not_to_have_attribute("transform", place)
    assert tangent.inner_html() != line
    for mark in (point, tangent):
        assert mark.evaluate("mark => mark.known")
    expect(curve.root.locator(".bp-numbers").first).to_have_text("1·0.5=0.5")


def test_what_lies_outside_is_not_drawn(curve: Demo) -> None:
    leaving, side = curve.mark("plane", "leaving"), curve.mark("plane", "side")
    expect(leaving.locator(".shape")).to_be_visible()
    curve.slider("x₁").fill("1.5")
    expect(leaving.locator(".shape")).to_be_hidden()
    curve.slider("x₁").fill("0")
    expect(leaving.locator(".shape")).to_be_visible()
    assert side.evaluate(
        """mark => {
            const clipped = mark.closest("[clip-path]");
            const id = clipped.getAttribute("clip-path").match(/#(.*)\\)/)[1];
            return document.getElementById(id).closest("svg") === mark.closest("svg");
        }"""
    )


def test_a_menu_and_a_button(curve: Demo) -> None:
    tangent = curve.mark("curve", "tangent")
    expect(tangent).to_have_class(re.compile("dashed"))
    curve.menu("Tangent").select_option("thin")
    expect(tangent).not_to_have_class(re.compile("dashed"))
    curve.slider("r").fill("-3")
    expect(curve.status).to_contain_text("At r = −3")
    curve.button("Back to the start").click()
    expect(curve.slider("r")).to_have_value("1")
    expect(curve.beside_slider("r")).to_have_text("1")


def test_a_number_and_what_follows_it(curve: Demo) -> None:
    curve.slider("r").fill("-3")
    curve.steepness.fill("0,5")
    curve.steepness.press("Enter")
    expect(curve.steepness).to_have_value("0.5")  # as Python writes it
    expect(curve.slider("r")).to_have_value("1")
    expect(curve.status).to_have_text("At r = 1 the slope is 0.393.")


@pytest.mark.parametrize("text", ["abc", "-2", "", "<img src=x onerror=document.title='owned'>"])
def test_a_refused_number_stays_until_it_is_mended(curve: Demo, text: str) -> None:
    title, told = curve.page.title(), curve.status.inner_text()
    curve.steepness.fill(text)
    curve.steepness.press("Enter")
    expect(curve.problem).to_contain_text("Steepness is")
    expect(curve.problem.locator("*")).to_have_count(0)
    expect(curve.steepness).to_have_attribute("aria-invalid", "true")
    expect(curve.steepness).to_have_value(text)
    expect(curve.status).to_have_text(told)
    curve.steepness.fill("2")
    curve.steepness.press("Enter")
    expect(curve.problem).to_be_empty()
    expect(curve.steepness).not_to_have_attribute("aria-invalid", "true")
    assert curve.page.title() == title


def test_what_takes_a_refused_number_back(curve: Demo) -> None:
    curve.steepness.fill("abc")
    curve.steepness.press("Enter")
    expect(curve.problem).to_contain_text("abc")
    curve.steepness.press("Escape")
    expect(curve.problem).to_be_empty()
    expect(curve.steepness).to_have_value("1")
    curve.steepness.fill("abc")
    curve.steepness.press("Enter")
    expect(curve.problem).to_contain_text("abc")
    curve.slider("r").press("ArrowRight")  # or going on elsewhere
    expect(curve.problem).to_be_empty()
    expect(curve.steepness).to_have_value("1")


def test_what_is_being_typed_is_left_alone(curve: Demo) -> None:
    other = Demo(curve.page, place=1)
    curve.steepness.fill("2.")
    other.slider("r").evaluate(
        "slider => { slider.value = 3; slider.dispatchEvent(new Event('input')); }"
    )
    expect(curve.status).to_contain_text("At r = 3")
    expect(curve.steepness).to_have_value("2.")


# --- dragging ------------------------------------------------------------------------------------


def drag(demo: Demo, plot: str, right: float, up: float) -> None:
    """Drag a plot's point by so much, in the plot's own units, and let go."""
    x, y = demo.middle(plot, "point")
    width, height = demo.unit(plot)
    demo.page.mouse.move(x, y)
    demo.page.mouse.down()
    demo.page.mouse.move(x + right * width, y + up * height, steps=12)
    demo.page.mouse.up()


def test_a_point_is_dragged_inside_its_ranges_and_on_their_steps(curve: Demo) -> None:
    drag(curve, "curve", 1.4, 1.0)
    expect(curve.slider("r")).to_have_value("2.5")
    expect(curve.status).to_contain_text("At r = 2.5")
    drag(curve, "plane", 0.33, -0.2)
    expect(curve.slider("x₁")).to_have_value("0.85")
    expect(curve.beside_slider("x₁")).to_have_text("0.85")
    drag(curve, "plane", 3, 3)
    expect(curve.slider("x₁")).to_have_value("1.5")
    x, y = curve.middle("plane", "point")
    left, top = curve.middle("curve", "point")
    assert x > left
    assert y != top


def test_the_point_follows_before_python_answers(curve: Demo) -> None:
    """The place is read in the same event, when no answer can have come."""
    x, y = curve.middle("plane", "point")
    curve.page.mouse.move(x, y)
    curve.page.mouse.down()
    curve.root.evaluate(
        """root => root.addEventListener("pointermove", () => {
            root.seen = root.querySelector('[data-panel=plane] .bp-front [data-mark=point]')
                .getAttribute("transform");
        }, { once: true })"""
    )
    before = curve.place("plane", "point")
    curve.page.mouse.move(x + 60, y)
    moved = str(curve.root.evaluate("root => root.seen"))
    assert moved != before
    curve.page.mouse.up()
    expect(curve.mark("plane", "point")).to_have_attribute("transform", moved)


def test_a_point_that_is_let_go_never_jumps_back(curve: Demo) -> None:
    """The answer to an earlier place comes in later, and is not to be seen at the point itself."""
    x, y = curve.middle("plane", "point")
    curve.page.mouse.move(x, y)
    curve.page.mouse.down()
    curve.root.evaluate(
        """(root, [x, y]) => {
            const mark = root.querySelector('[data-panel=plane] .bp-front [data-mark=point]');
            const send = (type, clientX) => mark.dispatchEvent(new PointerEvent(
                type, { pointerId: 1, clientX, clientY: y, bubbles: true }));
            for (const right of [20, 40, 60]) send("pointermove", x + right);
            send("pointerup", x + 60);
            const place = () => mark.getAttribute("transform");
            root.places = [place()];
            new MutationObserver(() => root.places.push(place()))
                .observe(mark, { attributes: true, attributeFilter: ["transform"] });
        }""",
        [x, y],
    )
    curve.page.mouse.up()
    settled = curve.slider("x₁").input_value()
    expect(curve.beside_slider("x₁")).to_have_text(settled)
    drag(curve, "curve", 1.0, 0)  # answered after all that was asked before
    expect(curve.status).to_contain_text("At r = 2 ")
    assert set(curve.root.evaluate("root => root.places")) == {curve.place("plane", "point")}


def test_one_action_at_a_time_and_the_newest_at_last(page: Page, demo_url: str) -> None:
    open_questions, most = 0, 0
    asked = 0

    def count(socket: WebSocket) -> None:
        def sent(frame: str | bytes) -> None:
            nonlocal open_questions, most, asked
            data = frame if isinstance(frame, bytes) else frame.encode()
            if b'"action"' in data and b"ticket" in data:
                open_questions, asked = open_questions + 1, asked + 1
                most = max(most, open_questions)

        def received(frame: str | bytes) -> None:
            nonlocal open_questions
            data = frame if isinstance(frame, bytes) else frame.encode()
            if b'"answer"' in data and b'"taken"' in data:
                open_questions -= 1

        socket.on("framesent", sent)
        socket.on("framereceived", received)

    page.on("websocket", count)
    curve = open_demo(page, demo_url)
    curve.slider("r").evaluate(
        """slider => {
            for (let r = -6; r <= 5; r += 0.5) {
                slider.value = r;
                slider.dispatchEvent(new Event("input"));
            }
        }"""
    )
    expect(curve.beside_slider("r")).to_have_text("5")
    expect(curve.status).to_contain_text("At r = 5 ")
    drag(curve, "plane", 0.8, -0.4)
    expect(curve.slider("x₁")).to_have_value("1.3")
    expect(curve.slider("x₁")).to_have_value("1.3")
    assert most == 1
    assert 2 < asked < 20  # of 23 and 12


def test_of_different_actions_none_is_lost(curve: Demo) -> None:
    """All of them come before the first is answered."""
    curve.root.evaluate(
        """root => {
            const change = (selector, value, type) => {
                const input = root.querySelector(selector);
                input.value = value;
                input.dispatchEvent(new Event(type));
            };
            change("[data-key=u]", 1.25, "input");
            change("[data-key=a]", "2", "change");
            change("[data-key=r]", -0.5, "input");
            change("[data-key=look]", "", "change");
        }"""
    )
    expect(curve.mark("curve", "tangent")).not_to_have_class(re.compile("dashed"))
    expect(curve.status).to_have_text("At r = −0.5 the slope is 0.84.")
    expect(curve.slider("x₁")).to_have_value("1.25")
    expect(curve.steepness).to_have_value("2")
    curve.button("Further").evaluate(
        "button => { button.click(); button.click(); button.click(); }"
    )
    expect(curve.beside_slider("r")).to_have_text("2.5")


def test_dragging_with_a_finger(open_page: Callable[..., Page], demo_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    curve = open_demo(page, demo_url)
    x, y = curve.middle("plane", "point")
    width, _ = curve.unit("plane")
    scrolled = page.evaluate("scrollY")
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        told = [{"x": px, "y": py} for px, py in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    touch("touchStart", (x + 8, y + 8))  # fingers are not exact
    for share in (0.2, 0.6, 1.0):
        touch("touchMove", (x + 8 + share * 0.5 * width, y + 8 - share * 90))
    touch("touchEnd")
    expect(curve.slider("x₁")).to_have_value("1")
    assert page.evaluate("scrollY") == scrolled


# --- terms ---------------------------------------------------------------------------------------


def test_a_term_says_its_name_and_its_value(curve: Demo) -> None:
    expect(curve.tip).to_have_count(0)
    curve.slider("r").fill("-2")
    expect(curve.status).to_contain_text("At r = −2")
    term = curve.term("a")
    term.hover()
    expect(curve.tip).to_have_text("a, the steepness: 1")
    expect(term).to_have_accessible_description("a, the steepness: 1")
    curve.tip.hover()  # one can go there
    expect(curve.tip).to_be_visible()
    curve.page.keyboard.press("Escape")
    expect(curve.tip).to_have_count(0)
    curve.root.locator(".bp-numbers .slot").nth(1).hover()
    expect(curve.tip).to_have_text("r: −2")  # the brackets belong to the line
    curve.root.locator(".bp-numbers .slot").nth(2).hover()
    expect(curve.tip).to_have_text("s: −2")
    curve.status.hover()
    expect(curve.tip).to_have_count(0)


def test_a_term_tells_by_keyboard_and_stays_up_to_date(curve: Demo) -> None:
    term = curve.term("r")
    term.focus()
    expect(curve.tip).to_have_text("r: 1")
    Demo(curve.page, place=1).slider("r").evaluate(
        "slider => { slider.value = 3; slider.dispatchEvent(new Event('input')); }"
    )
    expect(curve.tip).to_have_text("r: 3")
    expect(term).to_be_focused()
    curve.page.keyboard.press("Tab")
    expect(curve.tip).not_to_have_text("r: 3")


def test_a_tapped_term_stays_on_the_screen(open_page: Callable[..., Page], demo_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    curve = open_demo(page, demo_url)
    for place in range(curve.root.locator(".bp-symbols .term").count()):
        curve.root.locator(".bp-symbols .term").nth(place).tap()
        expect(curve.tip).to_be_visible()
        box = curve.tip.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    page.get_by_role("heading", level=1).tap()
    expect(curve.tip).to_have_count(0)


def test_terms_and_parts_of_the_graph_point_at_each_other(tour: Demo) -> None:
    edge = tour.root.locator(".bp-picture .edge-x1-f1")
    tour.term("w").hover()
    expect(edge).to_have_class(POINTED)
    expect(tour.tip).to_have_text("w, the weight from x₁ to f₁: −0.5")
    tour.status.hover()
    expect(edge).not_to_have_class(POINTED)
    tour.root.locator(".bp-picture .node-f1 .disc").hover(force=True)
    expect(tour.term("r1")).to_have_class(POINTED)


# --- picking -------------------------------------------------------------------------------------


def test_an_edge_or_a_bias_can_be_picked(tour: Demo) -> None:
    menu = tour.menu("Weight or bias")
    part = tour.root.locator(".bp-picture")
    expect(part.locator(".edge-x1-f1")).to_have_class(PICKED)
    for place, slot, picked in [
        (".edge-f3-f5 .reach", "weight-f3-f5", ".edge-f3-f5"),
        ("text.bias-f4", "bias-f4", ".node-f4"),
    ]:
        part.locator(place).click(force=True)
        expect(menu).to_have_value(slot)
        expect(part.locator(picked).first).to_have_class(PICKED)
        expect(part.locator(".edge-x1-f1")).not_to_have_class(PICKED)
    tour.problem.evaluate(
        """box => new MutationObserver(() => { box.dataset.said = "once"; })
            .observe(box, { childList: true, characterData: true, subtree: true })"""
    )
    part.locator(".edge-f1-f3 .reach").click(force=True)  # is not on the menu
    tour.slider("Edges").fill("3")
    expect(tour.root).to_have_attribute("data-steps", "3")
    expect(menu).to_have_value("bias-f4")
    assert tour.problem.get_attribute("data-said") is None
    menu.select_option("weight-f3-f5")
    expect(part.locator(".edge-f3-f5")).to_have_class(PICKED)


# --- steps ---------------------------------------------------------------------------------------


def test_steps_need_no_kernel(tour: Demo) -> None:
    """What a step shows is there in the same task, before any message can be sent."""
    shown = tour.button("Next step").evaluate(
        """next => {
            const root = next.closest(".bp-board");
            const texts = (selector) =>
                [...root.querySelectorAll(selector)].map((part) => part.textContent);
            const told = () => ({
                step: root.dataset.step,
                status: texts(".bp-sentence")[0],
                title: texts(".bp-title")[0],
                numbers: texts(".bp-numbers"),
                lit: [...root.querySelectorAll(".is-lit")].map((part) => part.classList[1]),
                back: root.querySelectorAll(".is-back").length,
                f3: texts("text.value-f3")[0],
                x1: texts("text.value-x1")[0],
            });
            const all = [told()];
            for (let n = 0; n < 4; n += 1) {
                next.click();
                all.push(told());
            }
            return all;
        }"""
    )
    assert [told["step"] for told in shown] == ["0", "1", "2", "3", "3"]
    assert [told["title"] for told in shown[:4]] == [f"Edge {n}" for n in (1, 2, 3, 4)]
    assert [told["status"] for told in shown[:4]] == [
        *("From x1 to f1.", "From f1 to f3.", "From f3 to f5.", "From x2 to f2.")
    ]
    assert [told["numbers"] for told in shown[:4]] == [[f"−0.5·{n}={2 * n}"] for n in range(4)]
    assert [set(told["lit"]) for told in shown[:2]] == [
        {"edge-x1-f1", "node-f1"},
        {"edge-f1-f3", "node-f3"},
    ]
    assert [told["back"] for told in shown[:4]] == [0, 0, 1, 0]
    assert [told["f3"] for told in shown[:4]] == ["", "1", "", ""]
    assert {told["x1"] for told in shown} == {"1"}


def test_steps_by_keyboard(tour: Demo) -> None:
    keyboard = tour.page.keyboard
    tour.root.focus()
    for key, step in {"ArrowRight": 1, "End": 3, "ArrowUp": 2, "Home": 0, "ArrowDown": 1}.items():
        keyboard.press(key)
        tour.expect_step(step)
    expect(tour.root.get_by_text("Step 2 of 4")).to_be_visible()
    tour.slider("Step").press("ArrowRight")
    tour.expect_step(2)
    tour.slider("Edges").press("ArrowLeft")  # keeps its own keys
    expect(tour.root).to_have_attribute("data-steps", "3")
    tour.expect_step(2)
    tour.menu("Weight or bias").press("Home")
    tour.expect_step(2)
    tour.slider("Edges").press("Home")
    expect(tour.button("Next step")).to_be_hidden()
    assert tour.root.get_attribute("data-steps") is None
    expect(tour.status).to_contain_text("is picked.")


def test_playing(tour: Demo) -> None:
    tour.page.clock.install()
    tour.button("Play").click()
    tour.page.clock.run_for(2 * 2400)
    tour.expect_step(2)
    tour.button("Previous step").click()
    expect(tour.button("Play")).to_be_visible()
    tour.page.clock.run_for(4 * 2400)
    tour.expect_step(1)


def test_an_edit_keeps_the_step(tour: Demo) -> None:
    tour.button("Last step").click()
    tour.menu("Weight or bias").select_option("bias-f4")
    expect(tour.root.locator(".node-f4").first).to_have_class(PICKED)
    tour.expect_step(3)
    tour.slider("Edges").fill("2")
    tour.expect_step(1)


# --- the page ------------------------------------------------------------------------------------


def test_two_views_of_one_board(curve: Demo) -> None:
    other = Demo(curve.page, place=1)
    drag(curve, "plane", 0.25, 0)
    expect(other.slider("x₁")).to_have_value("0.75")
    assert other.place("plane", "point") == curve.place("plane", "point")
    drag(other, "plane", -0.25, 0)
    expect(curve.slider("x₁")).to_have_value("0.5")
    ids = curve.page.evaluate("[...document.querySelectorAll('.bp-board [id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids)) > 0
    other.steepness.fill("abc")
    other.steepness.press("Enter")
    expect(other.steepness).to_have_attribute("aria-invalid", "true")
    expect(curve.steepness).to_have_value("1")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible(
    open_page: Callable[..., Page],
    demo_url: str,
    assert_accessible: Callable[[Page, str], None],
    theme: str,
) -> None:
    page = open_page(color_scheme=theme)
    curve = open_demo(page, demo_url)
    curve.steepness.fill("abc")
    curve.steepness.press("Enter")
    expect(curve.problem).to_contain_text("abc")
    curve.term("a").hover()
    expect(curve.tip).to_be_visible()
    Demo(page, "A tour").button("Next step").click()
    assert_accessible(page, ".bp-board")


def test_dark_marks_are_light(open_page: Callable[..., Page], demo_url: str) -> None:
    colours = []
    for theme in ("light", "dark"):
        curve = open_demo(open_page(color_scheme=theme), demo_url)
        colours.append(
            [
                curve.root.locator(selector).first.evaluate(
                    "part => getComputedStyle(part)[part.tagName === 'text' ? 'fill' : 'stroke']"
                )
                for selector in (".bp-mark.slope path", ".tick-label", ".spine", ".grid")
            ]
        )
    assert all(light != dark for light, dark in zip(*colours, strict=True))


def test_on_a_phone(open_page: Callable[..., Page], demo_url: str) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    curve = open_demo(page, demo_url)
    curve.steepness.fill("x" * 60)
    curve.steepness.press("Enter")
    expect(curve.problem).to_contain_text("xxx")
    curve.term("a").tap()
    assert_fits(page)
    tour = Demo(page, "A tour")
    for control in (tour.button("Next step"), tour.slider("Edges"), tour.slider("Step")):
        box = control.bounding_box()
        assert box
        assert box["height"] >= 40
        assert box["x"] + box["width"] <= PHONE["width"]
