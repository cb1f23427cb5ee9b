"""Two national files read by column maps alone, held against sums that DuckDB makes over the raw files."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from reference.models import Country
from reference.services.places import countries_load, territory_load
from reference.services.products import editions_load, products_load
from tests.trade.importing import imported
from trade.cube import Query, answer
from trade.imports import parts
from trade.models import Release

Shared = Callable[[str], Path]
MAPS = Path(__file__).resolve().parent.parent.parent / "docs" / "maps"
INDIA = "data/india/india_exports_hs8_country_fy2017_2024.csv.gz"
WOOD = "data/comtrade/eu_imports_hs44_2018_2022.csv.gz"
GROUPS = ("reporter", "flow", "level", "is_total")
Sums = dict[tuple[object, ...], int]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lists() -> None:
    territory_load()
    countries_load()
    editions_load()
    products_load("HS2022")


def map_text(name: str) -> str:
    return (MAPS / name).read_text(encoding="utf-8")


def sums_of(release: Release, *by: str) -> Sums:
    """Sums of the facts' values, in thousandths, by canonical columns."""
    facts = pl.concat(parts.read(part).select(*by, "value") for part in release.parts.all())
    return {tuple(key): total for *key, total in facts.group_by(by).sum().iter_rows()}


def raw(path: Path) -> str:
    """The raw file as a table of DuckDB's, every cell as text."""
    return f"read_csv('{path}', all_varchar = true, header = true)"


def raw_sums(path: Path, value: str, *by: str, where: str = "true") -> Sums:
    """The same over the raw file, its values as exact decimals."""
    rows = duckdb.sql(
        f"SELECT {', '.join(by)}, CAST(sum({value}) * 1000 AS DECIMAL(38, 0)) FROM {raw(path)} "
        f"WHERE {where} GROUP BY ALL"
    ).fetchall()
    return {tuple(key): int(total) for *key, total in rows}


def test_two_million_rows_of_country_names_and_fiscal_years(shared: Shared) -> None:
    path = shared(INDIA)
    run = imported("customs", path, options={"map": map_text("india-exports.toml")})

    assert run.state == "published", run.reason
    # What is refused, found another way: rows without a value, and codes of 2017 in years that count by HS 2022.
    listed = (
        f"SELECT hscode FROM read_csv('{shared('data/hs/hs2022.csv')}', all_varchar = true, header = true)"
    )
    good = (
        f"value_usd_mn IS NOT NULL AND (financial_year < '2022' OR left(hs8, 6) IN ({listed}) "
        "OR left(hs8, 6) IN ('999999'))"
    )
    bad = duckdb.sql(f"SELECT count(*) FROM {raw(path)} WHERE NOT ({good})").fetchall()[0][0]
    assert (run.rows_read, run.rows_rejected) == (2_843_270, bad)
    assert 800 < bad < 1000
    value = "value_usd_mn::DECIMAL(18, 2) * 1000000"
    # India's exports, of eight digits each, to partners: one group in each year.
    by_year = {
        f"FY{str(year)[:4]}": total
        for (year,), total in raw_sums(path, value, "financial_year", where=good).items()
    }
    assert sums_of(run.release, *GROUPS) == {("IN", "X", 8, False): sum(by_year.values())}
    assert sums_of(run.release, *GROUPS, "period") == {
        ("IN", "X", 8, False, year): total for year, total in by_year.items()
    }
    by_partner = sums_of(run.release, "partner")
    # The rows of Western Sahara are summed with Morocco's.
    by_name = raw_sums(path, value, "country", where=good)
    assert by_partner["MA",] == by_name["MOROCCO",] + by_name["SAHARWI A.DM RP",]
    assert by_partner["CI",] == by_name["COTE D' IVOIRE",]
    assert len(by_partner) == len(by_name) - 1
    # What pages read are sums made ahead: all of them together are the file's own, too.
    chapters = answer(
        Query.parse(
            {"dataset": run.dataset.code, "by": "period,product", "level": "2", "flow": "X", "limit": "10000"}
        )
    )
    assert {(year, chapter): amount for year, chapter, amount in chapters.rows} == {
        (f"FY{str(year)[:4]}", chapter): total
        for (year, chapter), total in raw_sums(
            path, value, "financial_year", "left(hs8, 2)", where=good
        ).items()
    }


def test_comtrade_rows_with_columns_left_out(shared: Shared) -> None:
    path = shared(WOOD)
    run = imported("customs", path, options={"map": map_text("eu-wood-imports.toml")})

    assert (run.state, run.rows_read, run.rows_rejected) == ("published", 173_358, 0), run.reason
    value = "primary_value::DECIMAL(24, 4)"
    alpha3 = {country.alpha3: country.code for country in Country.objects.exclude(alpha3="")}
    raw_groups = ("reporter_iso", "flow_desc", "length(cmd_code)", "trim(partner_iso) = 'W00'")
    expected = {
        (alpha3[reporter], {"Import": "M"}[flow], int(level), is_total): total
        for (reporter, flow, level, is_total), total in raw_sums(path, value, *raw_groups).items()
    }
    assert sums_of(run.release, *GROUPS) == expected
    assert len({level for _reporter, _flow, level, _total in expected}) == 3
    by_partner = sums_of(run.release, "partner")
    by_code = raw_sums(path, value, "trim(partner_iso)")
    assert by_partner["MA",] == by_code["MAR",] + by_code["ESH",]
    assert by_partner["_X490",] == by_code["S19",]
    folded = [int(line["params"]["rows"]) for line in run.log if line["code"] == "eh_folded"]
    assert sum(folded) == 11
    assert run.dataset.code == "eu-wood"
    assert not run.dataset.has_companies
