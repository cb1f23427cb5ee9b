"""The last steps of the statement: rows for what was asked for and is not there, the largest codes, the order."""

from trade.cube import periods
from trade.cube.grammar import DEFAULT_LIMIT, level_of
from trade.cube.plans import Plan
from trade.cube.sql import Statement

# Rows added for what was asked for by name and is missing: beyond this the answer only holds what there is.
MAX_GRID = 10_000
# What was done to make the rows, told for all of them together.
SUMS = ("value", "net_kg", "quantity", "unit", "firms", "weighed")
EDITIONS = ("first_edition", "last_edition")
FLAGS = ("finer", "partners", "months", "provisional", "several", "reporters")
NAMES = (*SUMS, "status", *FLAGS, *EDITIONS)
# Of a row that is compared with the others of its set: its rank, the set's sum (of value, of the first measure),
# whether anything in the set is hidden, what of its own is shown, and how many hidden codes it stands for.
RANKED = ("place", "whole", "veiled", "rest", "hides")
MARKS = "WHEN bool_or(status = 'P') THEN 'P' WHEN bool_or(status = 'R') THEN 'R' ELSE ''"
# The code of all codes that `top` does not keep.
OTHER = "_O"


def named(plan: Plan) -> dict[str, list[str]]:
    """The values of the answer's dimensions that were asked for by name: each has a row, be it `m`."""
    filters = plan.query.filters
    found: dict[str, list[str]] = {}
    for dim in plan.dims:
        codes = filters.get(dim, ())
        if dim == "period" and codes:
            found[dim] = periods.expand(codes)
        elif codes and (dim != "product" or all(level_of(code) == plan.level for code in codes)):
            found[dim] = list(codes)
    size = 1
    for listed in found.values():
        size *= len(listed)
    return found if size <= MAX_GRID else {}


def compared(plan: Plan) -> bool:
    return plan.query.top is not None or bool({"share", "rank"} & set(plan.query.derive))


def answer(plan: Plan, statement: Statement) -> str:
    everywhere = [
        "count(*) OVER ()",
        *(f"bool_or({flag}) OVER ()" for flag in FLAGS),
        "min(first_edition) OVER ()",
        "max(last_edition) OVER ()",
    ]
    rows = _completed(plan, statement)
    if compared(plan):
        rows = _ranked(plan, rows)
    columns = [*plan.dims, *SUMS, "COALESCE(status, 'm')", *everywhere, *(RANKED if compared(plan) else ())]
    text = f"SELECT {', '.join(columns)} FROM ({rows}) AS completed ORDER BY {_order(plan, statement)}"
    limit = plan.query.limit or DEFAULT_LIMIT
    return f"{text} LIMIT {int(limit)} OFFSET {int(plan.query.offset)}"


def _completed(plan: Plan, statement: Statement) -> str:
    """The sums, and an empty row for every combination asked for by name: those times what else there is.

    A union that is grouped once more, not an outer join: the planner knows nothing of the size of either side. Where
    all that is published is known, what is not there was not traded: `absent` rows are zeros.
    """
    asked = named(plan)
    if plan.dims and not asked:
        return f"SELECT {', '.join((*plan.dims, *NAMES))} FROM agg"
    rest = [dim for dim in plan.dims if dim not in asked]
    absent = _absent(plan, statement, asked)
    tables = [
        f"({statement.rows([(code,) for code in codes])}) AS g_{dim}({dim})" for dim, codes in asked.items()
    ]
    if rest:
        tables.append(f"(SELECT DISTINCT {', '.join(rest)} FROM agg) AS g_rest")
    source = f" FROM {' CROSS JOIN '.join(tables)}" if tables else ""
    columns = [f"g_{dim}.{dim}" if dim in asked else f"g_rest.{dim}" for dim in plan.dims]
    columns += ["NULL"] * len(NAMES)
    zero = "bool_or(absent) AND max(status) IS NULL"
    zeros = {"value", "net_kg", "firms"} if plan.zeros else set()
    grouped = [
        *plan.dims,
        *(
            f"CASE WHEN {zero} THEN 0 ELSE max({name}) END AS {name}" if name in zeros else f"max({name}) AS {name}"
            for name in SUMS
            if name != "weighed"
        ),
        "bool_or(weighed) AS weighed",
        f"CASE WHEN {zero} THEN '' ELSE max(status) END AS status" if zeros else "max(status) AS status",
        *(f"bool_or({flag}) AS {flag}" for flag in FLAGS),
        *(f"max({name}) AS {name}" for name in EDITIONS),
    ]  # fmt: skip
    group = f" GROUP BY {', '.join(plan.dims)}" if plan.dims else ""
    names = ", ".join((*plan.dims, *NAMES))
    both = f"SELECT {names}, FALSE AS absent FROM agg UNION ALL SELECT {', '.join(columns)}, {absent}{source}"
    return f"SELECT {', '.join(grouped)} FROM ({both}) AS everything{group}"


def _absent(plan: Plan, statement: Statement, asked: dict[str, list[str]]) -> str:
    """Whether a row that is not there is a zero: its flow and period are published, and it is no sum of several."""
    if not plan.zeros:
        return "FALSE"
    column = {dim: f"g_{dim}.{dim}" if dim in asked else f"g_rest.{dim}" for dim in plan.dims}
    parts = [column[name] for name in ("period", "flow") if name in column]
    if len(parts) == 2:
        return f"({parts[0]} || ' ' || {parts[1]}) IN ({statement.several(plan.zeros)})"
    periods_of = {pair.split(" ")[0] for pair in plan.zeros}
    flows = {pair.split(" ")[1] for pair in plan.zeros}
    if "flow" not in column:
        flow = plan.query.filters["flow"][0]
        kept = sorted(pair.split(" ")[0] for pair in plan.zeros if pair.split(" ")[1] == flow)
        if "period" in column:
            return f"{column['period']} IN ({statement.several(kept or ['-'])})"
        return "TRUE" if len(kept) == len(plan.targets) else "FALSE"
    every = sorted(flow for flow in flows if all(f"{period} {flow}" in plan.zeros for period in periods_of))
    if len(periods_of) < len(plan.targets):
        return "FALSE"
    return f"{column['flow']} IN ({statement.several(every or ['-'])})"


def _ranked(plan: Plan, rows: str) -> str:
    """Each row among those that differ in the last dimension only; with `top`, all but the largest together.

    Only what is shown is ranked: a hidden or missing amount has no place, and stands with the others.
    """
    member = plan.query.member or ""
    measure = _measure(plan)
    others = [dim for dim in plan.dims if dim != member]
    seen = f"COALESCE(status, 'm') NOT IN ('c', 'm') AND {measure} IS NOT NULL"
    part = ", ".join([*others, f"({seen})"])
    place = f"CASE WHEN {seen} THEN rank() OVER (PARTITION BY {part} ORDER BY {measure} DESC) END AS place"
    number = (
        f"CASE WHEN {seen} THEN row_number() OVER (PARTITION BY {part} ORDER BY {measure} DESC, {member}) END"
    )
    every = f"OVER (PARTITION BY {', '.join(others)})" if others else "OVER ()"
    first = plan.query.measures[0]
    summed = first if first in {"value", "net_kg"} else "value"
    marked = (
        f"SELECT *, {place}, {number} AS position, sum({summed}) {every} AS whole,"
        f" COALESCE(bool_or(status = 'c') {every}, FALSE) AS veiled FROM ({rows}) AS filled"
    )
    if plan.query.top is None:
        return f"SELECT *, {summed} AS rest, 0 AS hides FROM ({marked}) AS marked"
    kept = f"COALESCE(position <= {int(plan.query.top)}, FALSE)"
    hidden = "COALESCE(bool_or(status = 'c'), FALSE)"
    unit = "CASE WHEN count(DISTINCT unit) FILTER (WHERE quantity IS NOT NULL) = 1 THEN {} END"
    columns = [
        *others,
        f"CASE WHEN {kept} THEN {member} ELSE '{OTHER}' END AS {member}",
        *(f"CASE WHEN NOT {hidden} THEN sum({name}) END AS {name}" for name in ("value", "net_kg")),
        f"CASE WHEN NOT {hidden} THEN {unit.format('sum(quantity)')} END AS quantity",
        f"{unit.format('min(unit) FILTER (WHERE quantity IS NOT NULL)')} AS unit",
        "CASE WHEN count(*) = 1 THEN min(firms) END AS firms",
        f"COALESCE(bool_and(weighed) FILTER (WHERE COALESCE(status, 'm') <> 'm'), FALSE) AND NOT {hidden} AS weighed",
        f"CASE WHEN {hidden} THEN 'c' WHEN bool_and(COALESCE(status, 'm') = 'm') THEN 'm' {MARKS} END AS status",
        *(f"bool_or({flag}) AS {flag}" for flag in FLAGS),
        "min(first_edition) AS first_edition",
        "max(last_edition) AS last_edition",
        f"CASE WHEN bool_and({kept}) THEN min(place) END AS place",
        "max(whole) AS whole",
        "bool_or(veiled) AS veiled",
        f"sum({summed}) AS rest",
        "count(*) FILTER (WHERE status = 'c') AS hides",
    ]
    group = ", ".join([*others, f"CASE WHEN {kept} THEN {member} ELSE '{OTHER}' END"])
    return f"SELECT {', '.join(columns)} FROM ({marked}) AS marked GROUP BY {group}"


def _measure(plan: Plan) -> str:
    name = plan.query.measures[0]
    rate = "CASE WHEN weighed AND net_kg > 0 THEN CAST(value AS DOUBLE PRECISION) / net_kg END"
    return rate if name == "unit_value" else name


def _order(plan: Plan, statement: Statement) -> str:
    keys = []
    if plan.query.top is not None:
        member = plan.query.member or ""
        if plan.query.order is None:
            keys += [f"{dim}{statement.collate}" for dim in plan.dims if dim != member]
        keys.append(f"({member} = '{OTHER}')")
        if plan.query.order is None:
            keys.append("place NULLS LAST")
    if plan.query.order:
        name = plan.query.order.removeprefix("-")
        way = "DESC" if plan.query.order.startswith("-") else "ASC"
        rate = "CASE WHEN weighed AND net_kg > 0 THEN CAST(value AS DOUBLE PRECISION) / net_kg END"
        column = f"{name}{statement.collate}" if name in plan.dims else rate if name == "unit_value" else name
        keys.append(f"{column} {way} NULLS LAST")
    keys.extend(f"{dim}{statement.collate}" for dim in plan.dims)
    return ", ".join(keys) or "1"
