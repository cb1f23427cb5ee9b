"""One SQL statement for a plan, the same for PostgreSQL's rollup cells and for the facts' files in DuckDB.

Steps: `base` picks the rows at the asked product level or finer; where something was not reported as asked, `whole`,
`coarsest` and `chosen` take the coarsest rows there are (a year before its months, a chapter before its headings, World
before partners); `agg` sums; the last step adds the rows that were asked for by name and are not there.
"""

from collections.abc import Iterable

from reference import selectors as reference
from trade.cube import completing, fallback, grouping, splice
from trade.cube.grammar import TOTAL, level_of
from trade.cube.plans import Plan
from trade.cube.sql import Statement


def build(plan: Plan, statement: Statement) -> str:
    """The statement's text. `statement.relation` reads cells: `trade_cell`, or a subquery over the files.

    Rows come back as: the dimensions, value, net_kg, quantity, unit, firms, weighed, status, then what is the same in
    every row: the count of all rows, the FLAGS, the first and the last edition; then the RANKED of the row where the
    question compares codes.
    """
    return f"WITH {_steps(plan, statement)} {completing.answer(plan, statement)}"


def sums(plan: Plan, statement: Statement) -> str:
    """The sums alone: the dimensions, SUMS, status, FLAGS and EDITIONS of every group, in no order."""
    return f"WITH {_steps(plan, statement)} SELECT * FROM agg"


def _steps(plan: Plan, statement: Statement) -> str:
    """The WITH queries up to `agg`. Their texts are made in the order in which they stand: so are the parameters."""
    steps = []
    if len(plan.sources) > 1:
        steps.append(f"asked(source, period, exact) AS ({statement.rows(plan.sources)})")
    if plan.level == 1 and not plan.stored:
        sections = sorted(reference.section_of().items())
        steps.append(f"sections(chapter, section) AS ({statement.rows(sections)})")
    if splice.applies(plan.query, plan.level):
        rows = [(*pair, base) for pair, base in _conversions(plan)] or [("-", "-", "-")]
        steps.append(f"links(edition, later, earlier) AS ({statement.rows(rows)})")
    steps.append(f"base AS ({_base(plan, statement)})")
    last = "base"
    if not plan.exact:
        for name, text in fallback.choices(plan, last):
            steps.append(f"{name} AS ({text})")
            last = name
    if "sector" in plan.dims or "sector" in plan.query.filters:
        steps.extend(fallback.sectors(plan, statement, last))
        last = "sectored"
    for name, text in grouping.steps(plan, statement, last):
        steps.append(f"{name} AS ({text})")
        last = name
    steps.append(f"agg AS ({_aggregate(plan, last)})")
    return ", ".join(steps)


def _conversions(plan: Plan) -> list[tuple[tuple[str, str], str]]:
    """Those that the answer can meet: a few where codes are asked for by name."""
    found = sorted(splice.conversions(plan.query.splice or "").items())
    codes = plan.query.filters.get("product")
    if not codes or any(not code.isdigit() for code in codes):
        return found
    return [(pair, base) for pair, base in found if pair[1].startswith(codes) or base.startswith(codes)]


def _item(plan: Plan) -> str:
    """The product of the asked level that a row belongs to."""
    if plan.level == 0:
        return f"'{TOTAL}'"
    if plan.stored:
        code = "c.product"
    else:
        code = "COALESCE(s.section, 'S99')" if plan.level == 1 else f"left(c.product, {plan.level})"
    return f"COALESCE(l.earlier, {code})" if splice.applies(plan.query, plan.level) else code


def _base(plan: Plan, statement: Statement) -> str:
    key = "rollup_id" if plan.table else "period"
    if len(plan.sources) == 1:
        source, period, exact = plan.sources[0]
        named = f"c.{key} AS source, {statement.one(period)} AS period, {str(exact).upper()} AS exact"
        join = ""
    else:
        named, join = "a.source, a.period, a.exact", f" JOIN asked a ON a.source = c.{key}"
    mode = ", c.mode" if not plan.table else ""
    if plan.level == 1 and not plan.stored:
        join += " LEFT JOIN sections s ON s.chapter = left(c.product, 2)"
    if splice.applies(plan.query, plan.level):
        join += " LEFT JOIN links l ON l.edition = c.edition AND l.later = left(c.product, 6)"
    # Asked for the World, partners that make up for it are its own.
    partner = "CAST('W' AS VARCHAR)" if plan.world else "c.partner"
    columns = (
        f"SELECT {named}, c.reporter, c.flow, c.region, c.edition, {_item(plan)} AS product,"
        f" c.product AS code, c.level, {partner} AS partner, c.is_total, c.value, c.net_kg, c.quantity, c.unit,"
        f" c.firms, c.weighed, c.status{mode} FROM {statement.relation} c{join}"
    )
    conditions = []
    if len(plan.sources) == 1:
        conditions.append(f"c.{key} = {statement.one(source)}")
    conditions.append(f"c.level = {plan.level}" if plan.exact else f"c.level >= {plan.level}")
    conditions += _filters(plan, statement)
    if plan.exact or not plan.world:
        # In the cells the World is always `W`, and the index knows partners.
        stored = "c.partner = 'W'" if plan.world else "c.partner <> 'W'"
        reported = "c.is_total" if plan.world else "NOT c.is_total"
        conditions.append(stored if plan.table else reported)
    return f"{columns} WHERE {' AND '.join(conditions)}"


def _filters(plan: Plan, statement: Statement) -> list[str]:
    filters = plan.query.filters
    plain = ("flow", "region", "edition", "mode", "reporter")
    conditions = [f"c.{name} IN ({statement.several(filters[name])})" for name in plain if name in filters]
    if "partner" in filters and not plan.world:
        conditions.append(f"c.partner IN ({statement.several(filters['partner'])})")
    conditions += [
        f"c.partner IN ({statement.several(sorted(members) or ['-'])})" for members in grouping.members(plan)
    ]
    if plan.cleared and "region" not in filters:
        conditions.append("c.region <> ''" if "region" in plan.dims else "c.region = ''")
    if "product" in filters:
        conditions.append(_products(plan, statement, filters["product"]))
    return conditions


def _products(plan: Plan, statement: Statement, codes: tuple[str, ...]) -> str:
    """Rows of these products or below them. Digits between two bounds, so that an index on the code serves."""
    if splice.applies(plan.query, plan.level):
        return _spliced(plan, statement, codes)
    exactly = plan.exact and plan.level != 0
    conditions = []
    named = [code for code in codes if exactly and level_of(code) == plan.level]
    if named:
        conditions.append(f"c.product IN ({statement.several(named)})")
    if plan.stored and plan.level == 0 and TOTAL in codes:
        return f"c.product = '{TOTAL}'"
    below = [code for code in codes if code not in named]
    if any(level_of(code) == 1 for code in below):
        conditions.append(_chapters(statement, below))
    for code in below:
        if code.isdigit():
            low, high = statement.one(code), statement.one(code + "9" * 10)
            conditions.append(f"(c.product BETWEEN {low} AND {high})")
    if TOTAL in codes or not conditions:
        return "TRUE" if TOTAL in codes else "FALSE"
    return f"({' OR '.join(conditions)})"


def _chapters(statement: Statement, codes: Iterable[str], column: str = "c.product") -> str:
    chapters = sorted(chapter for chapter, section in reference.section_of().items() if section in codes)
    return f"left({column}, 2) IN ({statement.several(chapters or ['-'])})"


def _spliced(plan: Plan, statement: Statement, codes: tuple[str, ...]) -> str:
    """Rows whose code in the base edition is one of these or below one; the reported codes first, for the index."""
    if TOTAL in codes:
        return "TRUE"
    digits = [code for code in codes if code.isdigit()]
    reported = sorted(splice.sources(plan.query.splice or "", digits))
    wide = [code for code in reported if len(code) < splice.SUBHEADING]
    named = [code for code in reported if len(code) == splice.SUBHEADING]
    found = [f"left(c.product, 6) IN ({statement.several(named)})"] if named else []
    if plan.stored and named:
        found = [found[0].replace("left(c.product, 6)", "c.product")]
    for code in wide:
        found.append(f"(c.product BETWEEN {statement.one(code)} AND {statement.one(code + '9' * 10)})")
    if len(digits) < len(codes):
        found.append(_chapters(statement, codes))
    item = "COALESCE(l.earlier, left(c.product, 6))"
    exactly = [f"left({item}, {len(code)}) = {statement.one(code)}" for code in digits]
    if len(digits) < len(codes):
        exactly.append(_chapters(statement, codes, item))
    return f"(({' OR '.join(found)}) AND ({' OR '.join(exactly)}))"


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
        f"CASE WHEN {hidden} THEN 'c' {completing.MARKS} END AS status",
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
