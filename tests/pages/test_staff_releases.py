"""The statisticians' pages about releases: the list, the history, each decision, the rules, the calendar, clearance."""

import datetime as dt
import html
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reference import selectors as reference
from tests.pages.reading import get, plain, text
from tests.pages.world import customs_world
from tests.people import HASSAN, OMAR
from tests.trade import factories
from tests.trade.importing import imported, month
from trade import services
from trade.cube import summaries
from trade.cube.clearing import Clearer
from trade.demo.generator import customs_files
from trade.models import Dataset, PlannedRelease, Release, Rollup, Run

pytestmark = pytest.mark.django_db
STAFF = "/en/staff/trade"


def queries(client: Client, path: str) -> int:
    """Of a second look: what is kept by process is kept by then."""
    get(client, path)
    with CaptureQueriesContext(connection) as asked:
        get(client, path)
    return len(asked)


def more_releases(count: int) -> None:
    """As many releases with their runs, each handed in by Omar and replaced."""
    dataset, last = Dataset.objects.get(code="ma-customs"), Run.objects.count()
    for number in range(last + 1, last + count + 1):
        run = Run.objects.create(
            number=number, dataset=dataset, source_code="customs", fingerprint=f"{number:064d}",
            acting_user=OMAR.user, state="running", started_at=timezone.now(),
        )  # fmt: skip
        Run.objects.filter(pk=run.pk).update(state="published", ended_at=timezone.now())
        Release.objects.create(
            number=number, dataset=dataset, run=run, state="replaced", published_at=timezone.now(),
            published_by=OMAR.user,
        )  # fmt: skip


@pytest.fixture
def staged(tmp_path: Path, vocabulary: None) -> Release:
    """January and March of a dataset that asks for every month: the check of the months does not hold."""
    services.datasets_load()
    assert Dataset.objects.filter(code="ma-customs").update(needs_every_month=True)
    files = [month(tmp_path, "2024-01"), month(tmp_path, "2024-03")]
    run = imported("customs", *files, publish=True, by=OMAR.user)
    return Release.objects.get(run=run)


def test_the_list_names_every_release_with_its_state_and_who_handed_it_in() -> None:
    customs_world()
    more_releases(1)
    client = OMAR.signed_in()
    page = text(get(client, f"{STAFF}/releases/"))
    assert page.index(str(OMAR.user)) > page.index("Handed in by")
    assert "published" in page
    assert "replaced" in page
    assert "demonstration" in page
    assert re.search(r"Release .*\b2\b.*\b1\b", page), "the newest stands first"
    assert HASSAN.signed_in().get(f"{STAFF}/releases/").status_code == 404


def test_where_there_is_no_release_the_list_says_what_to_do() -> None:
    assert "No release yet" in text(get(OMAR.signed_in(), f"{STAFF}/releases/"))


@pytest.mark.parametrize("page", ["releases/", "", "datasets/"])
def test_the_queries_of_a_list_do_not_grow_with_its_rows(page: str) -> None:
    customs_world()
    client = OMAR.signed_in()
    more_releases(2)
    few = queries(client, f"{STAFF}/{page}")
    more_releases(20)
    if page == "datasets/":
        factories.comtrade()
    assert queries(client, f"{STAFF}/{page}") == few


def test_a_release_s_history_says_who_did_what_when_and_why() -> None:
    made = customs_world()
    Run.objects.update(state="running", started_at=timezone.now())
    Run.objects.update(state="published", ended_at=timezone.now())
    client, address = OMAR.signed_in(), f"{STAFF}/releases/{made.number}/"
    few = queries(client, address)
    for _turn in range(3):
        services.release_withdraw(made.number, acting_user=OMAR.user, reason="May holds the rows of April.")
        services.release_publish(made.number, acting_user=OMAR.user, reason="May was right after all.")
    page = text(get(client, address))
    assert page.count("May holds the rows of April.") == 3
    assert page.count("May was right after all.") == 3
    assert page.count(str(OMAR.user)) >= 6
    assert page.index("May was right after all.") < page.index("May holds the rows of April."), "newest first"
    # One more: the names of those who acted, however many there are.
    assert queries(client, address) == few + 1
    assert client.get(f"{STAFF}/releases/999/").status_code == 404


def test_publishing_over_a_gate_is_asked_said_and_kept_in_the_history(staged: Release) -> None:
    assert staged.state == Release.State.STAGED, "it did not publish itself over the gate"
    client, address = OMAR.signed_in(), reverse("staff_release_publish", args=[staged.number])
    run = text(get(client, reverse("staff_run", args=[staged.run.number])))
    assert "2024-02" in run
    assert 'name="over_gates"' in client.get(address).content.decode()
    refused = client.post(address, {"reason": "Looks fine."})
    assert "2024-02" in text(refused)
    staged.refresh_from_db()
    assert staged.state == Release.State.STAGED
    assert 'id="id_reason_error"' in client.post(address, {"reason": "", "over_gates": "on"}).content.decode()
    why = "Customs was closed in February."
    assert client.post(address, {"reason": why, "over_gates": "on"}).status_code == 302
    staged.refresh_from_db()
    assert staged.state == Release.State.PUBLISHED
    assert why in text(get(client, reverse("staff_release", args=[staged.number])))


def test_a_gate_that_closed_since_the_page_was_made_is_asked_about(staged: Release) -> None:
    """The person saw no check that fails: nothing is published before they have said that they know."""
    Run.objects.filter(pk=staged.run_id).update(gates=[])
    client, address = OMAR.signed_in(), reverse("staff_release_publish", args=[staged.number])
    assert 'name="over_gates"' not in client.get(address).content.decode()
    answer = client.post(address, {"reason": "Looks fine."})
    assert answer.status_code == 200
    assert 'name="over_gates"' in answer.content.decode()
    staged.refresh_from_db()
    assert staged.state == Release.State.STAGED


def test_a_release_is_scheduled_shown_and_left_to_a_person_again(staged: Release) -> None:
    client, address = OMAR.signed_in(), reverse("staff_release_schedule", args=[staged.number])
    own = reverse("staff_release", args=[staged.number])
    at = timezone.localtime() + dt.timedelta(days=3)
    asked = {"at": at.strftime("%Y-%m-%dT%H:%M"), "reason": "February is missing for good."}
    assert "2024-02" in text(client.post(address, asked)), "the checks are made at once too"
    assert "must lie ahead" in text(
        client.post(address, {**asked, "at": "2020-01-01T10:00", "over_gates": "on"})
    )
    assert 'id="id_at_error"' in client.post(address, {**asked, "at": "soon"}).content.decode()
    assert client.post(address, {**asked, "over_gates": "on"})["Location"] == own
    staged.refresh_from_db()
    assert staged.scheduled_for == at.replace(second=0, microsecond=0)
    assert staged.scheduled_by == OMAR.user
    page = get(client, own)
    assert "To be published" in text(page)
    assert "Do not publish it at that minute" in text(page)
    assert client.post(address, {"act": "cancel"})["Location"] == own
    staged.refresh_from_db()
    assert staged.scheduled_for is None
    assert "To be published" not in text(get(client, own))


def test_what_was_not_published_at_its_minute_says_why(staged: Release) -> None:
    at = timezone.now() + dt.timedelta(hours=1)
    services.release_schedule(staged.number, acting_user=OMAR.user, at=at, reason="Known.", over_gates=True)
    told = staged.schedule | {"over_gates": False}
    Release.objects.filter(pk=staged.pk).update(scheduled_for=timezone.now(), schedule=told)
    assert services.releases_due() == []
    page = text(get(OMAR.signed_in(), reverse("staff_release", args=[staged.number])))
    assert "It was not published at its minute" in page
    assert "2024-02" in page


def test_a_release_is_kept_for_good_with_a_reason_and_let_go_again() -> None:
    made = customs_world()
    client, address = OMAR.signed_in(), reverse("staff_release_keep", args=[made.number])
    own = reverse("staff_release", args=[made.number])
    assert 'id="id_reason_error"' in client.post(address, {"reason": ""}).content.decode()
    assert client.post(address, {"reason": "Cited in the bulletin of 2025."})["Location"] == own
    made.refresh_from_db()
    assert made.kept
    page = text(get(client, own))
    assert "Cited in the bulletin of 2025." in page
    assert "kept for good" in text(get(client, f"{STAFF}/releases/"))
    assert client.post(address, {"act": "cancel"})["Location"] == own
    made.refresh_from_db()
    assert not made.kept


def test_the_rules_of_a_dataset_are_changed_with_a_reason_and_the_change_is_told() -> None:
    factories.vocabulary()
    dataset = factories.customs()
    client, address = OMAR.signed_in(), reverse("staff_dataset", args=[dataset.code])
    page = get(client, address).content.decode()  # type: ignore[attr-defined]
    rules = dict(re.findall(r'<input type="number" name="(\w+)" value="([^"]*)"', page))
    assert set(rules) >= {"max_rejected", "keep_releases", "keep_months"}
    changed = {**rules, "max_rejected": "2.50", "needs_every_month": "on"}
    assert 'id="id_reason_error"' in client.post(address, changed).content.decode()
    wrong = client.post(address, {**changed, "max_rejected": "250", "reason": "A slip."})
    assert 'id="id_max_rejected_error"' in wrong.content.decode()
    why = "The new extract has more free text."
    assert client.post(address, {**changed, "reason": why})["Location"] == address
    dataset.refresh_from_db()
    assert str(dataset.max_rejected) == "0.0250"
    assert dataset.needs_every_month
    told = text(get(client, address))
    assert why in told
    assert str(OMAR.user) in told
    assert "2.50 %" in told or "2.50%" in told
    assert client.get(f"{STAFF}/datasets/nothing/").status_code == 404


def planned(count: int) -> None:
    dataset = Dataset.objects.get(code="ma-customs")
    first = PlannedRelease.objects.count()
    PlannedRelease.objects.bulk_create(
        PlannedRelease(
            dataset=dataset, period=f"{2030 + place // 12}-{place % 12 + 1:02d}",
            at=timezone.now() + dt.timedelta(days=place + 1),
        )
        for place in range(first, first + count)
    )  # fmt: skip


def test_the_calendar_tells_what_comes_what_came_and_what_was_moved(reader: Client) -> None:
    factories.vocabulary()
    factories.customs()
    assert "Nothing is planned yet" in text(get(reader, "/en/data/calendar/"))
    soon = timezone.now() + dt.timedelta(days=10)
    line = services.calendar_plan(acting_user=OMAR.user, dataset="ma-customs", period="2026-10", at=soon)
    services.calendar_plan(
        acting_user=OMAR.user, dataset="ma-customs", period="2026-10", at=soon + dt.timedelta(days=2),
        notes={"en": "Customs hands in later."},
    )  # fmt: skip
    PlannedRelease.objects.create(
        dataset=line.dataset, period="2026-09", at=timezone.now() - dt.timedelta(days=9)
    )
    page = text(get(reader, "/en/data/calendar/"))
    assert "October 2026" in page
    assert "first planned for" in page
    assert "Customs hands in later." in page
    assert "The last three months" in page
    assert "late" in page
    services.calendar_cancel(acting_user=OMAR.user, planned_id=line.pk)
    assert "October 2026" not in text(get(reader, "/en/data/calendar/"))


def test_the_queries_of_the_calendar_do_not_grow_with_its_lines(reader: Client) -> None:
    customs_world()
    planned(3)
    few = queries(reader, "/en/data/calendar/")
    planned(40)
    assert queries(reader, "/en/data/calendar/") == few


def test_a_run_tells_what_clearance_hid_by_the_names_of_the_places(tmp_path: Path, vocabulary: None) -> None:
    run = imported("customs", *customs_files(3, 4_000, 3, tmp_path), publish=True, by=OMAR.user)
    release = Release.objects.get(run=run)
    year = release.rollups.get(table="cleared", period=release.parts.order_by("period")[0].period[:4])
    made = {row.period: row for row in Clearer(release, summaries.of(release), reference.section_of()).run()}
    # A rollup has the digest of the clearance that it shows.
    Rollup.objects.filter(pk=year.pk).update(digest=made[year.period].digest)
    report = made[year.period].report
    hidden = sum(report["hidden"].values())
    assert hidden > 0
    for language in ("en", "fr", "ar"):
        client = OMAR.signed_in()
        body = get(client, f"/{language}/staff/trade/runs/{run.number}/").content.decode()  # type: ignore[attr-defined]
        section = body[body.index('id="clearance"') :]
        section = plain(html.unescape(re.sub(r"<[^>]+>", " ", section[: section.index("</section>")])))
        codes = {row["place"] for row in report["places"] if row["place"].startswith("MA-")}
        assert codes
        for code, name in reference.labels("region", codes, language).items():
            assert plain(name) in section
            assert code not in section
        assert "regional_markets" not in section
        assert str(hidden) in section.replace(" ", "").replace(",", "").replace(".", "")
    # Nothing of a hidden cell's amount stands there: shares of whole levels only.
    assert {"place", "level", "cells", "hidden", "visible"} == set(report["places"][0])


def test_the_queries_of_a_run_do_not_grow_with_its_files(tmp_path: Path, vocabulary: None) -> None:
    few = imported("customs", month(tmp_path, "2024-01"), publish=False, by=OMAR.user)
    many = imported(
        "customs",
        *(month(tmp_path, f"2024-{number:02d}") for number in range(1, 9)),
        publish=False,
        by=OMAR.user,
    )
    client = OMAR.signed_in()
    counts = [queries(client, reverse("staff_run", args=[run.number])) for run in (few, many)]
    assert counts[0] == counts[1]
