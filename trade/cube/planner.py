"""From a question to the smallest store that can answer it: rollup cells, the facts' files, or "not cleared"."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from portal.base.errors import DomainError, Invalid, Text
from trade.cube import periods
from trade.cube.grammar import level_of
from trade.cube.periods import Target
from trade.cube.query import Query
from trade.models import Part, Release, Rollup

# Sections, chapters, headings, subheadings: the level shown when products are asked for without saying which.
DEFAULT_LEVEL = 6
SECTOR_LEVEL = 6
# Levels at which sources report; a section is never reported, only summed.
REPORTED = (0, 2, 4, 6, 8, 10)
WORLD = "W"
# Country × HS6 and region × section, with their margins; see docs/architecture.md.
CLEARED = {"national": (0, 1, 6), "regional": (0, 1)}
CLEARED_REAL = {"national": (0, 1)}


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
    exact: bool
    cleared: bool
    # Product levels that the rows may have.
    levels: tuple[int, ...] = REPORTED
    parts: list[Part] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    @property
    def single_flow(self) -> bool:
        return "flow" in self.dims or len(self.query.filters.get("flow", ())) == 1


def plan(query: Query, release: Release, rollups: list[Rollup], parts: list[Part]) -> Plan:
    """The plan for a query over one release. Raises NotCleared or Invalid.

    `parts` are only looked at for a dataset without companies.
    """
    cleared = release.dataset.has_companies
    dims = _dimensions(query)
    level = _level(query, cleared=cleared)
    if cleared:
        return _plan_cleared(query, release, rollups, dims, level)
    if "firms" in query.measures:
        raise Invalid(
            _("measures: firms are counted only where facts carry companies."),
            hint=_("Allowed: %(allowed)s.") % {"allowed": "value net_kg quantity unit_value"},
        )
    return _plan_open(query, rollups, parts, dims, level)


def _dimensions(query: Query) -> tuple[str, ...]:
    """The dimensions of the answer: flows are never added together, so they are told apart where several are in."""
    if "flow" not in query.by and len(query.filters.get("flow", ())) != 1:
        return ("flow", *query.by)
    return query.by


def _level(query: Query, *, cleared: bool) -> int:
    if "sector" in query.by or "sector" in query.filters:
        if query.filters.get("level", (str(SECTOR_LEVEL),)) != (str(SECTOR_LEVEL),):
            raise Invalid(_("level: sectors are sums of products of level 6."), hint=_("Leave level out."))
        return SECTOR_LEVEL
    if "level" in query.filters:
        return int(query.filters["level"][0])
    if "product" in query.filters:
        return level_of(query.filters["product"][0])
    if "product" in query.by:
        return 1 if cleared and _regional(query) else DEFAULT_LEVEL
    return 0


def _world(query: Query) -> bool:
    """Whether the World's rows answer: partners neither asked for by name nor one by one."""
    return query.filters.get("partner") == (WORLD,) or not {"partner"} & {*query.by, *query.filters}


def _regional(query: Query) -> bool:
    return "region" in query.by or "region" in query.filters


# --- Facts with companies: cleared tables only -----------------------------------------------------------------------


def _plan_cleared(
    query: Query, release: Release, rollups: list[Rollup], dims: tuple[str, ...], level: int
) -> Plan:
    table = "regional" if _regional(query) else "national"
    _check_cleared(query, release, table, level)
    asked = periods.expand(query.filters["period"]) if "period" in query.filters else None
    years = {rollup.period: rollup for rollup in rollups if rollup.table == table}
    targets = [
        Target(code, code, (), years[code].months, periods.MONTHS_OF["A"] if years[code].months else None)
        for code in (sorted(years) if asked is None else asked)
        if code in years
    ]
    sources: list[tuple[int | str, str, bool]] = [(years[t.period].pk, t.period, True) for t in targets]
    notes = _notes(query, dims, targets)
    return Plan(query, dims, level, True, targets, sources, table, exact=True, cleared=True, notes=notes)


def _check_cleared(query: Query, release: Release, table: str, level: int) -> None:
    tables = CLEARED if release.demonstration else CLEARED_REAL
    monthly = [code for code in query.filters.get("period", ()) if periods.grain(code.split(":")[0]) != "A"]
    finer = {"sector", "mode"} & {*query.by, *query.filters}
    if not _world(query):
        finer.add("partner")
    if monthly or finer or level not in tables.get(table, ()):
        available = (
            _("Available by year: the country by HS6 and by section, regions by section, and their totals.")
            if release.demonstration
            else _("Available by year: the country by section, and its totals.")
        )
        raise NotCleared(_("This grain is not yet cleared for publication."), hint=available)


# --- Facts without companies -----------------------------------------------------------------------------------------


def _plan_open(
    query: Query, rollups: list[Rollup], parts: list[Part], dims: tuple[str, ...], level: int
) -> Plan:
    world = _world(query)
    cells = [rollup for rollup in rollups if rollup.table == "cells"]
    from_files = "mode" in (*query.by, *query.filters) or {part.period for part in parts} != {
        c.period for c in cells
    }
    asked = periods.expand(query.filters["period"]) if "period" in query.filters else None
    targets = periods.targets(asked, {part.period for part in parts})
    _check_sums(query, dims, targets)
    keys: dict[str, list[int | str]] = {}
    for part in parts if from_files else []:
        keys.setdefault(part.period, [part.period])
    for rollup in [] if from_files else cells:
        keys.setdefault(rollup.period, []).append(rollup.pk)
    sources = [
        (key, target.period, code == target.exact)
        for target in targets
        for code in (*((target.exact,) if target.exact else ()), *target.parts)
        for key in keys[code]
    ]
    used = {code for target in targets for code in (target.exact, *target.parts) if code}
    mode = "world" if world else "partners"
    exact = (
        not from_files
        and all(level in rollup.exact.get(mode, ()) for rollup in cells if rollup.period in used)
        and not any(target.exact and target.parts for target in targets)
    )
    files = [part for part in parts if part.period in used] if from_files else []
    table = None if from_files else "cells"
    used_levels = {
        found for rollup in cells if rollup.period in used for found in rollup.exact.get("levels", REPORTED)
    }
    return Plan(
        query,
        dims,
        level,
        world,
        targets,
        sources,
        table,
        exact=exact,
        cleared=False,
        levels=REPORTED if from_files else tuple(sorted(used_levels)) or REPORTED,
        parts=files,
        notes=_notes(query, dims, targets),
    )


def _check_sums(query: Query, dims: Iterable[str], targets: list[Target]) -> None:
    if "period" in dims:
        return
    twice = periods.overlapping(target.period for target in targets)
    if twice:
        raise Invalid(
            _("period: %(first)s and %(second)s overlap; their sum would count months twice.")
            % {"first": twice[0], "second": twice[1]},
            hint=_("Add period to by, or ask for one of them."),
        )


def _notes(query: Query, dims: tuple[str, ...], targets: list[Target]) -> list[Text]:
    notes: list[Text] = []
    if "period" not in dims and len(targets) > 1:
        notes.append(
            _("Sum of %(count)s periods, from %(first)s to %(last)s.")
            % {"count": len(targets), "first": targets[0].period, "last": targets[-1].period}
        )
    return notes
