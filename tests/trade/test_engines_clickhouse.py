"""ClickHouse over the same Parquet files gives the answers of DuckDB, and its faults are told as ours."""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from portal.base import storage
from portal.base.errors import Unavailable
from tests.trade import factories as make
from tests.trade import test_cube_open as opened
from trade import cube
from trade.cube import Query, clickhouse, duck, files, stores
from trade.cube.plans import Plan

server = pytest.importorskip("tests.trade.clickhouse", reason="chdb is not here", exc_type=ImportError)
pytestmark = pytest.mark.django_db
# Which codes a release uses is known from its rollups, which releases have not here.
FROM_ROLLUPS = {"test_codes_that_do_not_exist_and_firms_that_nobody_counted_are_refused"}
COLLECTION = [
    name
    for name, test in vars(opened).items()
    if name.startswith("test_") and name not in FROM_ROLLUPS and not set(inspect.signature(test).parameters)
]
QUERIES: list[dict[str, str]] = [
    {"reporter": "MA"},
    {"reporter": "MA", "by": "partner", "level": "0", "order": "-value"},
    {"reporter": "MA", "flow": "X", "by": "product", "measures": "value,net_kg,quantity,unit_value"},
    {
        "reporter": "MA",
        "by": "product,partner",
        "level": "2",
        "order": "-unit_value",
        "measures": "unit_value",
    },
    {"flow": "X", "by": "product", "level": "1"},
    {"flow": "X", "by": "sector"},
    {"flow": "X", "by": "reporter,period", "period": "2022,2023", "limit": "2", "offset": "1"},
    {"flow": "X", "product": "080270,310530", "partner": "FR,ES", "by": "product,partner"},
    {"flow": "X", "by": "partner", "product": "08", "mode": "1"},
]


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    with server.served() as found:
        settings.CLICKHOUSE_URL = found
        folder = storage.private().path("")
        settings.CLICKHOUSE_PARTS = f"file('{folder}/{{files}}', 'Parquet')"
        settings.TRADE_ENGINE = "clickhouse"
        yield found


@pytest.fixture
def both(address: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whatever is asked of the files is asked of both engines; releases have no rollups."""
    facts, release, compared = stores.facts, make.release, []

    def asked(plan: Plan, *, enterprises: Iterable[str] = ()) -> list[tuple[Any, ...]]:
        settings.TRADE_ENGINE = "duckdb"
        expected = facts(plan, enterprises=enterprises)
        settings.TRADE_ENGINE = "clickhouse"
        found = facts(plan, enterprises=enterprises)
        assert found == expected
        compared.append(len(found))
        return found

    def unbuilt(*given: Any, **more: Any) -> Any:
        return release(*given, **{**more, "build": False})

    monkeypatch.setattr(stores, "facts", asked)
    monkeypatch.setattr(make, "release", unbuilt)
    return compared


@pytest.mark.parametrize("name", COLLECTION)
def test_the_collection_of_queries_has_the_same_answers(name: str, both: list[int]) -> None:
    getattr(opened, name)()
    assert both or not server.Handler.seen


@pytest.mark.parametrize("params", QUERIES)
def test_both_engines_give_equal_results(params: dict[str, str], both: list[int]) -> None:
    largest = 2**63 - 1
    more = [
        make.comtrade_fact(
            product="310530", partner=partner, value=largest, quantity=7, unit="8", period=period
        )
        for partner in ("FR", "ES", "DE")
        for period in ("2022", "2023")
    ]
    more.append(
        make.comtrade_fact(product="080270", partner="PT", value=5, mode="1", net_kg=None, status="R")
    )
    make.release(make.comtrade(), [*opened.MOROCCO, *more])
    assert cube.answer(Query.parse({"dataset": "comtrade", **params})).rows
    assert both


def test_sums_beyond_64_bits_are_exact(both: list[int]) -> None:
    largest = 2**63 - 1
    facts = [make.comtrade_fact(partner=partner, value=largest) for partner in ("FR", "ES", "PT")]
    make.release(make.comtrade(), facts)
    assert cube.answer(Query.parse({"dataset": "comtrade", "flow": "X"})).rows == [(3 * largest,)]


def test_values_are_bound_and_the_account_may_only_read(address: str) -> None:
    make.release(make.comtrade(), opened.MOROCCO, build=False)
    cube.answer(Query.parse({"dataset": "comtrade", "flow": "X", "partner": "FR", "product": "080270"}))
    seen = server.Handler.seen[-1]
    assert "'FR'" not in seen["text"]
    assert "080270" not in seen["text"]
    assert any("FR" in value for value in seen["params"].values())
    assert (seen["settings"]["readonly"], seen["settings"]["max_execution_time"]) == ("2", "20")
    assert int(seen["settings"]["max_memory_usage"]) == 512_000_000
    assert seen["headers"]["X-ClickHouse-Key"] == "s@crets"


@pytest.mark.parametrize("text", ["plain", "a'b", "a\\b", "tab\tnewline\n", "\\'", "{p0:String}"])
def test_any_text_comes_back_as_it_was(address: str, text: str) -> None:
    bound = clickhouse.Bound("-")
    one = bound.one(text)
    rows = bound.rows([(text, True, 1), ("x", False, -(2**63))])
    sql = clickhouse._with_values(
        clickhouse.translated(f"SELECT {one}, q.a, q.b, q.c FROM ({rows}) AS q(a, b, c)"), bound
    )
    params = {f"param_p{number}": clickhouse.written(value) for number, value in enumerate(bound.params)}
    assert clickhouse._asked(sql, params) == [[text, text, True, 1], [text, "x", False, -(2**63)]]


@pytest.mark.parametrize(
    ("status", "code", "refusal"),
    [
        (500, "159", duck.TooLong), (500, "241", duck.TooLong), (503, "202", duck.Busy), (404, "107", files.Damaged),
        (403, "516", Unavailable), (200, "394", Unavailable),
    ],
)  # fmt: skip
def test_its_faults_are_told_as_ours(
    address: str, status: int, code: str, refusal: type[Unavailable]
) -> None:
    make.release(make.comtrade(), opened.MOROCCO, build=False)
    server.Handler.answer = (status, code, "DB::Exception: SELECT secrets")
    with pytest.raises(refusal) as told:
        cube.answer(Query.parse({"dataset": "comtrade"}))
    assert type(told.value) is refusal
    assert "secrets" not in str(told.value)


def test_a_server_that_is_away_is_said_so(address: str, settings: Settings) -> None:
    make.release(make.comtrade(), opened.MOROCCO, build=False)
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/default"
    with pytest.raises(Unavailable) as told:
        cube.answer(Query.parse({"dataset": "comtrade"}))
    assert told.value.retry_after == 30


def test_only_a_part_of_the_storage_can_be_named(address: str) -> None:
    from trade.models import Part

    with pytest.raises(ValueError, match="checksum"):
        clickhouse.files_of([Part(stored_as="parts/../../etc/passwd")])


def test_rollups_stay_where_they_are(address: str, tmp_path: Path) -> None:
    make.release(make.comtrade(), opened.MOROCCO)
    cube.answer(Query.parse({"dataset": "comtrade", "flow": "X"}))
    assert server.Handler.seen == []
