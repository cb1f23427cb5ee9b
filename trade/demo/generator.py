"""The seeded generator of demonstration extracts: national customs extract, format 1, one file a month.

The rows meet the published yearly totals of `targets.csv` (2021 to 2024) and, but for a handful of rows,
the shares of sectors and regions. The number of exporting firms, 7,092 a year, needs two rows of exports a
firm: with fewer than about 28,400 rows a year there are as many firms as half the year's rows of exports.
Firms, offices and flows are invented: every enterprise number begins with 9999, every customs office with
DEMO.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from trade.demo import tables
from trade.demo.firms import EXPORTERS, IMPORTERS, Roster, exporter_numbers, ice, importer_numbers, whole
from trade.demo.links import Links, found_roster, year_links
from trade.demo.rows import REGIMES, Rows, spread
from trade.demo.tables import REGIONS, Floats, Ints
from trade.demo.targets import FIRST_YEAR, LAST_YEAR, year_targets

COLUMNS = [
    *("period", "flow", "regime", "ice", "region", "product", "partner", "office", "mode"),
    *("value_mad", "net_kg", "quantity", "unit", "status"),
]
FLOW_ROWS = {"X": 0.5, "M": 0.485, "RX": 0.012, "RM": 0.003}
# Whose links re-exports and re-imports take, and their value as a share of all exports.
RETURNED = {"RX": ("M", 0.015), "RM": ("X", 0.003)}
MONTHS_MOST = 240
ROWS_A_MONTH = 20
ANONYMOUS = 0.01


@dataclass(frozen=True)
class _Firms:
    """The two rosters and the firms' numbers: exporters by year counted back from 2024, importers once."""

    exporters: Roster
    importers: Roster
    held: list[Ints]
    shared: Ints
    own: Ints


def customs_files(months: int, rows: int, seed: int, out: Path) -> list[Path]:
    """Write `rows` rows over the `months` months that end with December 2024; the files, oldest first.

    The same arguments give the same bytes. Raises ValueError on arguments out of range.
    """
    check(months, rows, seed)
    out.mkdir(parents=True, exist_ok=True)
    plan = _plan(months, rows)
    firms = _found(max(share for _, share in plan.values()), len(plan), seed)
    paths: list[Path] = []
    for year in sorted(plan):
        covered, share = plan[year]
        for month, frame in _year_frames(year, covered, share, firms, seed):
            path = out / f"customs-{year}-{month + 1:02d}.csv"
            frame.write_csv(path, float_scientific=False)
            paths.append(path)
    return paths


def check(months: int, rows: int, seed: int) -> None:
    """Raise ValueError, saying what is allowed, unless the arguments are in range."""
    if not 1 <= months <= MONTHS_MOST:
        raise ValueError(f"months must be from 1 to {MONTHS_MOST}, not {months}")
    if rows < ROWS_A_MONTH * months:
        raise ValueError(f"rows must be at least {ROWS_A_MONTH * months}, {ROWS_A_MONTH} a month, not {rows}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, not {seed}")


def notices(months: int, rows: int) -> list[str]:
    """What a reader must know: years extrapolated, years in part, fewer firms than published."""
    found: list[str] = []
    for year, (covered, share) in sorted(_plan(months, rows).items()):
        if year < FIRST_YEAR:
            found.append(f"{year}: uncalibrated, extrapolated from {FIRST_YEAR}")
        if year < tables.OLDEST_EDITION:
            found.append(
                f"{year}: product codes of HS {tables.OLDEST_EDITION}, not checked in the year's edition"
            )
        if len(covered) < 12:
            found.append(f"{year}: {len(covered)} of 12 months, their seasonal share of the year's totals")
        if (count := _firm_count("X", share, EXPORTERS)) < EXPORTERS:
            found.append(f"{year}: rows for {count} exporting firms only, not {EXPORTERS}")
    return found


def _plan(months: int, rows: int) -> dict[int, tuple[Ints, int]]:
    """Year -> months covered (from 0) and rows, by the usual season."""
    season = tables.seasons()[0]
    last = LAST_YEAR * 12 + 11
    numbers = np.arange(last - months + 1, last + 1)
    years = np.unique(numbers // 12)
    covered = [numbers[numbers // 12 == year] % 12 for year in years]
    shares = whole(np.array([season[part].sum() for part in covered]), rows)
    return {int(year): (part, int(share)) for year, part, share in zip(years, covered, shares, strict=True)}


def _flow_rows(rows: int) -> dict[str, int]:
    return dict(zip(FLOW_ROWS, whole(np.array(list(FLOW_ROWS.values())), rows).tolist(), strict=True))


def _firm_count(flow: str, rows: int, most: int) -> int:
    return max(1, min(most, _flow_rows(rows)[flow] // 2))


def _found(rows: int, years: int, seed: int) -> _Firms:
    """Settle exporters and importers by the totals of 2024, for at most `rows` rows in a year."""
    rng = np.random.default_rng([seed, 1])
    targets = year_targets(LAST_YEAR)
    exporters = found_roster("X", targets, _firm_count("X", rows, EXPORTERS), rng)
    importers = found_roster("M", targets, _firm_count("M", rows, IMPORTERS), rng)
    held = exporter_numbers(exporters.score, years, rng)
    shared, own = importer_numbers(importers, exporters)
    return _Firms(exporters, importers, held, shared, own)


def _year_frames(
    year: int, covered: Ints, rows: int, firms: _Firms, seed: int
) -> Iterator[tuple[int, pl.DataFrame]]:
    """The rows of each covered month of one year, as (month from 0, frame with the extract's columns)."""
    rng = np.random.default_rng([seed, 2, year])
    parts = [part for part in _year_rows(year, covered, rows, firms, seed=seed, rng=rng) if len(part[1].link)]
    numbers = _numbers(firms, year)
    sorted_parts = []
    for links, found in parts:
        order = np.argsort(found.month, kind="stable")
        sorted_parts.append((links, found, order, np.searchsorted(found.month[order], np.arange(13))))
    for month in covered.tolist():
        frames = [
            _frame(f"{year}-{month + 1:02d}", links, found, order[ends[month] : ends[month + 1]], numbers)
            for links, found, order, ends in sorted_parts
        ]
        yield month, pl.concat(frames)


def _year_rows(
    year: int, covered: Ints, rows: int, firms: _Firms, *, seed: int, rng: np.random.Generator
) -> list[tuple[Links, Rows]]:
    """Links and rows of the four flows of one year."""
    targets = year_targets(year)
    counts = _flow_rows(rows)
    links: dict[str, Links] = {}
    for flow, settled in (("X", firms.exporters), ("M", firms.importers)):
        kept = _kept(settled, counts[flow])
        budget = max(len(kept.region), int(counts[flow] * 0.8))
        links[flow] = year_links(flow, targets, kept, budget=budget, seed=seed, rng=rng)
    for flow, (source, share) in RETURNED.items():
        value = targets.exports_total * share
        links[flow] = _returned(links[source], value, min(counts[flow], 1500), rng)
    return [
        (links[flow], spread(flow, links[flow], months=covered, year=year, rows=counts[flow], rng=rng))
        for flow in counts
        if counts[flow]
    ]


def _kept(settled: Roster, rows: int) -> Roster:
    """All firms, or, in a year with rows for fewer, an even choice among them (a roster goes by size)."""
    count = min(len(settled.region), max(1, rows // 2))
    if count == len(settled.region):
        return settled
    chosen = np.linspace(0, len(settled.region) - 1, count).astype(np.int64)
    gone = np.full(len(settled.region), -1)
    gone[chosen] = settled.cluster[chosen]
    return Roster(settled.region, gone, settled.score)


def _returned(links: Links, value: float, count: int, rng: np.random.Generator) -> Links:
    """Re-exports (of imported goods) and re-imports (of exported ones): links of the other flow, scaled."""
    chosen = np.sort(rng.choice(len(links), size=min(count, len(links)), replace=False))
    weight: Floats = links.value[chosen] ** 0.6
    total = weight.sum() or 1.0
    return Links(links.place[chosen], links.product[chosen], links.region[chosen], weight / total * value)


def _numbers(firms: _Firms, year: int) -> dict[str, Ints]:
    """The firm (sequence number) of each place, by flow: some importers are exporters too."""
    exporters = firms.held[LAST_YEAR - year]
    importers = np.where(firms.shared >= 0, exporters[firms.shared], firms.own)
    return {"X": exporters, "RM": exporters, "M": importers, "RX": importers}


def _anonymous(flow: str, links: Links) -> Ints:
    """One for the links of imports without a firm: about 1 %, each product and region once."""
    found: Ints = np.zeros(len(links), dtype=np.int64)
    if flow == "M":
        marked = np.flatnonzero((links.place * 31 + links.product * 17) % round(1 / ANONYMOUS) == 0)
        pairs = links.product[marked] * len(REGIONS) + links.region[marked]
        found[marked[np.unique(pairs, return_index=True)[1]]] = 1
    return found


def _frame(period: str, links: Links, rows: Rows, chosen: Ints, numbers: dict[str, Ints]) -> pl.DataFrame:
    """The `chosen` rows with the columns of the extract."""
    table = tables.products()
    link = rows.link[chosen]
    offices, modes, _ = tables.offices()
    product = links.product[link]
    firm = pl.Series("ice", ice(numbers[rows.flow][links.place[link]], rows.establishment[chosen]))
    hidden = pl.Series(_anonymous(rows.flow, links)[link] == 1)

    def texts(name: str, values: list[str], index: Ints) -> pl.Series:
        return pl.Series(name, [value or None for value in values], dtype=pl.String).gather(index)

    frame = pl.DataFrame(
        [
            texts("regime", list(REGIMES[rows.flow]), rows.regime[chosen]),
            firm.set(hidden, None),
            texts("region", list(REGIONS), links.region[link]),
            texts("product", [f"{code}0000" for code in table.codes.tolist()], product),
            texts("partner", tables.partners(), rows.partner[chosen]),
            texts("office", offices, rows.office[chosen]),
            texts("mode", modes, rows.office[chosen]),
            pl.Series("value_mad", rows.value[chosen]),
            pl.Series("net_kg", rows.net_kg[chosen]),
            pl.Series("quantity", rows.quantity[chosen]),
            pl.Series("unit", table.unit[product]),
        ]
    )
    status = "P" if period.startswith(str(LAST_YEAR)) else "F"
    constants = {"period": period, "flow": rows.flow, "status": status}
    return frame.with_columns(**{name: pl.lit(value) for name, value in constants.items()}).select(COLUMNS)
