"""Answers a query: from the rollup cells in PostgreSQL, or from the facts' Parquet files with DuckDB in process."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from portal.base.errors import Text
from trade.cube import catalogue, codes, files, planner, statement
from trade.cube.planner import Plan
from trade.cube.query import Query
from trade.cube.result import Column, Kind, Result
from trade.cube.sql import Statement
from trade.models import Release


def answer(query: Query, release: Release | None = None) -> Result:
    """The answer for the public, from the release asked for, else from the published one.

    A caller that has already found the release with `catalogue.release_for` may hand it in. The number of database
    queries does not depend on the number of rows. Raises Missing, Invalid, NotCleared.
    """
    release = release or catalogue.release_for(query)
    rollups = catalogue.rollups_of(release)
    parts = [] if release.dataset.has_companies else catalogue.parts_of(release)
    codes.check(query, rollups)
    plan = planner.plan(query, release, rollups, parts)
    return _result(plan, release, _rows(plan) if plan.sources else _nothing(plan))


def _rows(plan: Plan) -> list[tuple[Any, ...]]:
    if plan.table:
        text = Statement("trade_cell", collate=' COLLATE "C"')
        sql = statement.build(plan, text)
        with connection.cursor() as cursor:
            cursor.execute(sql, text.params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found
    text = Statement(files.FACTS.format(files=files.listed(plan.parts)))
    sql = statement.build(plan, text)
    with files.duck() as engine:
        return engine.execute(sql.replace("%s", "?"), text.params).fetchall()


def _nothing(plan: Plan) -> list[tuple[Any, ...]]:
    """None of the asked periods is in the release: what was asked for by name is missing."""
    named = statement.named(plan)
    if set(named) != set(plan.dims):
        return []
    rows: list[tuple[Any, ...]] = [()]
    for dim in plan.dims:
        rows = [(*row, code) for row in rows for code in named[dim]]
    blank = (None, None, None, None, None, False, "m", len(rows), *[False] * len(statement.FLAGS), None, None)
    limit = plan.query.limit or len(rows)
    return [(*row, *blank) for row in rows][plan.query.offset :][:limit]


def _result(plan: Plan, release: Release, found: list[tuple[Any, ...]]) -> Result:
    width = len(plan.dims)
    columns = _columns(plan, release.dataset.currency)
    rows = [_row(plan, row[:width], row[width : width + 6]) for row in found]
    same: tuple[Any, ...] = (
        found[0][width + 7 :] if found else (0, *[False] * len(statement.FLAGS), None, None)
    )
    total, *done, first, last = same
    told = dict(zip(statement.FLAGS, done, strict=True))
    end = plan.query.offset + len(rows)
    editions = tuple(dict.fromkeys(edition for edition in (first, last) if edition))
    return Result(
        query=plan.query,
        release=release,
        dataset=release.dataset,
        columns=columns,
        rows=rows,
        statuses=[row[width + 6] for row in found],
        total_rows=total,
        next_offset=end if end < total else None,
        notes=[*plan.notes, *_notes(plan, release, told, editions)],
        targets=plan.targets,
        editions=editions,
        provisional=bool(told["provisional"]),
    )


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
