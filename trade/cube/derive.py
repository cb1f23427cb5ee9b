"""Figures made of the first measure: shares of the whole, ranks, growth over the same months of the year before.

Each follows its amount: what is hidden or missing has none of them. Shares are of the total of the rows that differ in
the last dimension only, from unrounded amounts; where one of these is hidden, the published total stands for their
sum, or no share is told. All are computed from what is published, so they tell nothing that is not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.base.errors import DomainError, Text
from trade.cube import completing, grammar, plans
from trade.cube.completing import OTHER
from trade.cube.plans import Plan
from trade.cube.query import Query

Row = tuple[Any, ...]
# Another question to the same release, of a year earlier where the second is true: its plan and its rows.
Ask = Callable[[Query, bool], tuple[Plan, list[Row]]]
# Thousandths of a percent.
PERCENT = 100_000
# Codes by which a second question is narrowed to the rows of the first.
NARROW = 500
FIRST_STATUS = 6
CONFIDENTIAL, MISSING = "c", "m"


@dataclass(slots=True)
class Derived:
    """`values` has a tuple a row, in the order of `names`; the rows may have changed: what `top` left out is told."""

    names: tuple[str, ...]
    rows: list[Row]
    values: list[Row]
    notes: list[Text] = field(default_factory=list)


def made(plan: Plan, rows: list[Row], ask: Ask) -> Derived:
    """Asks at most two more questions, and only where they are needed."""
    names = plan.query.derive
    if not names and plan.query.top is None:
        return Derived((), rows, [()] * len(rows))
    notes: list[Text] = []
    totals = _totals(plan, rows, ask) if completing.compared(plan) else {}
    rows = [_filled(plan, row, totals) for row in rows] if plan.query.top else rows
    found: dict[str, list[int | None]] = {}
    if "share" in names:
        found["share"] = [_share(plan, row, totals) for row in rows]
        if any(
            share is None and _amount(plan, row) is not None
            for share, row in zip(found["share"], rows, strict=True)
        ):
            notes.append(_("There is no share where the whole is confidential or nothing."))
    if "rank" in names:
        found["rank"] = [_ranking(plan, row) for row in rows]
    if "growth" in names:
        found["growth"] = _growth(plan, rows, ask)
        notes.append(_("Growth compares with the same months of the year before."))
        if any(rate is None for rate in found["growth"]):
            notes.append(_("There is no growth where either year is confidential, missing or nothing."))
    if plan.query.top is not None:
        notes.append(_("%(code)s stands for all other codes together.") % {"code": OTHER})
    values = list(zip(*(found[name] for name in names), strict=True)) if names else [()] * len(rows)
    return Derived(names, rows, values, notes)


def _amount(plan: Plan, row: Row) -> int | None:
    """The first measure; for a unit value, thousandths of the currency a kilogram."""
    value, net_kg, quantity, _unit, firms, weighed, status = row[len(plan.dims) : len(plan.dims) + 7]
    if status in {CONFIDENTIAL, MISSING}:
        return None
    name = plan.query.measures[0]
    if name == "unit_value":
        return (
            (int(value) * 2000 + int(net_kg)) // (int(net_kg) * 2)
            if weighed and net_kg and value is not None
            else None
        )
    found = {"value": value, "net_kg": net_kg, "quantity": quantity, "firms": firms}[name]
    return None if found is None else int(found)


def _ranked(row: Row) -> dict[str, Any]:
    return dict(zip(completing.RANKED, row[-len(completing.RANKED) :], strict=True))


def _others(plan: Plan, row: Row) -> Row:
    """The codes of every dimension but the one that is compared."""
    return tuple(code for dim, code in zip(plan.dims, row, strict=False) if dim != plan.query.member)


def _totals(plan: Plan, rows: list[Row], ask: Ask) -> dict[Row, int]:
    """The published totals of the sets in which something is hidden; of others the rows' own sum is the whole."""
    if not any(_ranked(row)["veiled"] for row in rows if len(row) > len(plan.dims) + FIRST_STATUS + 1):
        return {}
    whole = _whole(plan)
    if whole is None:
        return {}
    try:
        above, found = ask(whole, False)
    except DomainError:
        return {}
    return {row[: len(above.dims)]: amount for row in found if (amount := _amount(above, row)) is not None}


def _whole(plan: Plan) -> Query | None:
    """The question for the total of which the rows are parts; None where only some of its parts were asked for."""
    query, member = plan.query, plan.query.member
    filters = dict(query.filters)
    levels = {grammar.level_of(code) for code in filters.get("product", ())}
    chosen: tuple[str, ...]
    if member == "product":
        # Codes above the level that is shown hold everything below them; codes of the level itself are a choice.
        chosen = ("product",) if levels and (len(levels) > 1 or max(levels) >= plan.level) else ()
        filters["level"] = (str(min(levels, default=0)),)
    elif member == "sector":
        chosen = ("sector", "product")
        filters["level"] = ("0",)
    else:
        chosen = ("region",) if member == "region" else ("partner", *plans.GROUPS)
        filters["level"] = (str(plan.level),)
    if member in {"reporter", "mode", None} or any(query.filters.get(name) for name in chosen):
        return None
    by = tuple(dim for dim in plan.dims if dim != member)
    return query.with_changes(
        by=by, filters=filters, derive=(), top=None, order=None, limit=grammar.MAX_LIMIT, offset=0
    )


def _filled(plan: Plan, row: Row, totals: dict[Row, int]) -> Row:
    """What `top` left out, where some of it is hidden: the published total less what is shown.

    That difference is anybody's who subtracts; of a single hidden code it would be that code's amount: it is not told.
    """
    place = len(plan.dims)
    dims = dict(zip(plan.dims, row, strict=False))
    if dims.get(plan.query.member or "") != OTHER or row[place + FIRST_STATUS] != CONFIDENTIAL:
        return row
    ranked, total = _ranked(row), totals.get(_others(plan, row))
    if total is None or ranked["hides"] < 2 or len(plan.query.measures) > 1:
        return row
    rest = total - int(ranked["whole"] or 0) + int(ranked["rest"] or 0)
    amounts = list(row)
    amounts[place + completing.SUMS.index(plan.query.measures[0])] = rest
    amounts[place + FIRST_STATUS] = ""
    return tuple(amounts)


def _share(plan: Plan, row: Row, totals: dict[Row, int]) -> int | None:
    amount, ranked = _amount(plan, row), _ranked(row)
    whole = totals.get(_others(plan, row)) if ranked["veiled"] else ranked["whole"]
    return None if amount is None or not whole else rounded(amount * PERCENT, int(whole))


def _ranking(plan: Plan, row: Row) -> int | None:
    place = _ranked(row)["place"]
    return (
        None if place is None or row[len(plan.dims) + FIRST_STATUS] in {CONFIDENTIAL, MISSING} else int(place)
    )


def rounded(above: int, below: int) -> int:
    """The quotient of two whole numbers, half away from zero."""
    return (abs(above) * 2 + below) // (2 * below) * (1 if above >= 0 else -1)


def _growth(plan: Plan, rows: list[Row], ask: Ask) -> list[int | None]:
    member = plan.query.member
    query = plan.query.with_changes(
        derive=(), top=None, order=None, limit=grammar.MAX_LIMIT, offset=0, filters=_narrowed(plan, rows)
    )
    try:
        earlier, found = ask(query, True)
    except DomainError:
        return [None] * len(rows)
    width = len(plan.dims)
    before: dict[Row, int | None] = {row[:width]: _amount(earlier, row) for row in found}
    kept = {row[:width] for row in rows}
    rest: dict[Row, list[int | None]] = {}
    if plan.query.top is not None and member is not None:
        for row in found:
            if row[:width] not in kept and row[width + FIRST_STATUS] != MISSING:
                rest.setdefault(_others(plan, row), []).append(_amount(earlier, row))
    rates: list[int | None] = []
    for row in rows:
        base = before.get(row[:width])
        if plan.query.top is not None and OTHER in row[:width]:
            amounts = rest.get(_others(plan, row), [])
            base = None if None in amounts else sum(amount or 0 for amount in amounts)
        now = _amount(plan, row)
        rates.append(rounded((now - base) * PERCENT, base) if now is not None and base else None)
    return rates


def _narrowed(plan: Plan, rows: list[Row]) -> dict[str, tuple[str, ...]]:
    """The same filters and level, and only the codes that the page shows."""
    filters = dict(plan.query.filters)
    member = plan.query.member
    if "sector" not in (*plan.dims, *filters):
        filters["level"] = (str(plan.level),)
    if member not in {"product", "partner", "region", "reporter"} or plan.query.top is not None:
        return filters
    codes = {row[plan.dims.index(member)] for row in rows}
    if "W" in codes or "" in codes or not 0 < len(codes) <= NARROW:
        return filters
    return {**filters, member: tuple(sorted(codes))}
