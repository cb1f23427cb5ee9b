"""Home, region, product and market as a browser has them: small, quiet, both directions, by keyboard."""

import gzip
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response
from pytest_django.live_server_helper import LiveServer

from tests.pages.world import comtrade_world, customs_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "",
    "data/regions/MA-08/",
    "data/products/080270/",
    "data/products/080270/?dataset=comtrade",
    "data/markets/FR/",
)
LANGUAGES = ("fr", "ar", "en")
BUDGET = 60_000
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
EAGER = "for (const image of document.images) { image.loading = 'eager' }"


@dataclass
class Visit:
    """One page in a fresh browser: what it complained about and what it fetched."""

    page: Page
    problems: list[str] = field(default_factory=list)
    fetched: list[Response] = field(default_factory=list)


def visit(context: BrowserContext, url: str) -> Visit:
    seen = Visit(context.new_page())
    seen.page.on(
        "console", lambda m: seen.problems.append(m.text) if m.type in {"error", "warning"} else None
    )
    seen.page.on("pageerror", lambda error: seen.problems.append(str(error)))
    seen.page.on("response", lambda response: seen.fetched.append(response))  # noqa: PLW0108  Playwright marks it
    seen.page.goto(url)
    seen.page.evaluate(EAGER)
    seen.page.wait_for_load_state("networkidle")
    return seen


def test_main_pages_on_a_small_phone(browser: Browser, live_server: LiveServer) -> None:
    """No sideways scroll at 320 px, no complaint, no other host, one h1, every picture drawn, within the budget."""
    customs_world()
    comtrade_world()
    wrong = []
    for language in LANGUAGES:
        for path in PAGES:
            context = browser.new_context(viewport={"width": 320, "height": 640})
            url = f"{live_server.url}/{language}/{path}"
            seen = visit(context, url)
            wrong += [f"{url}: {problem}" for problem in seen.problems]
            wrong += [f"{url}: asks {r.url}" for r in seen.fetched if not r.url.startswith(live_server.url)]
            wrong += [f"{url}: {r.status} {r.url}" for r in seen.fetched if r.status >= 400]
            if seen.page.evaluate(SCROLLS):
                wrong.append(f"{url}: scrolls sideways")
            if seen.page.locator("h1").count() != 1:
                wrong.append(f"{url}: not one h1")
            if seen.page.evaluate("[...document.images].some(i => !i.naturalWidth)"):
                wrong.append(f"{url}: a picture is not drawn")
            size = sum(len(gzip.compress(response.body())) for response in seen.fetched)
            if size > BUDGET:
                wrong.append(f"{url}: {size} bytes")
            context.close()
    assert wrong == []


def test_arabic_runs_from_the_right(browser: Browser, live_server: LiveServer) -> None:
    customs_world()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    for language, from_the_right in (("ar", True), ("fr", False)):
        page = visit(context, f"{live_server.url}/{language}/data/regions/MA-08/").page
        brand = page.locator(".brand").bounding_box()
        assert brand
        assert (brand["x"] > 640) is from_the_right
    context.close()


def test_the_keyboard_skips_to_the_content_and_reaches_the_map(
    browser: Browser, live_server: LiveServer
) -> None:
    customs_world()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = visit(context, f"{live_server.url}/en/").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    region = page.locator(".map a").first
    assert region.locator(".tip").evaluate("e => getComputedStyle(e).visibility") == "hidden"
    region.focus()
    assert region.locator(".tip").evaluate("e => getComputedStyle(e).visibility") == "visible"
    page.keyboard.press("Enter")
    page.wait_for_url("**/data/regions/MA-01/")
    context.close()


def test_the_journey_to_ones_region_needs_no_javascript(browser: Browser, live_server: LiveServer) -> None:
    customs_world()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{live_server.url}/fr/")
    page.locator("#my-region").select_option("MA-08")
    page.locator("section[aria-labelledby=q-region] button").click()
    page.wait_for_url("**/fr/data/regions/MA-08/")
    page.locator(".topline a[lang=ar]").click()
    page.wait_for_url("**/ar/data/regions/MA-08/")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator(".menu summary").click()
    assert page.locator(".nav a").first.is_visible()
    context.close()
