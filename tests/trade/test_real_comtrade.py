"""Real Comtrade files, held against sums made another way over the raw file."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reference.services.places import countries_load, territory_load
from reference.services.products import editions_load, products_load
from tests.trade.importing import facts, imported
from trade.cube import Query, answer
from trade.models import Release

Shared = Callable[[str], Path]
Sums = dict[tuple[str, str, int, bool], int]
LEGACY = "data/comtrade/legacy_2019_hs390720_390750.csv"
JSON = ("data/comtrade/v1_china_2010_recorded.json", "data/comtrade/v1_eu27_hs44_2018_2022.json")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lists() -> None:
    territory_load()
    countries_load()
    editions_load()
    products_load("HS2022")


def legacy_rows(path: Path) -> Iterator[list[str]]:
    """The rows as the file means them: the shifted ones put right by the standard library."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        for row in rows:
            yield [*row[:15], f"{row[15]},{row[16]}", *row[17:]] if row[22] else row


def sums(rows: Iterable[tuple[str, str, int, bool, str]]) -> Sums:
    """Per reporter, flow, level and World or partners, in thousandths: what is finer would be a fault of the test."""
    found: Sums = defaultdict(int)
    for reporter, flow, level, is_total, value in rows:
        thousandths = Decimal(value) * 1000
        assert thousandths == int(thousandths)
        found[reporter, flow, level, is_total] += int(thousandths)
    return dict(found)


def sums_of(release: Release, un: dict[str, str]) -> Sums:
    rows = (
        (un.get(row["reporter"], row["reporter"]), row["flow"], row["level"], row["is_total"], row["value"])
        for row in facts(release)
    )
    return sums((*key, str(Decimal(value) / 1000)) for *key, value in rows)  # type: ignore[misc]


def un_numbers() -> dict[str, str]:
    from reference.models import Country

    return {country.code: country.alpha3 for country in Country.objects.exclude(alpha3="")}


def test_the_legacy_file_is_read_repaired_and_its_sums_are_the_files_own(shared: Shared) -> None:
    run = imported("comtrade-csv", shared(LEGACY))

    assert (run.state, run.rows_read, run.rows_accepted, run.rows_repaired, run.rows_rejected) == (
        "published", 9097, 9097, 3988, 0,
    )  # fmt: skip
    flows = {"1": "M", "2": "X", "3": "RX", "4": "RM"}
    raw = list(legacy_rows(shared(LEGACY)))
    expected = sums(
        (row[10] or f"_X{row[8]}", flows[row[6]], int(row[4]), row[11] == "0", row[20]) for row in raw
    )
    assert sums_of(run.release, un_numbers()) == expected
    assert len(expected) > 300


def test_morocco_is_rightly_read_in_the_facts_and_in_the_cube(shared: Shared) -> None:
    run = imported("comtrade-csv", shared(LEGACY))

    ours = [row for row in facts(run.release) if row["reporter"] == "MA"]
    assert len(ours) == 80

    def dollars(flow: str, is_total: bool) -> int:
        return sum(row["value"] for row in ours if row["flow"] == flow and row["is_total"] is is_total)

    assert dollars("M", True) == 92_487_906_000
    assert dollars("M", False) == 92_487_882_000
    assert dollars("X", True) == 7_740_691_000
    assert dollars("X", False) == 7_740_679_000
    result = answer(
        Query.parse(
            {"dataset": "comtrade", "measures": "value", "by": "period,reporter,product,flow,partner",
             "reporter": "MA", "level": "6", "partner": "W"}
        )
    )  # fmt: skip
    assert sum(row[-1] for row in result.rows if row[-1]) == sum(r["value"] for r in ours if r["is_total"])


def test_both_json_files_are_one_run_and_one_release(shared: Shared) -> None:
    run = imported("comtrade-json", *(shared(name) for name in JSON))

    assert (run.state, run.rows_read, run.rows_accepted, run.rows_rejected) == ("published", 5008, 5008, 0)
    assert run.files.count() == 2
    records: list[dict[str, Any]] = []
    for name in JSON:
        records += json.loads(shared(name).read_text(), parse_float=str)["data"]
    expected = sums(
        (row["reporterISO"], row["flowCode"], row["aggrLevel"], row["partnerCode"] == 0, row["primaryValue"])
        for row in records
    )
    assert sums_of(run.release, un_numbers()) == expected


def test_the_second_file_replaces_only_the_slices_that_it_covers(shared: Shared) -> None:
    first = imported("comtrade-csv", shared(LEGACY))
    second = imported("comtrade-json", *(shared(name) for name in JSON))

    assert second.release.predecessor == first.release
    assert len(facts(second.release)) == 9097 + 5008
    plastics = [row for row in facts(second.release) if row["product"].startswith("3907")]
    assert sorted(map(str, plastics)) == sorted(map(str, facts(first.release)))
    assert {row["code"] for row in second.log} == {"edition_by_shape"}
