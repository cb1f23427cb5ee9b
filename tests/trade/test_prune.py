"""Pruning by policy: old releases and files go, nothing that a release which stays needs, and readers are told."""

import datetime as dt
import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from portal.base import storage
from portal.base.errors import Conflict, Gone
from portal.base.locks import try_lock
from reference.models import Country
from tests.trade import factories
from tests.trade.importing import comtrade_file, comtrade_record, facts, imported, month
from trade import cube, services
from trade.cube import Query, catalogue, summaries
from trade.models import Dataset, Part, Release, Rollup, RunFile
from trade.services import (
    release_keep,
    release_publish,
    release_unkeep,
    release_withdraw,
    releases_prune,
)

pytestmark = pytest.mark.django_db
ANNUAL = {"dataset": "comtrade", "flow": "X", "reporter": "MA"}


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()
    for code, number in {"MA": 504, "W": 0, "FR": 251}.items():
        Country.objects.filter(code=code).update(un_codes=[number])
    services.datasets_load()
    Dataset.objects.update(keep_releases=1, keep_months=0)


@pytest.fixture
def year(tmp_path: Path) -> Callable[..., Release]:
    """The release that a file of one year and one amount makes."""

    def made(period: str, value: int, *, publish: bool = True) -> Release:
        records = [comtrade_record(period=period, primaryValue=value)]
        name = f"{period}-{value}.json"
        release: Release = imported(
            "comtrade-json", comtrade_file(tmp_path, records, name), publish=publish
        ).release
        return release

    return made


def files() -> set[str]:
    folders = ("parts", "summaries", "rejects", "slices", "uploads")
    return {name for folder in folders for name in storage.names(folder)}


def old_files() -> None:
    """As if they had been written two days ago."""
    long_ago = timezone.now().timestamp() - 2 * 24 * 3600
    for name in files():
        os.utime(storage.local_path(name), (long_ago, long_ago))


def needed() -> set[str]:
    """The parts of every release that is not pruned."""
    kept = Part.objects.filter(releases__in=Release.objects.filter(pruned_at=None))
    return set(kept.values_list("stored_as", flat=True))


def pruned() -> list[int]:
    return sorted(Release.objects.exclude(pruned_at=None).values_list("number", flat=True))


def test_old_releases_go_and_nothing_that_others_need(year: Callable[..., Release]) -> None:
    one = year("2021", 10)
    year("2022", 20)
    three = year("2021", 11)
    four = year("2023", 40)
    old_files()
    # 2022's part is of the second release and of the fourth; the first's 2021 is of nobody else's that stays.
    gone = {part.stored_as for part in one.parts.all()} - needed_by(three, four)
    assert len(gone) == 1

    found = releases_prune()

    # The last one stays, and the third: what withdrawing the last would show.
    assert found.releases == pruned() == [1, 2]
    assert needed() <= files()
    assert not gone & files()
    assert found.files >= 1
    assert sorted(row["value"] for row in facts(four)) == [11_000, 20_000, 40_000]
    assert cube.answer(Query.parse({**ANNUAL, "period": "2022"})).rows == [(20_000,)]
    assert cube.answer(Query.parse({**ANNUAL, "period": "2021", "release": "3"})).rows == [(11_000,)]
    assert release_withdraw(four.number, acting_user=None) == three
    assert cube.answer(Query.parse({**ANNUAL, "period": "2021"})).rows == [(11_000,)]
    # What was taken back is kept no longer than the policy says.
    assert releases_prune().releases == [four.number]
    assert needed() <= files()


def needed_by(*releases: Release) -> set[str]:
    return {part.stored_as for release in releases for part in release.parts.all()}


def test_a_simulation_says_what_would_go_and_takes_nothing(year: Callable[..., Release]) -> None:
    for value in (1, 2, 3, 4):
        year("2021", value)
    old_files()
    before = files()
    rows = (Part.objects.count(), Rollup.objects.count())

    told = releases_prune(simulate=True)

    assert (told.releases, pruned(), files()) == ([1, 2], [], before)
    assert (Part.objects.count(), Rollup.objects.count()) == rows
    text = StringIO()
    call_command("releases_prune", "--simulate", stdout=text)
    assert "1, 2" in text.getvalue()
    done = releases_prune()
    assert (done.releases, done.files, done.bytes) == (told.releases, told.files, told.bytes)
    assert len(before - files()) == done.files > 0


def test_summaries_of_releases_that_stay_are_kept(tmp_path: Path) -> None:
    for period in ("2024-01", "2024-02", "2024-03"):
        imported("customs", month(tmp_path, period))
    changed = imported("customs", month(tmp_path, "2024-01", value_mad="77")).release
    for release in Release.objects.order_by("number"):
        summaries.of(release)
    old_files()
    dataset = changed.dataset
    before = set(dataset.summaries.values_list("stored_as", flat=True))

    found = releases_prune()

    kept = set(dataset.summaries.values_list("stored_as", flat=True))
    assert found.releases == [1, 2]
    assert kept <= files()
    assert before - kept
    assert not (before - kept) & files()
    # The same summaries are found again, none is made anew.
    for release in Release.objects.filter(pruned_at=None):
        assert {summary.stored_as for summary in summaries.of(release).values()} <= kept
    assert set(dataset.summaries.values_list("stored_as", flat=True)) == kept


def test_young_files_and_those_of_the_ledger_stay(year: Callable[..., Release]) -> None:
    for value in (1, 2, 3):
        year("2021", value)
    uploads = set(RunFile.objects.values_list("stored_as", flat=True))
    assert releases_prune().files == 0
    old_files()
    releases_prune()
    assert uploads <= files()


def test_kept_staged_and_recent_releases_stay(year: Callable[..., Release]) -> None:
    cited = year("2021", 1)
    for value in (2, 3, 4):
        year("2021", value)
    staged = year("2021", 5, publish=False)
    release_keep(cited.number, acting_user=None, why="Cited in the yearbook.")
    assert releases_prune().releases == [2]
    with pytest.raises(Conflict):
        release_keep(2, acting_user=None, why="Too late.")
    release_unkeep(cited.number, acting_user=None)
    Dataset.objects.update(keep_months=1)
    assert releases_prune().releases == []
    Release.objects.filter(pk=cited.pk).update(published_at=timezone.now() - dt.timedelta(days=40))
    assert releases_prune().releases == [1]
    release_publish(staged.number, acting_user=None)


def test_what_was_pruned_is_gone_for_readers(year: Callable[..., Release], client: Client) -> None:
    for value in (1, 2, 3):
        year("2021", value)
    asked = {**ANNUAL, "period": "2021", "release": "1"}
    assert cube.answer(Query.parse(asked)).rows == [(1_000,)]
    assert any(key[1] == Release.objects.get(number=1).pk for key in catalogue._kept)

    releases_prune()

    assert not any(key[1] == Release.objects.get(number=1).pk for key in catalogue._kept)
    with pytest.raises(Gone, match="no longer kept"):
        cube.answer(Query.parse(asked))
    answer = client.get("/api/v1/data/", asked)
    assert answer.status_code == 410
    assert answer.json()["errors"][0]["code"] == "gone"
    assert [release.number for release in catalogue.public_releases()] == [3, 2]
    listed = client.get("/api/v1/releases/").json()["results"]
    assert [row["number"] for row in listed] == [3, 2]
    with translation.override("en"), pytest.raises(Conflict, match="pruned"):
        release_publish(1, acting_user=None)


def test_another_process_forgets_what_it_kept(year: Callable[..., Release]) -> None:
    one = year("2021", 1)
    year("2021", 2)
    asked = Query.parse({**ANNUAL, "release": "1"})
    cube.answer(asked)
    Release.objects.filter(pk=one.pk).update(pruned_at=timezone.now())  # as another process does it
    with pytest.raises(Gone):
        cube.answer(asked)
    assert not any(key[1] == one.pk for key in catalogue._kept)


def test_a_dataset_on_which_a_run_works_is_left_alone(year: Callable[..., Release]) -> None:
    for value in (1, 2, 3):
        year("2021", value)
    old_files()
    before = files()
    import threading

    from django.db import connection

    held, done = threading.Event(), threading.Event()

    def work() -> None:
        with try_lock("dataset:comtrade") as taken:
            assert taken
            held.set()
            done.wait(20)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert held.wait(20)
    try:
        found = releases_prune()
    finally:
        done.set()
        worker.join()
    assert (found.releases, found.skipped, files()) == ([], ["comtrade"], before)
