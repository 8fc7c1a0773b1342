"""Use a walkthrough as its reader does: by the names of its controls and by what it shows."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

CHAPTER = "voila/render/05_why_backpropagation.ipynb"
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


class Walk:
    """A walkthrough in a page (or in a part of one), the `place`-th of them."""

    def __init__(self, within: Page | Locator, place: int = 0) -> None:
        self.root = within.get_by_role("group", name="Walkthrough").nth(place)
        self.picture = self.root.get_by_role("img", name="Network")
        self.equations = self.root.locator(".bp-equations")
        self.status = self.root.get_by_role("status")
        self.problem = self.root.get_by_role("alert")
        self.slider = self.root.get_by_role("slider", name="Step")
        self.granularity = self.root.get_by_role("combobox", name="How much a step takes in")
        self.check = self.root.locator(".bp-check")
        self.editor = self.root.get_by_role("textbox")

    def ready(self) -> "Walk":
        """Wait until it is there, and say itself."""
        expect(self.equations.locator("math").first).to_be_visible(timeout=START_MS)
        return self

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> Locator:
        return self.root.get_by_role("tab", name=name)

    def expect_step(self, step: int) -> None:
        expect(self.root).to_have_attribute("data-step", str(step))

    def expect_title(self, title: str) -> None:
        expect(self.root.get_by_role("tabpanel", name=title, exact=True)).to_be_visible()

    def to(self, step: int) -> None:
        """Drag the slider to a step, from 0."""
        self.slider.fill(str(step))
        self.expect_step(step)

    def edge(self, a: str, b: str) -> Locator:
        return self.picture.locator(f".edge-{a}-{b}")

    def beside(self, a: str, b: str) -> tuple[float, float]:
        """A place on the screen that is on an edge, but not on its number."""
        self.edge(a, b).scroll_into_view_if_needed()
        x, y = (
            self.edge(a, b)
            .locator(".shaft")
            .evaluate(
                """shaft => {
                const at = shaft.getPointAtLength(0.15 * shaft.getTotalLength());
                const { x, y } = at.matrixTransform(shaft.getScreenCTM());
                return [x, y];
            }"""
            )
        )
        return x, y

    def weight(self, a: str, b: str) -> Locator:
        """The number at an edge."""
        return self.picture.locator(f"text.weight-{a}-{b}")

    def term(self, tie: str) -> Locator:
        """The first term in symbols that is tied to ``edge-f3-f5`` or ``node-f3``."""
        return self.equations.locator(f".bp-symbols .{tie}").first

    def error(self) -> float:
        """E, read from the page."""
        shown = self.root.get_by_text("E = ").last.inner_text()
        return float(shown.removeprefix("E = ").replace("−", "-"))

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

    def classed(self, name: str) -> set[str]:
        """The graph's nodes and edges that carry a class such as ``is-lit``."""
        found: list[str] = self.picture.locator(f".{name}").evaluate_all(
            """parts => parts.flatMap((part) =>
                [...part.classList].filter((name) => /^(node|edge)-/.test(name)))"""
        )
        return set(found)


def open_lesson(page: Page, url: str) -> Walk:
    """Open the chapter with the lesson, and wait until one can step."""
    page.goto(url + CHAPTER)
    return Walk(page).ready()
