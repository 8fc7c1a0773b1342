"""A student's way through the hub in a real browser: log in, change a weight, open JupyterLab."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import headless, watch
from tests.deploy.conftest import PASSWORD, PATIENCE, Student, running_hub

SLOW = 1000 * PATIENCE


def test_a_student_logs_in_and_changes_a_weight(tmp_path: Path) -> None:
    trouble: list[str] = []
    with running_hub(tmp_path) as hub, headless() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        page.set_default_timeout(SLOW)
        page.goto(hub.url)
        page.get_by_label("Username").fill("zoe")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        # The server starts, and with it the tutorial.
        page.wait_for_url("**/user/zoe/tutorial/voila/render/00_start_here.ipynb")
        watch(page, trouble)
        page.get_by_role("link", name="Why backpropagation?").first.click()
        weight = page.get_by_role("textbox", name="wₓ₁,₁", exact=True)
        expect(page.locator("html")).to_have_attribute("data-python", "ready", timeout=SLOW)
        weight.fill("0.753")
        weight.press("Enter")
        picture = page.get_by_role("img", name="Network: x1, x2").first
        expect(picture).to_contain_text("0.753", timeout=SLOW)

        lab = page.context.new_page()
        lab.set_default_timeout(SLOW)
        lab.goto(Student(hub, "zoe").url + "lab")
        expect(lab.get_by_role("tab", name="Launcher")).to_be_visible(timeout=SLOW)
        # Nobody is asked whether JupyterLab may look for news elsewhere.
        expect(lab.get_by_text("Jupyter news")).to_have_count(0)
        icon = lab.get_by_role("button", name="Backprop tutorial")
        with page.context.expect_page() as opened:
            icon.click()
        expect(opened.value).to_have_url(
            page.url.replace("05_why_backpropagation", "00_start_here")
        )
    assert not trouble, "\n".join(trouble)
