"""Every page, in three languages, on a phone and on a desk: what a reader may take for granted."""

import pytest
from playwright.sync_api import Page as Tab

from scripts.pages import LANGUAGES, PAGES, Page
from tests.browser.checks import axe, keyboard, sideways, spacing, structure
from tests.browser.visits import DESK, PHONE, Portal, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
FIRST_LOAD, REPEAT_VIEW = 60_000, 25_000  # bytes, compressed, everything that the page fetches


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page(portal: Portal, language: str, page: Page) -> None:
    with portal.visit(language, page, view=PHONE, first=True) as seen:
        found = [
            f"phone: {fault}"
            for fault in [*weight(seen, page, FIRST_LOAD), *on_a_phone(seen, language, page)]
        ]
    with portal.visit(language, page, view=DESK, first=False) as seen:
        found += [
            f"desk: {fault}" for fault in [*weight(seen, page, REPEAT_VIEW), *on_a_desk(seen, language, page)]
        ]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def weight(seen: Visit, page: Page, budget: int) -> list[str]:
    """The first load comes into an empty browser, the second one finds the first's files there."""
    heavy = page.light and page.act is None and seen.bytes > budget
    return [f"{seen.bytes} bytes of {budget}"] if heavy else []


def everywhere(tab: Tab, language: str, page: Page) -> list[str]:
    # The patterns show one landmark in many states, which no page of its own would.
    practice = page.name != "patterns"
    found = [*structure(tab, language), *sideways(tab), *axe(tab, practice=practice)]
    return [*found, *keyboard(tab), *spacing(tab)]


def on_a_phone(seen: Visit, language: str, page: Page) -> list[str]:
    tab = seen.tab
    found = everywhere(tab, language, page)
    tab.set_viewport_size({"width": 360, "height": 740})
    found += [f"at 360 px: {fault}" for fault in sideways(tab)]
    # A window of 1280 by 1024 at 400 % has the room of 320 by 256.
    tab.set_viewport_size({"width": 320, "height": 256})
    found += [f"at 400 %: {fault}" for fault in sideways(tab)]
    return found + seen.problems


def on_a_desk(seen: Visit, language: str, page: Page) -> list[str]:
    tab = seen.tab
    found = everywhere(tab, language, page)
    tab.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in axe(tab, "color-contrast", "link-in-text-block")]
    return found + seen.problems
