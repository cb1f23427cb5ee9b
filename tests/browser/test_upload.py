"""Large files in a real browser: dropped, paused, gone on with after a reload, cancelled, handed in with the form."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.visits import Portal
from trade.models import Run, Upload

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
MEGA = 2**20
# The script's texts hang on states, not on the language.
ROW = "[data-upload-list] > li"


@pytest.fixture
def page(portal: Portal) -> Iterator[Page]:
    with portal.reader("staff", viewport={"width": 360, "height": 740}) as context:
        yield context.new_page()
    committed(lambda: Upload.objects.all().delete())


def committed(work: Callable[[], object]) -> None:
    """In a thread of its own: what this test's transaction does is undone at its end, what the server does is not."""

    def alone() -> None:
        work()
        connections.close_all()

    thread = threading.Thread(target=alone)
    thread.start()
    thread.join()


def opened(portal: Portal, page: Page, language: str = "en") -> Page:
    page.goto(portal.url(language, "staff/trade/"))
    return page


def large(tmp_path: Path, size: int = 6 * MEGA) -> Path:
    path = tmp_path / "customs-2031-01.csv"
    path.write_bytes(bytes(range(256)) * (size // 256))
    return path


def choose(page: Page, *paths: Path) -> None:
    page.locator("main input[name=upload]").set_input_files(list(paths))


def slow(page: Page, bytes_a_second: int) -> None:
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second},
    )


def offsets(page: Page) -> list[int]:
    """The offsets of the chunks that the page sends from now on."""
    sent: list[int] = []

    def heard(request: Request) -> None:
        if request.method == "PATCH":
            sent.append(int(request.headers["upload-offset"]))

    page.on("request", heard)
    return sent


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_chosen_file_travels_in_chunks_and_becomes_a_run(
    portal: Portal, page: Page, tmp_path: Path, language: str
) -> None:
    path, sent = large(tmp_path), offsets(page)
    opened(portal, page, language)
    choose(page, path)
    row = page.locator(ROW)
    expect(row).to_have_attribute("data-state", "whole")
    assert sent == [0, MEGA, 3 * MEGA]
    assert path.name in row.inner_text()
    assert row.locator("progress").evaluate("bar => bar.value") == 100
    page.locator("main select[name=source]").select_option("customs")
    page.locator("#hand-in .form-ends button").click()
    expect(page).to_have_url(re.compile(rf"/{language}/staff/trade/runs/\d+/"))
    run = Run.objects.order_by("-number")[0]
    try:
        assert run.files.get().sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert Upload.objects.count() == 0
    finally:
        committed(run.delete)


def test_files_are_dropped_onto_the_box(portal: Portal, page: Page) -> None:
    opened(portal, page)
    page.locator("[data-uploads]").evaluate(
        """box => {
          const carried = new DataTransfer();
          for (const name of ["a.csv", "b.csv"]) carried.items.add(new File(["period,flow"], name));
          for (const kind of ["dragenter", "dragover"])
            box.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
          if (!box.hasAttribute("data-over")) throw new Error("the box does not show that it takes files");
          box.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator(f"{ROW}[data-state=whole]")).to_have_count(2)
    assert sorted(Upload.objects.values_list("name", flat=True)) == ["a.csv", "b.csv"]
    assert page.locator("[data-uploads][data-over]").count() == 0


def test_a_file_is_paused_and_goes_on_after_a_reload_where_it_stood(
    portal: Portal, page: Page, tmp_path: Path
) -> None:
    path = large(tmp_path)
    opened(portal, page)
    slow(page, MEGA)
    choose(page, path)
    row = page.locator(ROW)
    expect(row.locator("[data-upload-says]")).to_have_text(re.compile(r"^\d+ kB of 6.3 MB$"))
    expect(row.locator("[data-upload-says]")).to_contain_text("a second")
    row.locator("[data-upload-pause]").focus()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("data-state", "paused")
    assert page.evaluate("document.activeElement.hasAttribute('data-upload-go')")
    expect(page.locator("[data-upload-ear]")).to_contain_text("paused")
    arrived = Upload.objects.get().offset
    assert 0 < arrived < path.stat().st_size
    # Handing in now is held back, and said.
    page.locator("#hand-in .form-ends button").click()
    expect(page.locator("[data-upload-told]")).to_be_visible()

    opened(portal, page)
    assert path.name in page.locator("#uploads").inner_text()
    slow(page, -1)
    sent = offsets(page)
    choose(page, path)
    expect(page.locator(ROW)).to_have_attribute("data-state", "whole")
    assert sent[0] == arrived
    assert Upload.objects.get().sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_lost_line_is_said_and_the_file_goes_on_by_itself(
    portal: Portal, page: Page, tmp_path: Path
) -> None:
    path, broken = large(tmp_path), []

    def lost(route: Route) -> None:
        if route.request.method == "PATCH" and len(broken) < 2:
            broken.append(route.request.headers["upload-offset"])
            route.abort("connectionreset")
        else:
            route.continue_()

    opened(portal, page)
    page.route("**/staff/trade/uploads/**", lost)
    choose(page, path)
    expect(page.locator(ROW)).to_have_attribute("data-state", "whole")
    assert broken == ["0", "0"]
    assert Upload.objects.get().whole


def test_a_file_that_is_too_large_is_refused_in_words_and_can_be_taken_off(
    portal: Portal, page: Page
) -> None:
    opened(portal, page)
    page.locator("main input[name=upload]").evaluate(
        """input => {
          const carried = new DataTransfer(), file = new File(["x"], "huge.csv");
          Object.defineProperty(file, "size", { value: 3 * 2 ** 30 });
          carried.items.add(file);
          Object.defineProperty(input, "files", { value: [file], configurable: true });
          input.dispatchEvent(new Event("change", { bubbles: true }));
        }"""
    )
    row = page.locator(ROW)
    expect(row).to_have_attribute("data-state", "failed")
    assert "huge.csv is larger than" in row.inner_text()
    row.locator("[data-upload-cancel]").click()
    expect(row).to_have_count(0)


def test_cancelling_removes_what_has_arrived(portal: Portal, page: Page, tmp_path: Path) -> None:
    opened(portal, page)
    slow(page, MEGA)
    choose(page, large(tmp_path))
    row = page.locator(ROW)
    expect(row.locator("[data-upload-says]")).to_contain_text("a second")
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as answer:
        row.locator("[data-upload-cancel]").click()
    assert answer.value.status == 204
    expect(row).to_have_count(0)
    assert Upload.objects.count() == 0


def test_cancelling_a_file_that_is_being_begun_leaves_nothing_behind(portal: Portal, page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    opened(portal, page)
    page.route("**/staff/trade/uploads/**", hold)
    page.locator("main input[name=upload]").set_input_files(
        {"name": "begun.csv", "mimeType": "text/csv", "buffer": b"period,flow\n"}
    )
    row = page.locator(ROW)
    expect(row).to_have_attribute("data-state", "sending")
    row.locator("[data-upload-cancel]").click()
    expect(row).to_have_count(0)
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as answer:
        held[0].continue_()
    assert answer.value.status == 204
    assert Upload.objects.count() == 0
