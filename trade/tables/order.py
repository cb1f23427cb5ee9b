"""In which order a table's rows stand: what a reader asks for in the address, and how any column is put in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from portal.base.search import fold

ASCENDING, DESCENDING = "asc", "desc"
# What can be compared comes first, hidden figures after it, what was not reported last, in either direction.
FILLED, HIDDEN, MISSING = 0, 1, 2
Key = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """One column of one table, upwards or downwards."""

    column: str
    descending: bool = False

    @property
    def aria(self) -> str:
        return "descending" if self.descending else "ascending"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page's address asks of its tables: `sort=ANCHOR:COLUMN:desc`, `all=ANCHOR`. Anything else is ignored."""

    params: Mapping[str, str] = field(default_factory=dict)
    # A page whose rows are not to be ordered by the reader offers no links to do so.
    sortable: bool = True

    def order(self, anchor: str) -> Order | None:
        """The order that was asked for this table; its column may still not be one that the table has."""
        parts = self.params.get("sort", "").split(":")
        if len(parts) != 3 or parts[0] != anchor or parts[2] not in {ASCENDING, DESCENDING}:
            return None
        return Order(parts[1], parts[2] == DESCENDING)

    def everything(self, anchor: str) -> bool:
        return self.params.get("all") == anchor

    def url(self, **changes: str) -> str:
        """This page's address with some parameters changed; an empty one goes."""
        kept = {name: value for name, value in self.params.items() if name != "offset"}
        return "?" + urlencode({name: value for name, value in {**kept, **changes}.items() if value})

    def sort_url(self, anchor: str, order: Order) -> str:
        return self.url(sort=f"{anchor}:{order.column}:{DESCENDING if order.descending else ASCENDING}")


def by_name(text: str) -> Key:
    """Names in the order of a dictionary: without accents, capitals, the Arabic article and hamza."""
    return FILLED, fold(text)


def by_amount(value: float | None, *, hidden: bool = False) -> Key:
    if hidden:
        return HIDDEN, 0
    return (MISSING, 0) if value is None else (FILLED, value)


def in_order(keys: list[Key], *, descending: bool) -> list[int]:
    """The positions of the rows in the asked order; rows that are equal stay as they were."""
    filled = [place for place, key in enumerate(keys) if key[0] == FILLED]
    filled.sort(key=lambda place: keys[place][1], reverse=descending)
    rest = sorted((place for place, key in enumerate(keys) if key[0] != FILLED), key=lambda p: keys[p][0])
    return filled + rest
