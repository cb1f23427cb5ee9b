"""What the statement gave, as the Result that is shown: columns, amounts, notes."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.base.errors import Text
from trade.cube import completing, splice
from trade.cube.derive import Derived
from trade.cube.plans import Plan
from trade.cube.result import Column, Kind, Result
from trade.models import Release

AMOUNTS = 6
PERCENT = {"share": "%", "growth": "%", "rank": ""}


def nothing(plan: Plan) -> list[tuple[Any, ...]]:
    """None of the asked periods is in the release: what was asked for by name is missing."""
    named = completing.named(plan)
    if set(named) != set(plan.dims):
        return []
    rows: list[tuple[Any, ...]] = [()]
    for dim in plan.dims:
        rows = [(*row, code) for row in rows for code in named[dim]]
    flags = [False] * len(completing.FLAGS)
    blank: tuple[Any, ...] = (None, None, None, None, None, False, "m", len(rows), *flags, None, None)
    if completing.compared(plan):
        blank = (*blank, None, None, False, None, 0)
    limit = plan.query.limit or len(rows)
    return [(*row, *blank) for row in rows][plan.query.offset :][:limit]


def result_of(plan: Plan, release: Release, derived: Derived) -> Result:
    """The result of the statement's rows, each with what was derived of it."""
    found, width = derived.rows, len(plan.dims)
    marks = splice.marks(plan.query.splice) if _spliced(plan) and plan.query.splice else None
    columns = [*_columns(plan, release.dataset.currency)]
    columns += [Column(name, "measure", PERCENT[name]) for name in derived.names]
    columns += [Column(name, "attribute") for name in (("relation", "links") if marks else ())]
    rows = [
        (*_row(plan, row[:width], row[width : width + AMOUNTS]), *values)
        for row, values in zip(found, derived.values, strict=True)
    ]
    if marks:
        place = plan.dims.index("product")
        rows = [(*row, *marks.get(row[place], ("1:1", row[place]))) for row in rows]
    last = width + AMOUNTS + 4 + len(completing.FLAGS)
    same: tuple[Any, ...] = (
        found[0][width + AMOUNTS + 1 : last] if found else (0, *[False] * len(completing.FLAGS), None, None)
    )
    total, *done, first_edition, last_edition = same
    told = dict(zip(completing.FLAGS, done, strict=True))
    told.update(dict.fromkeys(plan.flags, bool(found)))
    end = plan.query.offset + len(rows)
    editions = tuple(dict.fromkeys(edition for edition in (first_edition, last_edition) if edition))
    notes = [*plan.notes, *_notes(plan, release, told, editions), *derived.notes]
    return Result(
        query=plan.query,
        release=release,
        dataset=release.dataset,
        columns=columns,
        rows=rows,
        statuses=[row[width + AMOUNTS] for row in found],
        total_rows=total,
        next_offset=end if end < total else None,
        notes=[*notes, *splice.notes(plan.query, plan.level, editions)],
        targets=plan.targets,
        editions=editions,
        provisional=bool(told["provisional"]),
    )


def _spliced(plan: Plan) -> bool:
    return splice.applies(plan.query, plan.level) and "product" in plan.dims


def _columns(plan: Plan, currency: str) -> list[Column]:
    units = {
        "value": currency,
        "net_kg": "kg",
        "quantity": "",
        "unit_value": f"{currency}/kg",
        "firms": "firms",
    }
    columns = [Column(dim, "dimension") for dim in plan.dims]
    for measure in plan.query.measures:
        columns.append(Column(measure, "measure", units[measure]))
        if measure == "quantity":
            kind: Kind = "attribute"
            columns.append(Column("unit", kind))
    return columns


def _row(plan: Plan, names: tuple[Any, ...], amounts: tuple[Any, ...]) -> tuple[Any, ...]:
    value, net_kg, quantity = (None if amount is None else int(amount) for amount in amounts[:3])
    unit, firms, weighed = amounts[3:]
    rate = None
    if weighed and value is not None and net_kg:
        # Thousandths of the currency per kilogram, rounded half up.
        rate = (value * 2000 + net_kg) // (net_kg * 2)
    known: dict[str, tuple[Any, ...]] = {
        "value": (value,),
        "net_kg": (net_kg,),
        "unit_value": (rate,),
        "firms": (firms,),
    }
    known["quantity"] = (quantity, unit or None)
    measured = [amount for measure in plan.query.measures for amount in known[measure]]
    return (*(code or None for code in names), *measured)


def _notes(plan: Plan, release: Release, found: dict[str, Any], editions: tuple[str, ...]) -> list[Text]:
    """What must be said of the rows; `found` has the statement's flags, true where they apply to any row."""
    sectors = "sector" in plan.dims or "sector" in plan.query.filters
    told: list[tuple[Any, Text]] = [
        (found["finer"], _("Where the asked product level was not reported, finer codes are added up.")),
        (found["partners"] and plan.world, _("Where the World was not reported, partners are added up.")),
        (found["months"], _("Where the asked period was not reported, its months are added up.")),
        (found["reporters"], _("Several reporting countries are added together.")),
        (len(editions) > 1, _("The figures come from several editions of the Harmonized System.")),
        (
            found["several"] and "firms" in plan.query.measures,
            _("A firm counts in several cells, so counts of firms are never added up."),
        ),
        (
            sectors,
            _("Which products belong to a sector is Qafila's own list, after the Office des Changes' names."),
        ),
    ]
    holds = release.dataset.exports_hold_reexports
    told.append((holds, _("In this dataset exports (X) hold re-exports (RX).")))
    told.append((not holds, _("In this dataset exports (X) and re-exports (RX) exclude each other.")))
    return [text for applies, text in told if applies]
