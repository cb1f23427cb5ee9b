"""The main journeys with JavaScript off, on a phone: links and forms are enough."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from portal.run.totp import code
from scripts.pages import LANGUAGES, PAGES, PASSWORD, SECRET
from tests.browser.visits import Portal
from trade.demo.generator import customs_files
from trade.models import Run
from trade.services import run_execute

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
MAIN = [page for page in PAGES if page.main and not page.who and page.act is None]


@pytest.fixture
def reader(portal: Portal) -> Iterator[Page]:
    with portal.reader(java_script_enabled=False, viewport={"width": 360, "height": 740}) as context:
        yield context.new_page()


@pytest.fixture
def statistician(portal: Portal) -> Iterator[Page]:
    with portal.reader("staff", java_script_enabled=False, viewport={"width": 360, "height": 740}) as context:
        yield context.new_page()


def at(page: Page, path: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(path)))


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def submit(page: Page, *, form: str = "main form[method=post]") -> None:
    with page.expect_navigation():
        page.locator(f"{form} button:not([type=button])").last.click()


@pytest.mark.parametrize("anchor", ["", "#office"])
def test_from_home_to_one_s_region_and_its_seat_in_arabic(portal: Portal, reader: Page, anchor: str) -> None:
    reader.goto(portal.url("ar", ""))
    reader.locator("main select[name=region]").select_option("MA-08")
    submit(reader, form="main form:has(select[name=region])")
    at(reader, "/ar/?region=MA-08")
    reader.locator(f"main a[href$='/ar/data/regions/MA-08/{anchor}']").first.click()
    at(reader, f"/ar/data/regions/MA-08/{anchor}")
    assert reader.locator("html").get_attribute("dir") == "rtl"
    assert "درعة" in heading(reader)


@pytest.mark.parametrize(("language", "words"), [("ar", "زيت الزيتون"), ("fr", "huile d’olive")])
def test_from_one_s_own_words_to_a_product(portal: Portal, reader: Page, language: str, words: str) -> None:
    reader.goto(portal.url(language, ""))
    reader.locator("main input[name=q]").fill(words)
    reader.locator("main input[name=q]").press("Enter")
    at(reader, f"/{language}/search/?q=")
    reader.locator("main a[href*='/data/products/']").first.click()
    at(reader, f"/{language}/data/products/")
    assert heading(reader)


def test_a_word_that_finds_nothing_is_answered_with_a_way_on(portal: Portal, reader: Page) -> None:
    reader.goto(portal.url("ar", "search/?q=zzzzqqq"))
    reader.locator("main a[href$='/ar/data/products/']").click()
    at(reader, "/ar/data/products/")


@pytest.mark.parametrize("shown", MAIN, ids=lambda page: page.name)
def test_the_language_changes_and_the_page_stays(portal: Portal, reader: Page, shown: object) -> None:
    path = shown.path  # type: ignore[attr-defined]
    reader.goto(portal.url("fr", path))
    for language in ("ar", "en", "fr"):
        reader.locator(f"header a[hreflang={language}]").click()
        at(reader, f"/{language}/{path}")
        assert reader.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_sorted_by_its_heads(portal: Portal, reader: Page, language: str) -> None:
    reader.goto(portal.url(language, "data/products/870321/"))
    head = reader.locator("main th a").first
    name = head.get_attribute("id")
    assert name
    seen = []
    for _click in range(2):
        reader.locator(f"[id='{name}']").click()
        expect(reader.locator(f"th:has([id='{name}'])")).to_have_attribute("aria-sort", re.compile("ending"))
        table = reader.locator(f"table:has([id='{name}'])")
        seen.append(table.locator("tbody th").all_inner_texts())
        assert table.locator("th[aria-sort]").count() == 1
    assert seen[0] != seen[1]
    assert sorted(seen[0]) == sorted(seen[1]) or len(seen[0]) == len(seen[1])


def test_a_long_table_is_shown_whole(portal: Portal, reader: Page) -> None:
    reader.goto(portal.url("ar", "data/regions/MA-06/"))
    more = reader.locator("main a[href*='all=']").first
    anchor = re.search(r"all=([\w-]+)", more.get_attribute("href") or "")
    assert anchor
    table = reader.locator(f"table:has(#{anchor[1]}-caption)")
    before = table.locator("tbody tr").count()
    more.click()
    at(reader, f"all={anchor[1]}")
    assert table.locator("tbody tr").count() > before


@pytest.mark.parametrize("page", ["data/regions/MA-08/", "data/products/08/"])
def test_the_year_is_a_choice(portal: Portal, reader: Page, page: str) -> None:
    reader.goto(portal.url("ar", page))
    reader.locator("main a[href*='period=2023']").first.click()
    at(reader, "period=2023")


def test_a_figure_is_taken_home_as_a_file(portal: Portal, reader: Page) -> None:
    reader.goto(portal.url("ar", "data/regions/MA-08/"))
    fold = reader.locator("details:has(a[href*='/download/'])")
    if fold.count():
        fold.first.locator("summary").click()
    with reader.expect_download() as found:
        reader.locator("main a[href*='/download/'][href*='csv']").first.click()
    assert Path(found.value.path()).read_bytes().count(b"\n") > 3


def test_the_menu_of_a_phone_opens(portal: Portal, reader: Page) -> None:
    reader.goto(portal.url("ar", "about/"))
    regions = reader.locator("header a[href$='/ar/data/regions/']")
    expect(regions).to_be_hidden()
    reader.locator("header summary").click()
    regions.click()
    at(reader, "/ar/data/regions/")


def test_a_statistician_signs_in_with_a_second_factor(portal: Portal, reader: Page) -> None:
    reader.goto(portal.url("ar", "staff/"))
    at(reader, "/ar/account/login/")
    reader.locator("main input[name=login]").fill("omar@example.ma")
    reader.locator("main input[name=password]").fill(PASSWORD)
    submit(reader)
    at(reader, "/2fa/authenticate/")
    # A code is taken once; the last one and the next are taken too.
    for moment in (-30, 0, 30):
        reader.locator("main input[name=code]").fill(code(SECRET, time.time() + moment))
        submit(reader, form="main form:has([name=code])")
        if "/2fa/" not in reader.url:
            break
    expect(reader).to_have_url(re.compile(r"/(ar|fr)/staff/$"))
    assert heading(reader)


def test_a_newcomer_s_mistakes_are_named_and_mended(portal: Portal, reader: Page) -> None:
    reader.goto(portal.url("ar", "account/signup/"))
    email = f"zineb-{time.time_ns()}@example.ma"
    reader.locator("main input[name=email]").fill(email)
    if reader.locator("main input[name=full_name]").count():
        reader.locator("main input[name=full_name]").fill("زينب")
    reader.locator("main input[name=password1]").fill("argan-et-safran-9")
    reader.locator("main input[name=password2]").fill("argan-et-safran-8")
    submit(reader)
    at(reader, "/ar/account/signup/")
    field = reader.locator("main input[name=password2]")
    assert field.get_attribute("aria-invalid") == "true"
    described = (field.get_attribute("aria-describedby") or "").split()
    assert any(reader.locator(f"[id='{part}']").inner_text().strip() for part in described)
    # The summary leads to the field.
    reader.locator(f"main a[href='#{field.get_attribute('id')}']").click()
    assert reader.locator("main input[name=email]").input_value() == email
    reader.locator("main input[name=password1]").fill("argan-et-safran-9")
    field.fill("argan-et-safran-9")
    submit(reader)
    at(reader, "/ar/account/confirm-email/")


def execute(number: int) -> None:
    """What the worker does, on a connection of its own."""

    def work() -> None:
        run_execute(Run.objects.get(number=number).pk)
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()


def test_a_month_is_handed_in_published_and_taken_back(
    portal: Portal, statistician: Page, tmp_path: Path
) -> None:
    page = statistician
    [month] = customs_files(1, 400, 7, tmp_path)
    page.goto(portal.url("ar", "staff/trade/"))
    page.locator("main select[name=source]").select_option("customs")
    page.locator("main input[name=upload]").set_input_files(month)
    submit(page)
    expect(page).to_have_url(re.compile(r"/ar/staff/trade/runs/\d+/"))
    run, address = re.search(r"runs/(\d+)/", page.url), page.url
    assert run
    assert month.name in page.locator("main").inner_text()
    assert page.locator("meta[http-equiv=refresh]").count() == 1
    execute(int(run[1]))

    for step in ("publish", "withdraw"):
        page.goto(address)
        page.locator(f"main a[href*='/{step}/']").first.click()
        at(page, f"/{step}/")
        decide = page.url
        page.locator("main [name=reason]").evaluate("field => { field.required = false }")
        submit(page)
        at(page, f"/{step}/")
        assert page.locator("main [name=reason]").get_attribute("aria-invalid") == "true", decide
        page.locator("main [name=reason]").fill("قورن بالنشرة الشهرية.")
        submit(page)
        expect(page).to_have_url(address)
    expect(page.locator("main a[href*='/publish/']").first).to_be_visible()


def test_signing_out_is_asked_and_done(portal: Portal, reader: Page) -> None:
    reader.goto(portal.url("ar", "account/login/"))
    reader.locator("main input[name=login]").fill("fatima@example.ma")
    reader.locator("main input[name=password]").fill(PASSWORD)
    submit(reader)
    reader.locator("header a[href$='/account/logout/']").click()
    submit(reader)
    reader.goto(portal.url("ar", "desk/"))
    at(reader, "/ar/account/login/")
