"""From yearly totals to links: which firm trades which product for how much in a year.

A grid (product, region) is fitted to the products' and regions' totals; firms of a group then draw their
products from it, and their values are fitted (iterative proportional fitting) until sectors and regions add
up.
"""

from dataclasses import dataclass

import numpy as np

from trade.demo import tables
from trade.demo.firms import UNDER_MAD, UNDER_SHARE, Roster, roster, sizes
from trade.demo.tables import REGIONS, Floats, Ints
from trade.demo.targets import SECTORS, YearTargets

YEARLY_NOISE = 0.3
ROUNDS = 60
PASSES = 3
LEAST_MAD = 1000.0
LARGEST_LINK = 0.55  # of a product's exports: no HS6 of weight has one owner


@dataclass(frozen=True)
class Links:
    """Aligned arrays, one item a (place of a firm, product): indices, and the value of the year in MAD."""

    place: Ints
    product: Ints
    region: Ints
    value: Floats

    def __len__(self) -> int:
        return len(self.place)


def product_totals(flow: str, targets: YearTargets) -> Floats:
    """Value of each product of the table in the year, MAD; codes newer than its edition get nothing."""
    table = tables.products()
    weights = np.where(
        table.since <= max(targets.year, tables.OLDEST_EDITION),
        table.export if flow == "X" else table.import_,
        0.0,
    )
    if flow == "M":
        imports: Floats = weights / weights.sum() * targets.imports
        return imports
    totals: Floats = np.zeros(len(table))
    for sector, value in targets.exports.items():
        inside = np.where(table.sector == sector, weights, 0.0)
        totals += inside / inside.sum() * value
    return totals


def grid(flow: str, totals: Floats, year: int) -> Floats:
    """Shape (product, 13), MAD: rows add to `totals`, columns to the regions' shares of their sum."""
    wanted = tables.region_shares(flow, year) * totals.sum()
    cells = tables.affinities(flow) * totals[:, None]
    for _ in range(300):
        cells *= _ratio(wanted, cells.sum(axis=0))
        cells *= _ratio(totals, cells.sum(axis=1))[:, None]
    fitted: Floats = cells
    return fitted


def clusters() -> tuple[Ints, list[str]]:
    """The cluster (sector and HS section) of each product, and each cluster's sector: firms keep to one."""
    table = tables.products()
    keys = list(zip(table.sector.tolist(), table.section.tolist(), strict=True))
    names = sorted(set(keys))
    return np.array([names.index(key) for key in keys], dtype=np.int64), [sector for sector, _ in names]


def found_roster(flow: str, targets: YearTargets, count: int, rng: np.random.Generator) -> Roster:
    """Settle `count` firms of a flow by the totals of one year."""
    cells = grid(flow, product_totals(flow, targets), targets.year)
    cluster, sectors = clusters()
    values: Floats = np.zeros((len(sectors), len(REGIONS)))
    np.add.at(values, cluster, cells)
    return roster(values, sectors, count, flow, rng)


def year_links(
    flow: str, targets: YearTargets, firms: Roster, *, budget: int, seed: int, rng: np.random.Generator
) -> Links:
    """The links of one year, at most `budget` (not less than the firms), fitted to the year's totals.

    `seed` keeps a firm's choice of products the same from year to year; `rng` is the year's own.
    """
    totals = product_totals(flow, targets)
    cells = grid(flow, totals, targets.year)
    ranked = firms.score + rng.normal(0.0, YEARLY_NOISE, len(firms.score))
    place, product = _choices(cells, firms, _portfolio(firms.score, budget), np.random.default_rng(seed))
    region = firms.region[place]
    pull = cells[product, region] ** 0.7 * np.exp(rng.normal(0.0, 0.5, len(place)))
    pull /= _sums(place, pull, len(ranked))[place]
    under = UNDER_SHARE
    for _ in range(PASSES):  # the fit evens sizes out a little: draw them wider by what it takes
        wanted = sizes(ranked, float(totals.sum()), under)
        links = Links(place, product, region, wanted[place] * pull)
        fitted = _fit(links, wanted, totals, tables.region_shares(flow, targets.year))
        found = float((_sums(place, fitted, len(ranked))[np.unique(place)] < UNDER_MAD).mean())
        under = min(max(under + UNDER_SHARE - found, 0.6), 0.85)
    return Links(place, product, region, fitted)


def _portfolio(scores: Floats, budget: int) -> Ints:
    """Products of each firm by its size: 1 or 2 for most, 14 at most; fewer where the rows are few."""
    count: Floats = np.clip(np.round(1.6 * np.exp(0.65 * scores)), 1, 14)
    if count.sum() > budget:
        spare = max(budget - len(count), 0) / max(float(count.sum()) - len(count), 1.0)
        count = 1 + np.floor((count - 1) * spare)
    return count.astype(np.int64)


def _choices(cells: Floats, firms: Roster, count: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw each firm's products from its group's cells without replacement; each link's place and product."""
    cluster, sectors = clusters()
    places: list[Ints] = []
    chosen: list[Ints] = []
    for group in range(len(sectors)):
        members = np.flatnonzero(cluster == group)
        ours = np.flatnonzero(firms.cluster == group)
        noise = rng.gumbel(size=(len(ours), len(members)))
        weight = cells[members][:, firms.region[ours]].T
        keys = np.where(weight > 0, 0.8 * np.log(np.maximum(weight, 1e-9)) + noise, -np.inf)
        order = np.argsort(-keys, axis=1, kind="stable")
        taken = np.arange(len(members)) < np.minimum(count[ours], (weight > 0).sum(axis=1))[:, None]
        row, rank = np.nonzero(taken)
        places.append(ours[row])
        chosen.append(members[order[row, rank]])
    return np.concatenate(places), np.concatenate(chosen)


def _fit(links: Links, firms: Floats, totals: Floats, shares: Floats) -> Floats:
    """Scale the links: towards firms' sizes and products' totals first, to regions and sectors at the end."""
    value, place, product, region = links.value, links.place, links.product, links.region
    sector = np.array([SECTORS.index(name) for name in tables.products().sector.tolist()])
    by_sector = _sums(sector, totals, len(SECTORS))
    total = float(totals.sum())
    sizes_now = np.where(np.bincount(place, minlength=len(firms)) > 0, firms, 0.0)
    margins = {
        "firm": (place, sizes_now / sizes_now.sum() * total),
        "product": (product, _reachable(totals, product, sector, by_sector, total)),
        "region": (region, _present(shares, region, total)),
        "sector": (sector[product], _present(by_sector, sector[product], total)),
    }
    stages: list[tuple[str, ...]] = [("firm", "product", "region")] * ROUNDS
    stages += [("product", "region")] * 8 + [("region", "sector")] * ROUNDS
    most = np.maximum(LARGEST_LINK * margins["product"][1][product], LEAST_MAD)
    for names in stages:
        value = np.clip(value, LEAST_MAD, most)
        for name in names:
            index, wanted = margins[name]
            value = value * _ratio(wanted, _sums(index, value, len(wanted)))[index]
    scaled: Floats = value * (total / value.sum())
    return scaled


def _present(wanted: Floats, index: Ints, total: float) -> Floats:
    """Totals of the classes that have links, scaled to `total`: with very few rows some have none."""
    kept = np.where(np.bincount(index, minlength=len(wanted)) > 0, wanted, 0.0)
    scaled: Floats = kept / kept.sum() * total
    return scaled


def _reachable(totals: Floats, product: Ints, sector: Ints, by_sector: Floats, total: float) -> Floats:
    """Totals of the products that have links, keeping the sector totals."""
    kept = np.where(np.bincount(product, minlength=len(totals)) > 0, totals, 0.0)
    kept = kept * _ratio(by_sector, _sums(sector, kept, len(by_sector)))[sector]
    scaled: Floats = kept / kept.sum() * total
    return scaled


def _sums(index: Ints, value: Floats, size: int) -> Floats:
    """Sum of `value` in each of `size` classes."""
    return np.bincount(index, weights=value, minlength=size).astype(np.float64)


def _ratio(wanted: Floats, found: Floats) -> Floats:
    """`wanted / found`, and 1 where nothing was found."""
    ratio: Floats = np.divide(wanted, found, out=np.ones_like(found, dtype=np.float64), where=found > 0)
    return ratio
