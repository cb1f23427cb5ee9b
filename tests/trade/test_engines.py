"""Questions to the facts' files: few at once, none for ever, none from a damaged file, nothing outside the storage."""

import threading
import time
from pathlib import Path

import duckdb
import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from portal.base import storage
from portal.base.health import PROBES
from tests.trade import factories as make
from trade import cube
from trade.cube import Query, duck, files
from trade.models import Part, Release

pytestmark = pytest.mark.django_db
ENDLESS = "SELECT count(*) FROM range(10000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
ASKED = {"dataset": "comtrade", "flow": "X", "by": "partner"}


@pytest.fixture(autouse=True)
def words(memory_cache: None) -> None:
    make.vocabulary()


@pytest.fixture
def release() -> Release:
    facts = [make.comtrade_fact(partner=partner, value=value) for partner, value in (("FR", 7), ("ES", 5))]
    return make.release(make.comtrade(), facts, build=False)


def path_of(release: Release) -> Path:
    return storage.local_path(release.parts.get().stored_as)


def test_no_more_questions_than_places_and_nobody_waits_for_ever(settings: Settings) -> None:
    settings.TRADE_QUESTIONS, settings.TRADE_QUESTION_WAIT, settings.TRADE_QUESTION_SECONDS = 2, 0.3, 20.0
    ready, done = threading.Barrier(3), threading.Event()

    def hold() -> None:
        with duck.place():
            ready.wait()
            done.wait(20)

    holding = [threading.Thread(target=hold) for _number in range(2)]
    for thread in holding:
        thread.start()
    ready.wait()
    began = time.monotonic()
    with pytest.raises(duck.Busy) as told, duck.place():
        pass
    assert 0.2 < time.monotonic() - began < 3
    assert (told.value.status, told.value.retry_after) == (503, 1)
    done.set()
    for thread in holding:
        thread.join()
    with duck.place() as cursor:
        assert duck.fetch(cursor, "SELECT 1", []) == [(1,)]


def test_who_finds_others_waiting_is_sent_away_at_once(settings: Settings) -> None:
    settings.TRADE_QUESTIONS, settings.TRADE_QUESTION_WAIT = 1, 5.0
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        with duck.place():
            ready.set()
            done.wait(20)

    def wait() -> None:
        with duck.place():
            pass

    threads = [threading.Thread(target=hold), threading.Thread(target=wait)]
    threads[0].start()
    ready.wait()
    threads[1].start()
    pool = duck._pool()
    while pool.admitted._value:
        time.sleep(0.01)
    began = time.monotonic()
    with pytest.raises(duck.Busy), duck.place():
        pass
    assert time.monotonic() - began < 1
    done.set()
    for thread in threads:
        thread.join()


def test_a_question_without_end_is_given_up_and_the_place_is_free_again(settings: Settings) -> None:
    settings.TRADE_QUESTIONS, settings.TRADE_QUESTION_SECONDS = 1, 0.3
    with pytest.raises(duck.TooLong), duck.place() as cursor:
        duck.fetch(cursor, ENDLESS, [])
    with duck.place() as cursor:
        assert duck.fetch(cursor, "SELECT 41 + ?", [1]) == [(42,)]


def test_a_question_beyond_its_memory_is_given_up_and_the_next_is_answered(settings: Settings) -> None:
    settings.TRADE_DUCKDB_MEMORY = "64MB"
    with pytest.raises(duck.TooLong), duck.place() as cursor:
        duck.fetch(cursor, "SELECT list(range) FROM range(100000000)", [])
    with duck.place() as cursor:
        assert duck.fetch(cursor, "SELECT 1", []) == [(1,)]


def test_an_engine_reads_the_storage_and_nothing_else(release: Release, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    assert cube.answer(Query.parse(ASKED)).rows == [("ES", 5), ("FR", 7)]
    for sql in (f"SELECT * FROM read_csv('{tmp_path}/secret.csv')", "SET threads = 8"):
        with (
            duck.place() as cursor,
            pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)),
        ):
            cursor.execute(sql)


def test_the_engine_stays_warm(release: Release) -> None:
    cube.answer(Query.parse(ASKED))
    before = duck._pool()
    cube.answer(Query.parse(ASKED))
    assert duck._pool() is before


def test_a_busy_portal_says_when_to_come_back(release: Release, client: Client, settings: Settings) -> None:
    settings.TRADE_QUESTIONS, settings.TRADE_QUESTION_WAIT = 1, 0.05
    with duck.place():
        answers = []
        thread = threading.Thread(target=lambda: answers.append(_refused()))
        thread.start()
        thread.join()
    assert [error.code for error in answers] == ["busy"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duck, "place", lambda: (_ for _ in ()).throw(duck.busy()))
        client.raise_request_exception = False
        answer = client.get("/api/v1/data/", ASKED)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["errors"][0]["code"] == "busy"


def _refused() -> duck.Busy:
    with pytest.raises(duck.Busy) as told, duck.place():
        pass
    return told.value


# --- Checksums -------------------------------------------------------------------------------------------------------


def test_a_damaged_file_answers_nothing_and_health_names_it_until_it_is_restored(release: Release) -> None:
    path = path_of(release)
    whole = path.read_bytes()
    spoilt = bytearray(whole)
    spoilt[len(spoilt) // 2] ^= 1
    path.write_bytes(bytes(spoilt))
    with pytest.raises(files.Damaged) as told:
        cube.answer(Query.parse(ASKED))
    assert told.value.status == 503
    assert path.name in PROBES["parts"]()
    path.write_bytes(whole)
    assert PROBES["parts"]() == ""
    assert len(cube.answer(Query.parse(ASKED)).rows) == 2


def test_a_file_that_is_spoilt_after_it_was_read_is_noticed(release: Release) -> None:
    assert len(cube.answer(Query.parse(ASKED)).rows) == 2
    path = path_of(release)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(files.Damaged):
        cube.answer(Query.parse(ASKED))


def test_a_missing_file_is_told_and_forgotten_with_its_part(release: Release) -> None:
    path_of(release).unlink()
    with pytest.raises(files.Damaged):
        cube.answer(Query.parse(ASKED))
    assert PROBES["parts"]().startswith("damaged: parts/")
    release.parts.clear()
    Part.objects.all().delete()
    assert PROBES["parts"]() == ""
    assert cache.get(files.DAMAGED) == {}


def test_a_checksum_is_computed_once_a_process(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    cube.answer(Query.parse(ASKED))
    monkeypatch.setattr(files.hashlib, "sha256", lambda: pytest.fail("read again"))
    cube.answer(Query.parse(ASKED))


def test_nothing_but_nine_digits_gets_into_a_statement() -> None:
    for word in ("1' OR '1'='1", "12345678", "١٢٣٤٥٦٧٨٩", "000000001\n"):
        with pytest.raises(ValueError, match="nine digits"):
            files.of_enterprises([word])
