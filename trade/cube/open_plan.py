"""Plans for datasets without companies: a rollup where one holds what is asked for, else the facts' files."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid
from trade.cube import declared, periods, plans
from trade.cube.catalogue import Held
from trade.cube.plans import REPORTED, Plan
from trade.cube.query import Query
from trade.models import Part


def plan(
    query: Query,
    rollups: Sequence[Held],
    parts: list[Part],
    dims: tuple[str, ...],
    level: int,
    *,
    earlier: bool = False,
) -> Plan:
    """Raises Invalid where firms are asked for. The smallest table that has every period and can answer is taken."""
    if "firms" in query.measures:
        raise Invalid(
            _("measures: firms are counted only where facts carry companies."),
            hint=_("Allowed: %(allowed)s.") % {"allowed": "value net_kg quantity unit_value"},
        )
    asked = periods.expand(query.filters["period"]) if "period" in query.filters else None
    targets = periods.targets(asked, {part.period for part in parts})
    if earlier:
        targets = periods.year_before(targets, {part.period: None for part in parts})
    used = {code for target in targets for code in (target.exact, *target.parts) if code}
    mixed = any(target.exact and target.parts for target in targets)
    table = _table(query, rollups, used, level, mixed=mixed)
    world = plans.world(query)
    notes = plans.sum_notes(dims, targets)
    if table is None:
        keys: dict[str, list[int | str]] = {code: [code] for code in used}
        files = [part for part in parts if part.period in used]
        levels, both = _rows_of(rollups, used)
        return Plan(
            query, dims, level, world, targets, _sources(targets, keys), None, exact=False, cleared=False,
            levels=levels, both=both, parts=files, notes=notes,
        )  # fmt: skip
    cells = [rollup for rollup in rollups if rollup.table == table and rollup.period in used]
    keys = {}
    for rollup in cells:
        keys.setdefault(rollup.period, []).append(rollup.pk)
    if table != declared.CELLS:
        flags = {flag for rollup in cells for flag in rollup.exact.get("flags", {}).get(str(level), ())}
        return Plan(
            query, dims, level, world, targets, _sources(targets, keys), table, exact=True, cleared=False,
            stored=True, notes=notes, flags=frozenset(flags),
        )  # fmt: skip
    mode = "world" if world else "partners"
    exact = not mixed and all(level in rollup.exact.get(mode, ()) for rollup in cells)
    levels, both = _rows_of(cells, used)
    return Plan(
        query, dims, level, world, targets, _sources(targets, keys), table, exact=exact, cleared=False,
        levels=levels, both=both, notes=notes,
    )  # fmt: skip


def _rows_of(rollups: Sequence[Held], used: set[str]) -> tuple[tuple[int, ...], bool]:
    """The product levels of the used periods' rows, and whether the World's stand beside partners'; as each part's
    rollups know it. Of a period without rollups anything may be true."""
    known = {rollup.period: rollup.exact for rollup in rollups if rollup.period in used}
    if set(known) != used:
        return REPORTED, True
    levels = {level for exact in known.values() for level in exact.get("levels", REPORTED)}
    return tuple(sorted(levels)) or REPORTED, any(exact.get("both", True) for exact in known.values())


def _sources(
    targets: list[periods.Target], keys: dict[str, list[int | str]]
) -> list[tuple[int | str, str, bool]]:
    return [
        (key, target.period, code == target.exact)
        for target in targets
        for code in (*((target.exact,) if target.exact else ()), *target.parts)
        for key in keys[code]
    ]


def _table(query: Query, rollups: Sequence[Held], used: set[str], level: int, *, mixed: bool) -> str | None:
    """The table with the fewest cells among those that can answer and hold every used period."""
    sizes: dict[str, int] = {}
    for rollup in declared.OPEN:
        found = [held for held in rollups if held.table == rollup.name and held.period in used]
        if {held.period for held in found} == used and rollup.answers(query, level, mixed=mixed):
            sizes[rollup.name] = sum(held.cells_count for held in found)
    return min(sizes, key=lambda name: sizes[name]) if sizes else None
