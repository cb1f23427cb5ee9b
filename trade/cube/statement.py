"""One SQL statement for a plan, the same for PostgreSQL's rollup cells and for the facts' files in DuckDB.

Steps: `base` picks the rows at the asked product level or finer; where something was not reported as asked, `whole`,
`coarsest` and `chosen` take the coarsest rows there are (a year before its months, a chapter before its headings, World
before partners); `agg` sums; the last step adds the rows that were asked for by name and are not there.
"""

from reference import selectors as reference
from trade.cube import fallback, periods
from trade.cube.grammar import DEFAULT_LIMIT, TOTAL, level_of
from trade.cube.planner import Plan
from trade.cube.sql import Statement

# Rows added for what was asked for by name and is missing: beyond this the answer only holds what there is.
MAX_GRID = 10_000
# What was done to make the rows, told for all of them together.
SUMS = ("value", "net_kg", "quantity", "unit", "firms", "weighed")
EDITIONS = ("first_edition", "last_edition")
FLAGS = ("finer", "partners", "months", "provisional", "several", "reporters")
STATUS = "WHEN bool_or(status = 'P') THEN 'P' WHEN bool_or(status = 'R') THEN 'R' ELSE ''"


def build(plan: Plan, statement: Statement) -> str:
    """The statement's text. `statement.relation` reads cells: `trade_cell`, or a subquery over the files.

    Rows come back as: the dimensions, value, net_kg, quantity, unit, firms, weighed, status, then what is the same in
    every row: the count of all rows, the FLAGS, the first and the last edition.
    """
    steps = [f"asked(source, period, exact) AS ({statement.rows(plan.sources)})"]
    if plan.level == 1 and not plan.cleared:
        sections = sorted(reference.section_of().items())
        steps.append(f"sections(chapter, section) AS ({statement.rows(sections)})")
    steps.append(f"base AS ({_base(plan, statement)})")
    last = "base"
    if not plan.exact:
        for name, text in fallback.choices(plan, last):
            steps.append(f"{name} AS ({text})")
            last = name
    if "sector" in plan.dims or "sector" in plan.query.filters:
        steps.extend(fallback.sectors(plan, statement, last))
        last = "sectored"
    steps.append(f"agg AS ({_aggregate(plan, last)})")
    return f"WITH {', '.join(steps)} {_answer(plan, statement)}"


def _item(plan: Plan) -> str:
    """The product of the asked level that a row belongs to."""
    if plan.cleared:
        return "c.product" if plan.level else f"'{TOTAL}'"
    if plan.level == 0:
        return f"'{TOTAL}'"
    return "COALESCE(s.section, 'S99')" if plan.level == 1 else f"left(c.product, {plan.level})"


def _base(plan: Plan, statement: Statement) -> str:
    key = "rollup_id" if plan.table else "period"
    mode = ", c.mode" if not plan.table else ""
    section = (
        " LEFT JOIN sections s ON s.chapter = left(c.product, 2)"
        if plan.level == 1 and not plan.cleared
        else ""
    )
    conditions = [
        f"c.level = {plan.level}" if plan.exact else f"c.level >= {plan.level}",
        *_filters(plan, statement),
    ]
    if plan.exact or not plan.world:
        conditions.append("c.is_total" if plan.world else "NOT c.is_total")
    return (
        f"SELECT a.source, a.period, a.exact, c.reporter, c.flow, c.region, c.edition, {_item(plan)} AS product,"
        " c.product AS code, c.level, c.partner, c.is_total, c.value, c.net_kg, c.quantity, c.unit, c.firms,"
        f" c.weighed, c.status{mode} FROM {statement.relation} c JOIN asked a ON a.source = c.{key}{section}"
        f" WHERE {' AND '.join(conditions)}"
    )


def _filters(plan: Plan, statement: Statement) -> list[str]:
    filters = plan.query.filters
    plain = ("flow", "region", "edition", "mode", "reporter")
    conditions = [f"c.{name} IN ({statement.several(filters[name])})" for name in plain if name in filters]
    if "partner" in filters and not plan.world:
        conditions.append(f"c.partner IN ({statement.several(filters['partner'])})")
    if plan.cleared:
        conditions.append("c.region <> ''" if plan.table == "regional" else "c.region = ''")
    if "product" in filters:
        conditions.append(_products(plan, statement, filters["product"]))
    return conditions


def _products(plan: Plan, statement: Statement, codes: tuple[str, ...]) -> str:
    """Rows of these products or below them. Digits between two bounds, so that an index on the code serves."""
    exactly = plan.exact and plan.level != 0
    conditions = []
    named = [code for code in codes if exactly and level_of(code) == plan.level]
    if named:
        conditions.append(f"c.product IN ({statement.several(named)})")
    below = [code for code in codes if code not in named]
    if any(level_of(code) == 1 for code in below):
        chapters = sorted(chapter for chapter, section in reference.section_of().items() if section in below)
        conditions.append(f"left(c.product, 2) IN ({statement.several(chapters or ['-'])})")
    for code in below:
        if code.isdigit():
            low, high = statement.one(code), statement.one(code + "9" * 10)
            conditions.append(f"(c.product BETWEEN {low} AND {high})")
    if TOTAL in codes or not conditions:
        return "TRUE" if TOTAL in codes else "FALSE"
    return f"({' OR '.join(conditions)})"


def _aggregate(plan: Plan, last: str) -> str:
    dims = ", ".join(plan.dims)
    hidden = "bool_or(status = 'c')"
    unit = "CASE WHEN count(DISTINCT unit) FILTER (WHERE quantity IS NOT NULL) = 1 THEN {} END"
    columns = [
        f"CASE WHEN NOT {hidden} THEN sum(value) END AS value",
        f"CASE WHEN NOT {hidden} THEN sum(net_kg) END AS net_kg",
        f"CASE WHEN NOT {hidden} THEN {unit.format('sum(quantity)')} END AS quantity",
        f"{unit.format('min(unit) FILTER (WHERE quantity IS NOT NULL)')} AS unit",
        "CASE WHEN count(*) = 1 THEN min(firms) END AS firms",
        f"bool_and(weighed) AND NOT {hidden} AS weighed",
        f"CASE WHEN {hidden} THEN 'c' {STATUS} END AS status",
        f"bool_or(level <> {plan.level}) AS finer",
        "bool_or(NOT is_total) AS partners",
        "bool_or(NOT exact) AS months",
        "min(edition) AS first_edition",
        "max(edition) AS last_edition",
        "bool_or(status = 'P') AS provisional",
        "count(*) > 1 AS several",
        "min(reporter) <> max(reporter) AS reporters",
    ]
    group = f" GROUP BY {dims}" if dims else ""
    return f"SELECT {dims + ', ' if dims else ''}{', '.join(columns)} FROM {last}{group} HAVING count(*) > 0"


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


def _completed(plan: Plan, statement: Statement) -> str:
    """The sums, and an empty row for every combination asked for by name: those times what else there is.

    A union that is grouped once more, not an outer join: the planner knows nothing of the size of either side.
    """
    asked = named(plan)
    if plan.dims and not asked:
        return f"SELECT {', '.join((*plan.dims, *SUMS, 'status', *FLAGS, *EDITIONS))} FROM agg"
    rest = [dim for dim in plan.dims if dim not in asked]
    tables = [
        f"({statement.rows([(code,) for code in codes])}) AS g_{dim}({dim})" for dim, codes in asked.items()
    ]
    if rest:
        tables.append(f"(SELECT DISTINCT {', '.join(rest)} FROM agg) AS g_rest")
    source = f" FROM {' CROSS JOIN '.join(tables)}" if tables else ""
    columns = [*(f"g_{dim}.{dim}" if dim in asked else f"g_rest.{dim}" for dim in plan.dims)]
    columns += ["NULL"] * len((*SUMS, "status", *FLAGS, *EDITIONS))
    names = ", ".join((*plan.dims, *SUMS, "status", *FLAGS, *EDITIONS))
    grouped = [
        *plan.dims,
        *(f"max({name}) AS {name}" for name in SUMS if name != "weighed"),
        "bool_or(weighed) AS weighed",
        "max(status) AS status",
        *(f"bool_or({flag}) AS {flag}" for flag in FLAGS),
        *(f"max({name}) AS {name}" for name in EDITIONS),
    ]
    group = f" GROUP BY {', '.join(plan.dims)}" if plan.dims else ""
    both = f"SELECT {names} FROM agg UNION ALL SELECT {', '.join(columns)}{source}"
    return f"SELECT {', '.join(grouped)} FROM ({both}) AS everything{group}"


def _answer(plan: Plan, statement: Statement) -> str:
    everywhere = [
        "count(*) OVER ()",
        *(f"bool_or({flag}) OVER ()" for flag in FLAGS),
        "min(first_edition) OVER ()",
        "max(last_edition) OVER ()",
    ]
    columns = [*plan.dims, *SUMS, "COALESCE(status, 'm')", *everywhere]
    text = (
        f"SELECT {', '.join(columns)} FROM ({_completed(plan, statement)}) AS completed"
        f" ORDER BY {_order(plan, statement)}"
    )
    limit = plan.query.limit or DEFAULT_LIMIT
    return f"{text} LIMIT {int(limit)} OFFSET {int(plan.query.offset)}"


def _order(plan: Plan, statement: Statement) -> str:
    keys = []
    if plan.query.order:
        name = plan.query.order.removeprefix("-")
        way = "DESC" if plan.query.order.startswith("-") else "ASC"
        rate = "CASE WHEN weighed AND net_kg > 0 THEN CAST(value AS DOUBLE PRECISION) / net_kg END"
        column = f"{name}{statement.collate}" if name in plan.dims else rate if name == "unit_value" else name
        keys.append(f"{column} {way} NULLS LAST")
    keys.extend(f"{dim}{statement.collate}" for dim in plan.dims)
    return ", ".join(keys) or "1"
