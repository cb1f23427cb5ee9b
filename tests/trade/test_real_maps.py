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
from trade.imports import parts
from trade.models import Release

Shared = Callable[[str], Path]
MAPS = Path(__file__).resolve().parent.parent.parent / "docs" / "maps"
INDIA = "data/india/india_exports_hs8_country_fy2017_2024.csv.gz"
WOOD = "data/comtrade/eu_imports_hs44_2018_2022.csv.gz"
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
    assert sums_of(run.release, "reporter", "flow", "level", "is_total", "period") == {
        ("IN", "X", 8, False, f"FY{str(year)[:4]}"): total
        for (year,), total in raw_sums(path, value, "financial_year", where=good).items()
    }
    by_partner = sums_of(run.release, "partner")
    # The rows of Western Sahara are summed with Morocco's.
    by_name = raw_sums(path, value, "country", where=good)
    assert by_partner["MA",] == by_name["MOROCCO",] + by_name["SAHARWI A.DM RP",]
    assert by_partner["CI",] == by_name["COTE D' IVOIRE",]
    assert len(by_partner) == len(by_name) - 1


def test_comtrade_rows_with_columns_left_out(shared: Shared) -> None:
    path = shared(WOOD)
    run = imported("customs", path, options={"map": map_text("eu-wood-imports.toml")})

    assert (run.state, run.rows_read, run.rows_rejected) == ("published", 173_358, 0), run.reason
    value = "primary_value::DECIMAL(24, 4)"
    alpha3 = {country.alpha3: country.code for country in Country.objects.exclude(alpha3="")}
    expected = {
        (alpha3[reporter], "M", int(level), False): total
        for (reporter, level), total in raw_sums(path, value, "reporter_iso", "length(cmd_code)").items()
    }
    assert sums_of(run.release, "reporter", "flow", "level", "is_total") == expected
    by_partner = sums_of(run.release, "partner")
    by_code = raw_sums(path, value, "trim(partner_iso)")
    assert by_partner["MA",] == by_code["MAR",] + by_code["ESH",]
    assert by_partner["_X490",] == by_code["S19",]
    folded = [int(line["params"]["rows"]) for line in run.log if line["code"] == "eh_folded"]
    assert sum(folded) == 11
    assert run.dataset.code == "eu-wood"
    assert not run.dataset.has_companies
