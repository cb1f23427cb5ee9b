"""What a planner hands to the statement: which cells or files are read, at which level, and how they are summed."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from portal.base.errors import DomainError, Text
from trade.cube import periods
from trade.cube.grammar import level_of
from trade.cube.periods import Target
from trade.cube.query import Query
from trade.models import Part

# Levels at which sources report; a section is never reported, only summed.
REPORTED = (0, 2, 4, 6, 8, 10)
WORLD = "W"
# Sections, chapters, headings, subheadings: the level shown when products are asked for without saying which.
DEFAULT_LEVEL = 6
# Groups of partners: each partner has to be known by itself.
GROUPS = ("continent", "customs_union")


class NotCleared(DomainError):
    """The answer would come from companies' facts at a grain that no clearance covers."""

    code = "not_cleared"
    status = 403


@dataclass(frozen=True, slots=True)
class Plan:
    """How one query is answered. `sources` maps a rollup's id, or a part's period, to the asked period it feeds."""

    query: Query
    dims: tuple[str, ...]
    level: int
    world: bool
    targets: list[Target]
    sources: list[tuple[int | str, str, bool]]
    # None: the facts' Parquet files are read.
    table: str | None
    # Everything that is asked for stands in the store as such: nothing has to be looked for at other levels.
    exact: bool
    cleared: bool
    # Cells hold sections and totals under codes of their own, so no code has to be cut.
    stored: bool = False
    # Product levels that the rows may have.
    levels: tuple[int, ...] = REPORTED
    # Whether the rows may be both the World's and partners'; where it is only ever one of them nothing is told twice.
    both: bool = True
    parts: list[Part] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    # Flags of the statement that are true of the whole store, because its cells were summed already.
    flags: frozenset[str] = frozenset()
    # "period flow" pairs of which a cell that is not there is a zero; of any other it is missing.
    zeros: tuple[str, ...] = ()

    @property
    def single_flow(self) -> bool:
        return "flow" in self.dims or len(self.query.filters.get("flow", ())) == 1


def dimensions(query: Query) -> tuple[str, ...]:
    """The dimensions of the answer: flows are never added together, so they are told apart where several are in."""
    if "flow" not in query.by and len(query.filters.get("flow", ())) != 1:
        return ("flow", *query.by)
    return query.by


def asked_level(query: Query) -> int | None:
    """The product level that the question names, by itself or by its codes; None where the planner may choose."""
    if "level" in query.filters:
        return int(query.filters["level"][0])
    if "product" in query.filters:
        return level_of(query.filters["product"][0])
    return None if "product" in query.by else 0


def world(query: Query) -> bool:
    """Whether the World's rows answer: partners neither asked for by name nor one by one nor in groups."""
    return query.filters.get("partner") == (WORLD,) or not {"partner", *GROUPS} & {*query.by, *query.filters}


def sum_notes(dims: tuple[str, ...], targets: list[Target]) -> list[Text]:
    if "period" in dims or len(targets) < 2:
        return []
    return [
        _("Sum of %(count)s periods, from %(first)s to %(last)s.")
        % {"count": len(targets), "first": targets[0].period, "last": targets[-1].period}
    ]


def twice(dims: tuple[str, ...], targets: list[Target]) -> tuple[str, str] | None:
    """Two of the periods whose sum would count months twice."""
    return None if "period" in dims else periods.overlapping(target.period for target in targets)
