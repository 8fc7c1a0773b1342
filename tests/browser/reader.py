"""Use a page as its reader does: by the names of its controls and by what it shows."""

import re
from typing import Any, Self

from playwright.sync_api import Locator, Page, expect

CHAPTER = "voila/render/05_why_backpropagation.ipynb"
LESSON = ".bp-lesson"  # one of the chapter's widgets, some of which have menus of the same name
STEPS = 37
LAYER_STEPS = 15
FIRST_BACK = 11  # y → f₅, in steps from 0
BOOKMARKS = (
    "y → f₅",
    "f₅ → f₃, f₄",
    "f₃ → f₁, f₂",
    "f₄ → f₁, f₂",
    "f₁ → x₁, x₂",
    "f₂ → x₁, x₂",
)
START_MS = 60_000  # a kernel has to start first


PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 720}
LIT, POINTED, PICKED = (re.compile(rf"\bis-{name}\b") for name in ("lit", "pointed", "picked"))


def number(text: str) -> float:
    """A number as the page writes it."""
    return float(text.replace("−", "-"))


def assert_fits(page: Page) -> None:
    """Nothing has to be scrolled sideways on a phone."""
    width, inner = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert width == inner == PHONE["width"]


def expect_all_there(page: Page) -> None:
    """Wait until all widgets of a page are drawn, and Python is there to answer them."""
    expect(page.locator("html")).to_have_attribute("data-python", "ready", timeout=START_MS)
    undrawn = page.locator(".bp-view:empty, .bp-view > .bp-widget:empty")
    expect(undrawn).to_have_count(0, timeout=START_MS)


class Widget:
    """One of our widgets in a page."""

    def __init__(self, root: Locator) -> None:
        self.root, self.page = root, root.page
        self.status = root.get_by_role("status")
        self.problem = root.get_by_role("alert")
        self.tip = root.get_by_role("tooltip")
        self.equations = root.locator(".bp-equations")

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def menu(self, name: str) -> Locator:
        return self.root.get_by_role("combobox", name=name, exact=True)

    def slider(self, name: str) -> Locator:
        return self.root.get_by_role("slider", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.root.get_by_role("textbox", name=name, exact=True)

    def enter(self, name: str, text: str) -> None:
        """Type a text into a field."""
        self.field(name).fill(text)
        self.field(name).press("Enter")

    def part(self, name: str) -> Locator:
        """A node or an edge of the drawing: ``node-f3``, ``edge-f3-f5``."""
        return self.root.locator(f".bp-picture .{name}")

    def edge(self, a: str, b: str) -> Locator:
        return self.part(f"edge-{a}-{b}")

    def beside(self, a: str, b: str, share: float = 0.15) -> tuple[float, float]:
        """A place on the screen that is on an edge, so far along it, but not on its number."""
        edge = self.edge(a, b)
        edge.scroll_into_view_if_needed()
        x, y = edge.locator(".shaft").evaluate(
            """(shaft, share) => {
                const at = shaft.getPointAtLength(share * shaft.getTotalLength());
                const { x, y } = at.matrixTransform(shaft.getScreenCTM());
                return [x, y];
            }""",
            share,
        )
        return x, y

    def classed(self, name: str) -> set[str]:
        """The drawing's nodes and edges that carry a class such as ``is-lit``."""
        found: list[str] = self.root.locator(f".bp-picture .{name}").evaluate_all(
            """parts => parts.flatMap((part) =>
                [...part.classList].filter((name) => /^(node|edge)-/.test(name)))"""
        )
        return set(found)

    def expect_step(self, step: int) -> None:
        expect(self.root).to_have_attribute("data-step", str(step))


class Exploration(Widget):
    """A board in a page, the `place`-th of its name."""

    def __init__(self, page: Page, name: str, place: int = 0) -> None:
        super().__init__(page.get_by_role("group", name=name, exact=True).nth(place))

    def ready(self) -> Self:
        """Wait until it is there, and say itself."""
        expect(self.status).not_to_be_empty(timeout=START_MS)
        return self

    def choose(self, menu: str, option: str) -> None:
        self.menu(menu).select_option(option)

    def press(self, button: str) -> None:
        self.button(button).click()

    def key(self, key: str, step: int) -> None:
        """Press a key that leads to a step."""
        self.root.focus()
        self.page.keyboard.press(key)
        self.expect_step(step)

    def beside_slider(self, name: str) -> Locator:
        """The number that stands beside a slider."""
        return self.slider(name).locator("xpath=../output")

    def value(self, slider: str) -> float:
        """A slider's number."""
        return number(self.beside_slider(slider).inner_text())

    def term(self, text: str) -> Locator:
        """The first term in symbols that reads like this."""
        terms = self.equations.locator(".bp-symbols .term")
        return terms.filter(has_text=re.compile(f"^{re.escape(text)}$")).first

    def mark(self, plot: str, key: str) -> Locator:
        return self.root.locator(f'[data-panel="{plot}"] .bp-mark[data-mark="{key}"]')

    def at(self, plot: str, key: str) -> tuple[float, float]:
        """Where a point is, in the plot's coordinates."""
        x, y = self.mark(plot, key).evaluate(
            """mark => {
                const [px, py] = mark.getAttribute("transform").match(/-?[\\d.]+/g).map(Number);
                const { x, y } = mark.closest("svg").dataset;
                return [[px, x], [py, y]].map(([at, told]) => {
                    const [low, high, from, to] = told.split(" ").map(Number);
                    return low + (at - from) / (to - from) * (high - low);
                });
            }"""
        )
        return x, y

    def drag(self, plot: str, key: str, to: tuple[float, float]) -> None:
        """Take a point with the mouse and put it down elsewhere in its plot."""
        self.mark(plot, key).scroll_into_view_if_needed()
        places = self.mark(plot, key).evaluate(
            """(mark, to) => {
                const svg = mark.closest("svg"), screen = svg.getScreenCTM();
                const { x, y } = svg.dataset;
                const end = [[to[0], x], [to[1], y]].map(([value, told]) => {
                    const [low, high, from, until] = told.split(" ").map(Number);
                    return from + (value - low) / (high - low) * (until - from);
                });
                const start = mark.getAttribute("transform").match(/-?[\\d.]+/g).map(Number);
                return [start, end].map(([x, y]) => {
                    const at = new DOMPoint(x, y).matrixTransform(screen);
                    return [at.x, at.y];
                });
            }""",
            to,
        )
        (start, end), mouse = places, self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=4)
        mouse.up()


class Walk(Widget):
    """A walkthrough in a page (or in a part of one), the `place`-th of them."""

    def __init__(self, within: Page | Locator, place: int = 0) -> None:
        super().__init__(within.get_by_role("group", name="Walkthrough").nth(place))
        self.picture = self.root.get_by_role("img", name="Network")
        self.steps = self.slider("Step")
        self.granularity = self.menu("How much a step takes in")
        self.check = self.root.locator(".bp-check")
        self.editor = self.root.get_by_role("textbox")

    def ready(self) -> Self:
        """Wait until it is there, and say itself."""
        expect(self.equations.locator("math").first).to_be_visible(timeout=START_MS)
        return self

    def tab(self, name: str) -> Locator:
        return self.root.get_by_role("tab", name=name)

    def expect_title(self, title: str) -> None:
        expect(self.root.get_by_role("tabpanel", name=title, exact=True)).to_be_visible()

    def to(self, step: int) -> None:
        """Drag the slider to a step, from 0."""
        self.steps.fill(str(step))
        self.expect_step(step)

    def weight(self, a: str, b: str) -> Locator:
        """The number at an edge."""
        return self.picture.locator(f"text.weight-{a}-{b}")

    def term(self, tie: str) -> Locator:
        """The first term in symbols that is tied to ``edge-f3-f5`` or ``node-f3``."""
        return self.equations.locator(f".bp-symbols .{tie}").first

    def error(self) -> float:
        """E, read from the page."""
        shown = self.root.get_by_text("E = ").last.inner_text()
        return number(shown.removeprefix("E = "))

    def texts(self) -> dict[str, Any]:
        """All that it tells at this step: the graph's texts, the equations and the sentence."""
        read: dict[str, Any] = self.root.evaluate(
            """root => {
                const texts = (selector) =>
                    [...root.querySelectorAll(selector)].map((part) => part.textContent);
                return {
                    graph: texts(".bp-picture > svg text"),
                    equations: texts(".bp-equations math"),
                    status: texts("[role=status]"),
                    facts: texts(".bp-facts"),
                };
            }"""
        )
        return read


def open_lesson(page: Page, url: str) -> Walk:
    """Open the chapter with the lesson, and wait until one can step."""
    page.goto(url + CHAPTER)
    return Walk(page).ready()
