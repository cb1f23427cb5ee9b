"""Fetching from UN Comtrade's API, against a server of our own that answers with recorded records and real faults."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from django.core.management import CommandError, call_command
from pytest_django import Settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portal.base.errors import Invalid
from reference.services.places import countries_load, territory_load
from reference.services.products import editions_load, products_load
from tests.trade.importing import facts
from trade.fetch import comtrade
from trade.management.commands.fetch_comtrade import periods
from trade.models import Fetch, Run
from trade.services import fetch_create, fetch_execute, fetches_sweep, run_execute

Shared = Callable[[str], Path]
JSON = "data/comtrade/v1_eu27_hs44_2018_2022.json"
PATH = "/data/v1/get/C/A/HS"
YEARS = ("2018", "2019", "2020")
QUERY: dict[str, Any] = {"reporter": "40,56", "flow": "M", "partner": "0", "product": "4401,4403"}

pytestmark = pytest.mark.django_db(transaction=True)


class Recorded:
    """Answers a slice with those recorded records that it asks for; `faults` come first, one a request."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.records = records
        self.asked: list[dict[str, str]] = []
        self.faults: list[Response] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(dict(request.args))
        if self.faults:
            return self.faults.pop(0)
        return Response(json.dumps(self.envelope(request)), content_type="application/json")

    def envelope(self, request: Request) -> dict[str, Any]:
        def asked(name: str) -> list[str]:
            return str(request.args[name]).split(",")

        data = [
            row for row in self.records
            if row["period"] in asked("period") and str(row["reporterCode"]) in asked("reporterCode")
            and row["flowCode"] in asked("flowCode") and row["cmdCode"] in asked("cmdCode")
        ]  # fmt: skip
        return {"elapsedTime": "0.1 secs", "count": len(data), "data": data, "error": ""}

    @property
    def years(self) -> list[str]:
        return [args["period"] for args in self.asked]


@pytest.fixture
def server(shared: Shared, httpserver: HTTPServer, settings: Settings) -> Iterator[Recorded]:
    recorded = Recorded(json.loads(shared(JSON).read_text(), parse_float=None)["data"])
    httpserver.expect_request(PATH, headers={"Ocp-Apim-Subscription-Key": "secret"}).respond_with_handler(
        recorded
    )
    settings.COMTRADE_API_URL = httpserver.url_for("")
    settings.COMTRADE_API_KEY = "secret"
    settings.CELERY_BROKER_URL = "memory://"
    territory_load()
    countries_load()
    editions_load()
    products_load("HS2022")
    with stamina.set_testing(True, attempts=4):
        yield recorded


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was queued; nothing travels."""
    sent: list[str] = []
    monkeypatch.setattr("celery.Celery.send_task", lambda _self, name, args=(), **_more: sent.append(name))
    return sent


def fetched(fetch: Fetch) -> Fetch:
    assert fetch_execute(fetch.pk)
    fetch.refresh_from_db()
    return fetch


def asked(**more: Any) -> Fetch:
    return fetch_create(acting_user=None, periods=YEARS, **{**QUERY, **more})


def wanted(server: Recorded) -> list[dict[str, Any]]:
    return [
        row for row in server.records
        if row["period"] in YEARS and row["reporterCode"] in (40, 56) and row["cmdCode"] in ("4401", "4403")
    ]  # fmt: skip


def imported(fetch: Fetch) -> Run:
    assert fetch.run is not None, fetch.reason
    run_execute(fetch.run.pk)
    fetch.run.refresh_from_db()
    return fetch.run


def test_a_query_is_fetched_year_by_year_and_becomes_one_run(server: Recorded, queued: list[str]) -> None:
    fetch = fetched(asked(publish=True))

    run = imported(fetch)
    assert (fetch.state, run.state, run.source_code, run.files.count()) == (
        "done",
        "published",
        "comtrade-json",
        3,
    )
    assert server.years == list(YEARS)
    letters = {"AUT": "AT", "BEL": "BE"}
    expected: Counter[tuple[str, str, int, bool]] = Counter()
    for row in wanted(server):
        key = (letters[row["reporterISO"]], row["flowCode"], row["aggrLevel"], row["partnerCode"] == 0)
        expected[key] += round(row["primaryValue"] * 1000)
    found: Counter[tuple[str, str, int, bool]] = Counter()
    for fact in facts(run.release):
        found[fact["reporter"], fact["flow"], fact["level"], fact["is_total"]] += fact["value"]
    assert found == expected
    assert run.rows_accepted == len(wanted(server)) > 0
    assert queued[:2] == ["trade.tasks.fetch_execute", "trade.tasks.run_execute"]
    assert fetch_execute(fetch.pk) is False


def test_what_passes_is_tried_again_and_nothing_is_there_twice(server: Recorded) -> None:
    whole = json.dumps({"count": 1, "data": wanted(server)[:1], "error": ""})
    server.faults = [
        Response("slow down", status=429), Response("oops", status=500),
        Response(whole[: len(whole) // 2], content_type="application/json"),
    ]  # fmt: skip

    fetch = fetched(asked())

    assert server.years == ["2018"] * 4 + ["2019", "2020"]
    assert imported(fetch).rows_read == len(wanted(server))


def test_retry_after_is_honoured(server: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comtrade, "WAIT_FIRST", 0.01)
    server.faults = [Response("slow down", status=429, headers={"Retry-After": "1"})]
    began = time.monotonic()

    with stamina.set_testing(False):
        fetched(asked())

    assert time.monotonic() - began >= 1
    assert len(server.asked) == 4


def test_a_long_retry_after_lets_the_fetch_rest_and_it_goes_on_later(
    server: Recorded, queued: list[str]
) -> None:
    fetch = asked()
    server.faults = [
        Response(json.dumps({"data": wanted(server)[:1], "error": ""})),
        Response("quota", status=429, headers={"Retry-After": "3600"}),
    ]  # fmt: skip

    resting = fetched(fetch)

    assert (resting.state, resting.parts.count(), resting.run) == ("waiting", 1, None)
    assert resting.not_before is not None
    assert fetch_execute(fetch.pk) is False
    Fetch.objects.update(not_before=None, updated_at="2024-01-01T00:00Z")
    assert fetches_sweep() == 1
    assert queued.count("trade.tasks.fetch_execute") == 2
    assert fetched(fetch).state == "done"
    assert server.years == ["2018", "2019", "2019", "2020"]


def test_a_killed_fetch_goes_on_where_it_ended(server: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = asked()
    download = comtrade.download

    def killed(slice_: comtrade.Slice, into: Path) -> int:
        if slice_.period == "2020":
            raise KeyboardInterrupt
        return download(slice_, into)

    monkeypatch.setattr(comtrade, "download", killed)
    with pytest.raises(KeyboardInterrupt):
        fetch_execute(fetch.pk)
    monkeypatch.setattr(comtrade, "download", download)

    assert imported(fetched(fetch)).rows_read == len(wanted(server))
    assert server.years == list(YEARS)


def test_what_reaches_the_cap_is_asked_for_in_finer_slices(
    server: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = max(sum(row["period"] == year for row in wanted(server)) for year in YEARS)
    monkeypatch.setattr(comtrade, "ROWS_MOST", most)

    fetch = fetched(asked())

    assert len(server.asked) > 3
    assert imported(fetch).rows_read == len(wanted(server))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response('{"count": 0, "data": [], "error": "Invalid period"}'), "json_error"),
        (Response('{"statusCode": 401, "message": "no key"}', status=401), "fetch_key"),
        (Response("bad", status=400), "fetch_answer"),
        (Response("<html></html>"), "not_format"),
        (Response('{"data": null, "error": "Quota exceeded"}'), "json_error"),
    ],
)
def test_an_answer_that_is_an_error_ends_the_fetch_with_its_reason(
    server: Recorded, answer: Response, code: str
) -> None:
    server.faults = [answer]

    fetch = fetched(asked())

    assert (fetch.state, fetch.reason["code"], fetch.run) == ("failed", code, None)
    assert {"fr", "ar", "en"} <= set(fetch.reason)
    assert len(server.asked) == 1


def test_nothing_at_all_is_told(server: Recorded) -> None:
    assert fetched(asked(reporter="999")).reason["code"] == "fetch_empty"


@pytest.mark.parametrize(
    "more", [{"reporter": "a b"}, {"product": "44&x=1"}, {"freq": "W"}, {"freq": "M"}, {"partner": "/"}]
)
def test_a_query_that_the_api_does_not_know_is_refused_before_it_leaves(
    server: Recorded, more: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        asked(**more)
    assert not Fetch.objects.exists()


def test_without_a_key_nothing_is_fetched(settings: Settings) -> None:
    settings.COMTRADE_API_KEY = ""
    with pytest.raises(CommandError):
        call_command("fetch_comtrade", "--reporter", "504", "--period", "2023")


def test_the_command_queues_a_fetch_of_each_year(server: Recorded, queued: list[str]) -> None:
    call_command("fetch_comtrade", "--reporter", "504", "--period", "2018:2020", "--product", "AG6")

    assert Fetch.objects.get().query["periods"] == list(YEARS)
    assert periods("2020:2021,2023") == ["2020", "2021", "2023"]
    assert queued == ["trade.tasks.fetch_execute"]
