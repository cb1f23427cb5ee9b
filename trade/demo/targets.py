"""Yearly totals of the demonstration data, read from `targets.csv` (billion MAD, each with its source).

Where no total of a sector was published, the sectors left out share what the published ones leave of the
year's total in proportion to the year before (2021: to 2022). A year before 2021 is extrapolated from 2021.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FIRST_YEAR = 2021
LAST_YEAR = 2024
REFERENCE_YEAR = 2022
SECTORS = ("automobile", "phosphates", "agri", "textile", "aero", "electronics", "mining", "other")
GROWTH_BEFORE = 1.06
BILLION = 1e9


@dataclass(frozen=True)
class YearTargets:
    """One year in MAD: exports by sector (FOB), imports (CIF); `calibrated` is false where extrapolated."""

    year: int
    exports: dict[str, float]
    imports: float
    calibrated: bool

    @property
    def exports_total(self) -> float:
        return sum(self.exports.values())


def year_targets(year: int) -> YearTargets:
    """The totals of a year up to 2024; before 2021 they shrink by 6 % a year. ValueError after 2024."""
    if year > LAST_YEAR:
        raise ValueError(f"no published totals after {LAST_YEAR}")
    known = max(year, FIRST_YEAR)
    shrink = GROWTH_BEFORE ** (year - known)
    exports = {sector: value * BILLION * shrink for sector, value in _sectors(known).items()}
    return YearTargets(
        year, exports, _published()[known, "M", "total"] * BILLION * shrink, year >= FIRST_YEAR
    )


def published_sectors(year: int) -> dict[str, float]:
    """The sector totals of exports that a source gives for the year, MAD bn, without our estimates."""
    return {
        row["breakdown"]: float(row["value_mad_bn"])
        for row in _rows()
        if int(row["year"]) == year and row["breakdown"] in SECTORS and row["status"] != "estimate"
    }


@cache
def _rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "targets.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def _published() -> dict[tuple[int, str, str], float]:
    return {(int(row["year"]), row["flow"], row["breakdown"]): float(row["value_mad_bn"]) for row in _rows()}


def _sectors(year: int) -> dict[str, float]:
    """All eight sectors of a published year, MAD bn, closing on the year's total."""
    published = _published()
    given = {s: published[year, "X", s] for s in SECTORS if (year, "X", s) in published}
    if year == REFERENCE_YEAR:
        return given
    before = _sectors(year - 1 if year > REFERENCE_YEAR else REFERENCE_YEAR)
    missing = [sector for sector in SECTORS if sector not in given]
    rest = published[year, "X", "total"] - sum(given.values())
    scale = rest / sum(before[sector] for sector in missing)
    return {sector: given.get(sector, before[sector] * scale) for sector in SECTORS}
