"""The firms of the demonstration data: how many, how large, where, what they trade, and their numbers.

Sizes follow the one heavy-tailed (log-normal) law that has two published facts: 71.7 % of the exporters
sell under 10 M MAD a year, and the mean. It then gives the largest 2 % about 70 % of the value, and about
61 % above 1 M MAD, as published too (Office des Changes: 4,309 of 7,092 in 2019). The smallest are raised
to 5,000 MAD.
"""

from dataclasses import dataclass
from math import log, sqrt
from statistics import NormalDist

import numpy as np

from trade.demo.tables import REGIONS, Floats, Ints, establishments

EXPORTERS = 7092
IMPORTERS = 9000
UNDER_SHARE, UNDER_MAD = 0.717, 1e7
SMALLEST_MAD = 5000.0
BIG_FIRMS = {
    "MA-06": 0.49884,
    "MA-01": 0.15692,
    "MA-04": 0.09424,
}  # 75 % of the firms, as new exporters 2011-2019
NEW_EXPORTERS = (0, 89, 261, 0, 34, 0, 241, 28, 526, 34, 169, 194)  # Office des Changes 2011-2019, by region
UNALLOCATED_FIRMS = 0.01
LEAST_FIRMS = 4
LARGEST_IN_GROUP = 0.4
DENSITY = {"phosphates": 0.12, "aero": 0.35, "automobile": 0.7, "electronics": 0.7}
ENTERPRISES = 100_000
OWN_IMPORTERS = 50_000
SYNTHETIC = 999_900_000


@dataclass(frozen=True)
class Roster:
    """Aligned arrays, one item a place for a firm: region, cluster of products, normal score of its size."""

    region: Ints
    cluster: Ints
    score: Floats


def sizes(scores: Floats, total: float, under: float = UNDER_SHARE) -> Floats:
    """MAD a year of each firm, ordered as `scores`, adding to `total`; the share `under` is below 10 M."""
    count = len(scores)
    gap = NormalDist().inv_cdf(under)
    room = max(log(total / count / UNDER_MAD), -gap * gap / 2 + 0.01)
    sigma = gap + sqrt(gap * gap + 2 * room)
    mu = log(UNDER_MAD) - gap * sigma
    ordered = np.array([NormalDist(mu, sigma).inv_cdf((rank + 0.5) / count) for rank in range(count)])
    values: Floats = np.empty(count)
    values[np.argsort(scores, kind="stable")] = np.maximum(np.exp(ordered), SMALLEST_MAD)
    scaled: Floats = values * (total / values.sum())
    return scaled


def firms_by_region(count: int, flow: str, value: Floats) -> Ints:
    """Shape (13): firms of each region, adding to `count`; `value` (13) says which regions trade at all."""
    big = np.array([BIG_FIRMS.get(region, 0.0) for region in REGIONS[:-1]])
    small = np.where(big > 0, 0.0, establishments())
    new = np.array(NEW_EXPORTERS, dtype=float) if flow == "X" else small
    mixed = (small / small.sum() + new / new.sum()) / 2
    shares = np.append((big + mixed * (1 - big.sum())) * (1 - UNALLOCATED_FIRMS), UNALLOCATED_FIRMS)
    return whole(np.where(value > 0, shares, 0.0), count)


def whole(weights: Floats, total: int) -> Ints:
    """Share `total` things out in proportion to `weights` by largest remainder."""
    exact = weights / weights.sum() * total
    parts: Ints = np.floor(exact).astype(np.int64)
    order = np.argsort(parts - exact, kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return parts


def places(values: Floats, sectors: list[str], count: int, flow: str) -> Ints:
    """Shape (cluster, 13): firms of each group; the largest groups get at least four where firms allow."""
    density = np.array([DENSITY.get(sector, 1.4) for sector in sectors])
    by_region = firms_by_region(count, flow, values.sum(axis=0))
    table: Ints = np.zeros(values.shape, dtype=np.int64)
    for region, firms in enumerate(by_region.tolist()):
        if not firms:
            continue
        served = np.argsort(-values[:, region], kind="stable")[: max(1, firms // (LEAST_FIRMS + 2))]
        served = served[values[served, region] > 0]
        least = min(LEAST_FIRMS, firms // len(served))
        table[served, region] = least
        weights = np.sqrt(values[served, region]) * density[served]
        table[served, region] += whole(weights, firms - least * len(served))
    return table


def roster(values: Floats, sectors: list[str], count: int, flow: str, rng: np.random.Generator) -> Roster:
    """Place `count` firms, the largest first, in groups with room for them; `values` (cluster, 13) in MAD.

    No firm gets more than 40 % of its group where another can take it, so that few cells have one owner.
    """
    free = places(values, sectors, count, flow).ravel()
    room = values.ravel().copy()
    limit = room * LARGEST_IN_GROUP
    scores = np.array([NormalDist().inv_cdf((count - rank - 0.5) / count) for rank in range(count)])
    draws = rng.random(count)
    chosen: Ints = np.empty(count, dtype=np.int64)
    for rank, size in enumerate(sizes(scores, float(room.sum())).tolist()):
        fits = (free > 0) & (limit >= size) & (room >= size * 0.6)
        weights = np.where(fits, room, 0.0)
        if not fits.any():
            weights = np.where(free > 0, np.maximum(room, 0.0) / size + 1e-3 * free, 0.0)
            weights = np.where(weights >= weights.max() * 0.2, weights, 0.0)
        running = weights.cumsum()
        group = min(int(np.searchsorted(running, draws[rank] * running[-1], side="right")), len(free) - 1)
        chosen[rank] = group
        free[group] -= 1
        room[group] -= size
    clusters, regions = np.divmod(chosen, values.shape[1])
    return Roster(regions, clusters, scores)


def exporter_numbers(scores: Floats, years: int, rng: np.random.Generator) -> list[Ints]:
    """The firm (a sequence number) in each place in 2024, 2023 and so on; small firms come and go."""
    leaves = np.where(scores > 1.5, 0.02, np.where(scores > 0, 0.10, 0.20))
    held = np.arange(len(scores), dtype=np.int64)
    found = [held]
    following = len(scores)
    for _ in range(1, years):
        new = np.flatnonzero(rng.random(len(scores)) < leaves)
        held = held.copy()
        held[new] = np.arange(following, following + len(new))
        following += len(new)
        found.append(held)
    if following > OWN_IMPORTERS:
        raise ValueError("too many years: the range of synthetic firm numbers is used up")
    return found


def importer_numbers(importers: Roster, exporters: Roster) -> tuple[Ints, Ints]:
    """Which place of an exporter each importer shares (-1: none), and the importers' own sequence numbers."""
    shared: Ints = np.full(len(importers.region), -1, dtype=np.int64)
    for region in range(len(REGIONS)):
        ours, theirs = np.flatnonzero(importers.region == region), np.flatnonzero(exporters.region == region)
        both = min(len(ours), len(theirs)) // 2
        shared[ours[:both]] = theirs[:both]
    return shared, OWN_IMPORTERS + np.arange(len(shared), dtype=np.int64)


def ice(firm: Ints, establishment: Ints) -> Ints:
    """Fifteen digits that divide by 97: enterprise (9999…, which no real firm has), establishment, check."""
    enterprise = SYNTHETIC + (firm * 77_773 + 12_345) % ENTERPRISES
    stem = (enterprise * 10_000 + establishment) * 100
    return stem + 97 - stem % 97
