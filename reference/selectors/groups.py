"""Groups of countries, and how the codes of one edition follow those of another: read once a process."""

from collections import Counter
from dataclasses import dataclass
from functools import cache

from reference.selectors import files


@dataclass(frozen=True, slots=True)
class Membership:
    """A country in a customs union, from the first year to the last; a union that goes on has 9999 for its last."""

    union: str
    country: str
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class Link:
    """Two subheadings that share goods. `relation` is `1:1 n:1 1:n n:n`, later to earlier; `converts` is true for the
    one earlier code that all of the later one's trade is told under.
    """

    later: str
    earlier: str
    relation: str
    converts: bool


@cache
def continents() -> dict[str, str]:
    """Country -> continent (`AF AN AS EU NA OC SA`); areas without one are absent."""
    return {row["code"]: row["continent"] for row in files.rows("countries") if row["continent"]}


@cache
def customs_unions() -> tuple[Membership, ...]:
    """A country is in one union at a time: the widest whose common tariff it applies."""
    return tuple(
        Membership(row["union"], row["country"], int(row["first_year"]), int(row["last_year"] or 9999))
        for row in files.rows("customs_union_members")
    )


@cache
def hs_links(later: str, earlier: str) -> tuple[Link, ...]:
    """The correlation of two editions, such as HS2022 with HS2017; empty where no table is held.

    Source: UN Statistics Division. Editions are linked directly, never by way of a third.
    """
    name = f"hs_links/{later}-{earlier}"
    if not (files.DATA / f"{name}.csv").exists():
        return ()
    rows = list(files.rows(name))
    # As the source has it: several later codes share one earlier code, or one later code has goods of several.
    later_ones = Counter(row["earlier"] for row in rows)
    earlier_ones = Counter(row["later"] for row in rows)
    return tuple(
        Link(
            row["later"],
            row["earlier"],
            f"{'n' if later_ones[row['earlier']] > 1 else '1'}:{'n' if earlier_ones[row['later']] > 1 else '1'}",
            row["converts"] == "1",
        )
        for row in rows
    )
