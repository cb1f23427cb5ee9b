"""Exploring a chart in a real browser: on a click, by keyboard, under the policy that forbids everything foreign."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.visits import DESK, PHONE, Portal

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SLIDER = "figure [role=slider]"


def opened(portal: Portal, page: Page, language: str) -> list[str]:
    """The region's page, listening to what the browser complains about."""
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(portal.url(language, "data/regions/MA-08/"))
    return problems


def explore(page: Page) -> None:
    button = page.locator("button[data-explore]:visible").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(SLIDER).first).to_be_visible(timeout=30_000)


@pytest.mark.parametrize(("language", "view"), [("fr", PHONE), ("ar", PHONE), ("en", DESK)])
def test_a_chart_is_explored(portal: Portal, language: str, view: dict[str, int]) -> None:
    with portal.reader(viewport=view) as context:
        page = context.new_page()
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url))
        problems = opened(portal, page, language)
        assert not [url for url in fetched if "vega" in url]
        explore(page)
        chart = page.locator(SLIDER).first
        expect(chart).to_be_focused()
        expect(chart.locator("svg")).to_be_visible()
        first = chart.get_attribute("aria-valuetext")
        assert first
        page.keyboard.press("ArrowDown")
        second = chart.get_attribute("aria-valuetext")
        assert second
        assert second != first
        expect(chart.locator("xpath=ancestor::figure").locator("figcaption p")).to_have_text(second)
        page.keyboard.press("Home")
        assert chart.get_attribute("aria-valuetext") == first
        page.keyboard.press("ArrowLeft" if language == "ar" else "ArrowRight")
        assert chart.get_attribute("aria-valuetext") == second
        page.keyboard.press("End")
        assert chart.get_attribute("aria-valuenow") == chart.get_attribute("aria-valuemax")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert problems == []
        assert all(url.startswith((portal.base, "data:")) for url in fetched)


def test_a_pointer_reads_a_mark(portal: Portal) -> None:
    with portal.reader(viewport=DESK) as context:
        page = context.new_page()
        problems = opened(portal, page, "en")
        explore(page)
        chart = page.locator(SLIDER).first
        before = chart.get_attribute("aria-valuetext")
        chart.locator("svg .mark-symbol path").last.hover(force=True)
        expect(chart).not_to_have_attribute("aria-valuetext", before or "")
        assert problems == []


def test_the_picture_stays_where_the_script_does_not_come(portal: Portal) -> None:
    with portal.reader(viewport=PHONE) as context:
        page = context.new_page()

        def lost(route: Route) -> None:
            route.abort()

        page.route("**/vega*.js", lost)
        opened(portal, page, "en")
        button = page.locator("button[data-explore]:visible").first
        figure = button.locator("xpath=ancestor::figure")
        words = button.get_attribute("data-failed") or ""
        assert words
        button.click()
        expect(figure.locator("[role=status]")).to_have_text(words)
        expect(figure.locator("img")).to_be_visible()


def test_without_scripts_there_is_no_button(portal: Portal) -> None:
    with portal.reader(viewport=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(portal.url("fr", "data/regions/MA-08/"))
        assert page.locator("button[data-explore]").count()
        assert not page.locator("button[data-explore]:visible").count()
