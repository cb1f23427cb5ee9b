"""Journeys by keyboard alone, with scripts, and what readers' own settings ask of a page."""

import re

import pytest
from playwright.sync_api import Page, expect

from scripts.pages import LANGUAGES, PAGES
from tests.browser.checks import axe, sideways
from tests.browser.visits import DESK, Portal

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
MAIN = [page for page in PAGES if page.main and page.act is None]
FOCUSED = "e => e.contains(document.activeElement)"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    for _press in range(most):
        press(page, "Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_of_a_phone(portal: Portal, language: str) -> None:
    with portal.reader() as context:
        page = context.new_page()
        page.goto(portal.url(language, "data/regions/"))
        first = page.locator("header nav a[href$='/data/products/']")
        expect(first).to_be_hidden()
        tab_to(page, "header summary")
        press(page, "Enter")
        expect(first).to_be_visible()
        press(page, "Escape")
        expect(first).to_be_hidden()
        assert page.locator("header summary").evaluate(FOCUSED)
        press(page, "Enter")
        tab_to(page, "header nav a[href$='/data/products/']")
        press(page, "Enter")
        page.wait_for_url(f"**/{language}/data/products/")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_region_of_the_map_is_reached_named_and_opened(portal: Portal, language: str) -> None:
    with portal.reader(viewport=DESK) as context:
        page = context.new_page()
        page.goto(portal.url(language, "data/regions/"))
        region = "svg a[href$='/data/regions/MA-08/']"
        tip = page.locator(f"{region} [aria-hidden=true]:has(text)")
        tab_to(page, region, 160)
        expect(tip).to_be_visible()
        assert re.search(r"\d", page.locator(region).get_attribute("aria-label") or "")
        press(page, "Enter")
        page.wait_for_url(f"**/{language}/data/regions/MA-08/")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_chart_is_explored_without_a_complaint_of_the_policy(portal: Portal, language: str) -> None:
    """The drawing program comes from here and runs under the page's own policy; arrow keys tell amounts."""
    shown = next(page for page in PAGES if page.name == "region-large")
    with portal.visit(language, shown, view=DESK, first=True) as seen:
        button = seen.tab.locator("main button[data-explore]").first
        expect(button).to_be_visible()
        button.focus()
        press(seen.tab, "Enter")
        slider = seen.tab.locator("main [role=slider]").first
        expect(slider).to_be_focused()
        before = slider.get_attribute("aria-valuetext")
        press(seen.tab, "ArrowDown")
        expect(slider).not_to_have_attribute("aria-valuetext", before or "")
        assert axe(seen.tab, practice=False) == []
        assert seen.problems == []


def test_a_dialog_takes_the_focus_and_gives_it_back(portal: Portal) -> None:
    with portal.reader(viewport=DESK) as context:
        page = context.new_page()
        page.goto(portal.url("ar", "patterns/?only=modal"))
        opener = "main a[data-opens]"
        dialog = page.locator(f"dialog#{page.locator(opener).first.get_attribute('data-opens')}")
        tab_to(page, opener)
        press(page, "Enter")
        expect(dialog).to_be_visible()
        assert dialog.evaluate(FOCUSED)
        for _press in range(6):
            press(page, "Tab")
            assert page.evaluate(
                "!document.activeElement.closest('main') || !!document.activeElement.closest('dialog')"
            )
        assert axe(page, practice=False) == []
        press(page, "Escape")
        expect(dialog).to_be_hidden()
        assert page.locator(opener).first.evaluate(FOCUSED)


def test_a_refused_form_s_summary_takes_the_focus(portal: Portal) -> None:
    with portal.reader() as context:
        page = context.new_page()
        page.goto(portal.url("ar", "account/signup/"))
        page.evaluate("for (const form of document.forms) { form.noValidate = true }")
        page.locator("main input[name=email]").press("Enter")
        summary = page.locator("main [role=alert], main [tabindex='-1']").first
        expect(summary).to_be_focused()
        tab_to(page, "main [href^='#']", 3)
        press(page, "Enter")
        assert page.evaluate("document.activeElement.matches('input')")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shown", MAIN, ids=lambda page: page.name)
def test_at_400_percent_nothing_is_lost(portal: Portal, language: str, shown: object) -> None:
    """A screen of 1280 by 1024 points, each enlarged four times: the menu still opens, nothing covers the text."""
    options = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}
    with portal.reader(shown.who, **options) as context:  # type: ignore[attr-defined]
        page = context.new_page()
        page.goto(portal.url(language, shown.path))  # type: ignore[attr-defined]
        assert sideways(page) == []
        stuck = page.evaluate(
            """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
              && ['fixed', 'sticky'].includes(getComputedStyle(e).position) && e.offsetHeight > 80
              && e.getBoundingClientRect().top < 256).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert stuck == []
        page.locator("header summary").click()
        last = page.locator("header nav a[href$='/about/']:not([hreflang])")
        last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport()
        assert sideways(page) == []


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_with_the_reader_s_own_colours_everything_is_still_to_be_seen(portal: Portal, language: str) -> None:
    """Forced colours: controls keep an edge, regions of the map stay apart, the focus is seen."""
    with portal.reader(viewport=DESK, forced_colors="active") as context:
        page = context.new_page()
        for path in ("", "data/regions/MA-08/", "account/login/"):
            page.goto(portal.url(language, path))
            bare = page.evaluate(
                """() => [...document.querySelectorAll('main button, main input:not([type=hidden]), main select')]
                  .filter(e => e.checkVisibility() && getComputedStyle(e).borderTopWidth === '0px'
                    && getComputedStyle(e).appearance === 'none').map(e => e.outerHTML.slice(0, 80))"""
            )
            assert bare == []
            press(page, "Tab")
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"


@pytest.mark.parametrize(
    ("component", "chosen", "other"),
    [
        ("slots", ":checked + label", "input:not(:checked):enabled + label"),
        ("tabs", "[aria-current]", "li a:not([aria-current])"),
        ("chips", "[aria-current]", "li a:not([aria-current])"),
        ("stepper", "[aria-current]", "li:not([aria-current]):last-child"),
        ("header", "nav [aria-current]", "nav li a:not([aria-current])"),
    ],
)
def test_with_the_reader_s_own_colours_what_is_chosen_is_told_apart(
    portal: Portal, component: str, chosen: str, other: str
) -> None:
    look = """e => { const s = getComputedStyle(e);
      return [s.backgroundColor, s.borderBottom, s.borderTop, s.borderLeft, s.textDecorationLine].join() }"""
    with portal.reader(viewport=DESK, forced_colors="active") as context:
        page = context.new_page()
        page.goto(portal.url("fr", f"patterns/?only={component}"))
        example = page.locator(f"section[aria-labelledby={component}]")
        one, two = example.locator(chosen).first, example.locator(other).first
        assert one.evaluate(look) != two.evaluate(look)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_pages_have_the_same_title(portal: Portal, language: str) -> None:
    titles: dict[str, list[str]] = {}
    for who in ("", "member", "staff"):
        with portal.reader(who) as context:
            for shown in PAGES:
                # States of one address keep its title but for the word that something is wrong.
                if shown.who == who and shown.act is None and shown.status == 200:
                    body = context.request.get(portal.url(language, shown.path)).text()
                    title = re.search(r"<title>(.*?)</title>", body, flags=re.DOTALL)
                    assert title, shown.name
                    titles.setdefault(" ".join(title[1].split()), []).append(f"{shown.url}:{shown.path}")
    # A year of a page and a search for nothing are the same page; so is one's password or one's code asked again.
    again = {"account_reauthenticate", "mfa_reauthenticate"}
    same = {
        title: sorted(names)
        for title, found in titles.items()
        if len(names := {one.split(":")[0] for one in found} - again) > 1
    }
    assert same == {}


def test_on_paper_there_is_no_frame_and_nothing_is_lost(portal: Portal) -> None:
    with portal.reader(viewport={"width": 720, "height": 1000}) as context:
        page = context.new_page()
        page.goto(portal.url("ar", "data/regions/MA-08/"))
        page.emulate_media(media="print")
        for selector in ("header nav", "footer nav", "form[role=search]"):
            for found in page.locator(selector).all():
                expect(found).to_be_hidden()
        expect(page.locator("h1")).to_be_visible()
        cut = page.evaluate(
            "[...document.querySelectorAll('table')].filter(t => t.scrollWidth > document.body.clientWidth + 1).length"
        )
        assert cut == 0
