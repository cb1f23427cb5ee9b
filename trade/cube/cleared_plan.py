"""Plans for datasets with companies: their cleared cells only, down to the level that is published in each place."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from portal.base.errors import Text
from trade.cube import declared, periods, plans
from trade.cube.catalogue import Held
from trade.cube.periods import Target
from trade.cube.plans import NotCleared, Plan
from trade.cube.query import Query

LEVELS = (0, 1, 2, 4, 6)
# Where a rollup keeps how deep it is published, besides a region's code: the whole country, all partners one by one.
COUNTRY, MARKETS, REGIONAL_MARKETS = "", "markets", "regional_markets"
PLACES = (COUNTRY, MARKETS, REGIONAL_MARKETS)


def plan(
    query: Query,
    rollups: Sequence[Held],
    dims: tuple[str, ...],
    level: int | None,
    *,
    earlier: bool = False,
) -> Plan:
    """Raises NotCleared where what is asked for is finer than what is published, and says what is."""
    held = {rollup.period: rollup for rollup in rollups if rollup.table == declared.CLEARED}
    asked = periods.expand(query.filters["period"]) if "period" in query.filters else None
    targets = _targets(asked, held)
    if earlier:
        targets = periods.year_before(targets, {code: rollup.months for code, rollup in held.items()})
    used = [held[code] for target in targets for code in _codes(target)]
    if asked is not None and len(targets) < len(asked):
        _check_grains(query, asked, held)
    deepest = _deepest(query, used or list(held.values()))
    shown = min(deepest, plans.DEFAULT_LEVEL) if level is None else level
    if "mode" in (*query.by, *query.filters):
        raise _refused(_("Modes of transport are not published."), query, used)
    if shown > deepest or shown not in LEVELS:
        raise _refused(_("This grain is not cleared for publication."), query, used)
    sources: list[tuple[int | str, str, bool]] = [
        (held[code].pk, target.period, code == target.exact) for target in targets for code in _codes(target)
    ]
    zeros = tuple(
        f"{target.period} {flow}"
        for target in targets
        for flow in sorted(set.intersection(*(set(held[code].flows) for code in _codes(target))))
    )
    return Plan(
        query,
        dims,
        shown,
        plans.world(query),
        targets,
        sources,
        declared.CLEARED,
        exact=True,
        cleared=True,
        stored=True,
        notes=plans.sum_notes(dims, targets),
        zeros=() if query.splice else zeros,
    )


def _targets(asked: Iterable[str] | None, held: dict[str, Held]) -> list[Target]:
    """The cells of the period itself; a period that has none is its months' sum, all of them published too."""
    wanted = (
        (code for code in sorted(held) if periods.grain(code) == periods.YEAR) if asked is None else asked
    )
    found = []
    for code in wanted:
        of = periods.MONTHS_OF.get(periods.grain(code) or "")
        if code in held:
            months = held[code].months
            found.append(Target(code, code, (), months, of if months else None))
            continue
        parts = tuple(month for month in periods.months(code) if month in held and month != code)
        if parts and (periods.grain(code) != periods.ROLLING or len(parts) == of):
            found.append(Target(code, None, parts, len(parts), of))
    return found


def _check_grains(query: Query, asked: Iterable[str], held: dict[str, Held]) -> None:
    """Raises NotCleared for a month or quarter of a year of which only the year is published."""
    grains = {periods.grain(code) for code in held}
    for code in asked:
        if periods.grain(code) not in grains and periods.year(code) in held:
            raise _refused(
                _("Of %(year)s only the whole year is published.") % {"year": periods.year(code)},
                query,
                [held[periods.year(code)]],
            )


def _codes(target: Target) -> tuple[str, ...]:
    return (target.exact,) if target.exact else target.parts


def _place(query: Query) -> tuple[str, ...] | None:
    """The places whose published levels count; None for every region there is."""
    regional = "region" in query.by or "region" in query.filters
    if not plans.world(query):
        return (REGIONAL_MARKETS,) if regional else (MARKETS,)
    if not regional:
        return (COUNTRY,)
    return query.filters.get("region")


def _deepest(query: Query, used: Sequence[Held]) -> int:
    """The deepest level that is published in all of these places and periods; -1 where nothing is."""
    places = _place(query)
    named = places is not None and not set(places).isdisjoint(PLACES)
    found: list[int] = []
    for rollup in used:
        rungs: dict[str, int] = rollup.exact.get("rungs", {})
        regions = [code for code in rungs if code not in PLACES]
        if not named and not regions:
            return -1
        # A region of which a period says nothing has no trade there: it is published like the others.
        least = -1 if named else min(rungs[code] for code in regions)
        found += [rungs.get(code, least) for code in (regions if places is None else places)]
    return min(found, default=0)


def _refused(why: Text, query: Query, used: Sequence[Held]) -> NotCleared:
    places = _place(query)
    rungs: dict[str, int] = {}
    for rollup in used:
        for place, level in rollup.exact.get("rungs", {}).items():
            rungs[place] = min(level, rungs.get(place, level))
    if places is None or (places and set(places).isdisjoint(PLACES)):
        shown = {code: level for code, level in rungs.items() if code not in PLACES}
        asked = shown if places is None else {code: shown[code] for code in places if code in shown}
        if asked and len(set(asked.values())) > 1:
            listed = ", ".join(f"{code} {level}" for code, level in sorted(asked.items()))
            return NotCleared(why, hint=_("Published to level: %(listed)s.") % {"listed": listed})
        deepest = min(asked.values(), default=0)
        return NotCleared(why, hint=_("These regions are published to level %(level)s.") % {"level": deepest})
    hints = {
        COUNTRY: _("The country is published to level %(level)s."),
        MARKETS: _("The country's trade by partner is published to level %(level)s."),
        REGIONAL_MARKETS: _("The regions' trade by partner is published to level %(level)s."),
    }
    if rungs.get(places[0], 0) < 0:
        return NotCleared(why, hint=_("The regions' trade by partner is published for whole years."))
    return NotCleared(why, hint=hints[places[0]] % {"level": rungs.get(places[0], 0)})
