"""From links to rows: each link is spread over months, partners, offices, procedures and establishments.

A row is (link, month, partner, variant); inside a link and a month partner and variant are counted up, so
no key comes twice.
"""

from dataclasses import dataclass

import numpy as np

from trade.demo import tables
from trade.demo.firms import whole
from trade.demo.links import Links
from trade.demo.tables import OFFICES_EACH, Floats, Ints

# Customs procedures in the manner of the single administrative document; the usual one first.
REGIMES = {"X": ("1000", "1100"), "M": ("4000", "5100", "7100"), "RX": ("3100",), "RM": ("6100",)}
PARTNERS_EACH = 24
ESTABLISHMENTS = 4
FIRST_OFFICE = (0.62, 0.25, 0.13)
PRICE_DRIFT = 1.03
PRICE_YEAR = 2024
LEAST_MAD = 10.0


@dataclass(frozen=True)
class Rows:
    """Aligned arrays, one item a row of one flow and year; `month` counts from 0, `value` is MAD.

    `partner` is an index into `tables.partners()`, `office` into `tables.offices()`, `regime` into `REGIMES`.
    """

    flow: str
    link: Ints
    month: Ints
    partner: Ints
    office: Ints
    regime: Ints
    establishment: Ints
    value: Floats
    net_kg: Floats
    quantity: Floats


def spread(flow: str, links: Links, *, months: Ints, year: int, rows: int, rng: np.random.Generator) -> Rows:
    """Exactly `rows` rows (at least one a link) in `months` of `year`, worth the links' share of them."""
    table = tables.products()
    season = tables.seasons()[:, months]
    covered = season.sum(axis=1)[table.season[links.product]]
    value = links.value * covered
    pattern = season / season.sum(axis=1, keepdims=True)
    choices = OFFICES_EACH * len(REGIMES[flow]) * ESTABLISHMENTS
    peak = pattern.max(axis=1)[table.season[links.product]]
    most = np.floor((PARTNERS_EACH * choices - 2) / peak).astype(np.int64)
    count = _allot(value, most, rows)
    link = np.repeat(np.arange(len(links)), count)
    month, turn = _months(link, count, pattern, table.season[links.product], rng)
    order, shares = _partners(flow, links, rng)
    shift = rng.choice(3, size=(len(links), len(months)), p=FIRST_OFFICE)[link, month]
    seat = (turn + shift) % PARTNERS_EACH
    partner, share = order[link, seat], shares[link, seat]
    variant = (turn // PARTNERS_EACH + _first_variant(flow, links, rng)[link]) % choices
    region, mode = links.region[link], table.mode[links.product[link]]
    weight = share**0.5 * np.exp(rng.normal(0.0, 0.35, rows))
    amount = np.maximum(np.round(value[link] * weight / np.bincount(link, weight)[link], 2), LEAST_MAD)
    net_kg, quantity = _amounts(links, link, amount, year, rng)
    return Rows(
        flow=flow,
        link=link,
        month=months[month],
        partner=partner,
        office=tables.offices()[2][region, mode, variant % OFFICES_EACH],
        regime=variant // OFFICES_EACH % len(REGIMES[flow]),
        establishment=variant // (OFFICES_EACH * len(REGIMES[flow])) + 1,
        value=amount,
        net_kg=net_kg,
        quantity=quantity,
    )


def _allot(value: Floats, most: Ints, rows: int) -> Ints:
    """Rows of each link: one, and the rest by value to the power 0.4, never more than `most`."""
    if rows > int(most.sum()):
        raise ValueError("rows must be fewer or months more: there are not enough different keys")
    count: Ints = np.ones(len(value), dtype=np.int64)
    while (left := rows - int(count.sum())) > 0:
        weights = np.where(count < most, value**0.4, 0.0)
        count = np.minimum(count + whole(weights, left), most)
    return count


def _months(
    link: Ints, count: Ints, pattern: Floats, season: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Each row's month, spread evenly along the link's season, and its turn in its link and month."""
    position = np.arange(len(link)) - np.repeat(count.cumsum() - count, count)
    point = (position + rng.random(len(count))[link]) / count[link]
    month: Ints = np.zeros(len(link), dtype=np.int64)
    row_season = season[link]
    for number, ends in enumerate(pattern.cumsum(axis=1)):
        ours = np.flatnonzero(row_season == number)
        month[ours] = np.searchsorted(ends[:-1], point[ours], side="right")
    starts = np.flatnonzero(np.append(True, (np.diff(link) != 0) | (np.diff(month) != 0)))
    lengths = np.diff(np.append(starts, len(link)))
    return month, np.arange(len(link)) - np.repeat(starts, lengths)


def _partners(flow: str, links: Links, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Shape (link, 24): each link's partners in its own order, drawn by market share, and their shares."""
    table = tables.products()
    profile = table.market_m if flow == "M" else table.market_x
    order: Ints = np.empty((len(links), PARTNERS_EACH), dtype=np.int64)
    shares: Floats = np.empty((len(links), PARTNERS_EACH))
    for start in range(0, len(links), 8192):
        part = slice(start, start + 8192)
        share = tables.markets()[profile[links.product[part]]]
        keys = np.log(np.maximum(share, 1e-12)) + rng.gumbel(size=share.shape)
        order[part] = np.argsort(-keys, axis=1, kind="stable")[:, :PARTNERS_EACH]
        shares[part] = np.take_along_axis(share, order[part], axis=1)
    return order, shares


def _first_variant(flow: str, links: Links, rng: np.random.Generator) -> Ints:
    """Where a link begins to count its variants: mostly first office, usual procedure, main seat."""
    office = rng.choice(OFFICES_EACH, size=len(links), p=FIRST_OFFICE)
    regime = np.where(rng.random(len(links)) < 0.8, 0, rng.integers(len(REGIMES[flow]), size=len(links)))
    seat = np.where(rng.random(len(links)) < 0.9, 0, rng.integers(ESTABLISHMENTS, size=len(links)))
    first: Ints = office + OFFICES_EACH * (regime + len(REGIMES[flow]) * seat)
    return first


def _amounts(
    links: Links, link: Ints, value: Floats, year: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Net mass (kg) and quantity (in the product's unit) from a unit value that differs by link and row."""
    table = tables.products()
    drift = PRICE_DRIFT ** (year - PRICE_YEAR)
    own = table.price[links.product] * drift * np.exp(rng.normal(0.0, 0.2, len(links)))
    mass = value / (own[link] * np.exp(rng.normal(0.0, 0.15, len(link))))
    net_kg = np.maximum(np.round(mass, 2), 0.01)
    unit_kg = table.unit_kg[links.product[link]]
    pieces = np.maximum(np.round(net_kg / unit_kg), 1.0)
    return net_kg, np.where(table.unit[links.product[link]] == 8, net_kg, pieces)
