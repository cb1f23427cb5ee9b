"""The rollup cells of datasets without companies: everything that a part reports, or declared sums of a very large one.

A declared sum is the cube's own answer from the part's file, so cells and files cannot differ.
"""

import duckdb
import polars as pl

from trade.cube import declared, files, plans, statement
from trade.cube.periods import Target
from trade.cube.plans import Plan
from trade.cube.query import Query
from trade.cube.sql import Statement
from trade.models import Part

LEVELS = (0, 2, 4, 6)
SCHEMA = pl.Schema({
    "reporter": pl.String, "flow": pl.String, "region": pl.String, "edition": pl.String, "product": pl.String,
    "level": pl.Int16, "partner": pl.String, "is_total": pl.Boolean, "value": pl.Int64, "net_kg": pl.Int64,
    "quantity": pl.Int64, "unit": pl.String, "firms": pl.Int64, "weighed": pl.Boolean, "status": pl.String,
})  # fmt: skip
KEYS = ("product", "flow", "reporter", "partner", "region", "edition")
STATUS = "CASE WHEN bool_or(status = 'P') THEN 'P' WHEN bool_or(status = 'R') THEN 'R' ELSE '' END"
UNIT = "CASE WHEN count(DISTINCT COALESCE(unit, '')) FILTER (WHERE quantity IS NOT NULL) = 1 THEN {} END"
QUANTITY = UNIT.format("sum(quantity)::BIGINT")
UNIT_NAME = f"COALESCE({UNIT.format('min(unit) FILTER (WHERE quantity IS NOT NULL)')}, '')"
WEIGHED = "bool_and(value = 0 OR COALESCE(net_kg, 0) > 0)"
REPORTED = f"""
CREATE TEMP TABLE cells AS
SELECT reporter, flow, COALESCE(region, '') AS region, edition, product, level::SMALLINT AS level,
 CASE WHEN is_total THEN '{plans.WORLD}' ELSE partner END AS partner, is_total, sum(value)::BIGINT AS value,
 sum(net_kg)::BIGINT AS net_kg, {QUANTITY} AS quantity, {UNIT_NAME} AS unit, NULL::INTEGER AS firms,
 {WEIGHED} AS weighed, {STATUS} AS status
FROM read_parquet([{{files}}]) GROUP BY ALL
"""
# Keys that have something at this level or finer, but not at the level itself: where a plain filter would miss them.
GAPS = """
SELECT count(*) FROM (
 SELECT 1 FROM cells WHERE level >= {level} {only}
 GROUP BY reporter, flow, region, edition, left(product, {digits}) {partner}
 HAVING NOT bool_or(level = {level} {total}))
"""
# What `Rollup.exact` keeps: levels by "world", "partners" and "levels"; of a declared sum its "flags" by level.
Exact = dict[str, list[int]] | dict[str, dict[str, list[str]]]


def tables(part: Part) -> tuple[str, ...]:
    """The tables that a part is summed into."""
    return declared.of_part(part.rows)


def made(duck: duckdb.DuckDBPyConnection, part: Part, table: str) -> tuple[pl.DataFrame, Exact]:
    """The cells of one table of a part, in `SCHEMA`, and what the planner must know of them."""
    if table == declared.CELLS:
        return _reported(duck, files.listed([part]))
    rollup = next(rollup for rollup in declared.OPEN if rollup.name == table)
    frames, flags = [], {}
    for level in rollup.levels:
        frame, told = _summed(duck, part, level, world=rollup.world)
        frames.append(frame)
        flags[str(level)] = told
    return pl.concat(frames).sort(KEYS), {"flags": flags}


def _reported(duck: duckdb.DuckDBPyConnection, listed: str) -> tuple[pl.DataFrame, dict[str, list[int]]]:
    """Every cell that is reported, and the levels at which nothing has to be looked for."""
    duck.execute(REPORTED.format(files=listed))
    only_partners = "AND NOT is_total"
    exact = {
        "world": [
            level for level in LEVELS if not _gaps(duck, level, only="", partner="", total="AND is_total")
        ],
        "partners": [
            level for level in LEVELS if not _gaps(duck, level, only=only_partners, partner=", partner")
        ],
    }
    levels = duck.execute("SELECT DISTINCT level FROM cells ORDER BY level").fetchall()
    exact["levels"] = [int(level) for (level,) in levels]
    found = pl.DataFrame(duck.sql(f"SELECT * FROM cells ORDER BY {', '.join(KEYS)}")).cast(SCHEMA)
    duck.execute("DROP TABLE cells")
    return found, exact


def _gaps(duck: duckdb.DuckDBPyConnection, level: int, *, only: str, partner: str, total: str = "") -> int:
    question = GAPS.format(level=level, digits=level, only=only, partner=partner, total=total)
    return int(duck.execute(question).fetchall()[0][0])


def _summed(
    duck: duckdb.DuckDBPyConnection, part: Part, level: int, *, world: bool
) -> tuple[pl.DataFrame, list[str]]:
    """The part's own answer at one level, and what was done to make it."""
    dims = (
        "reporter",
        "flow",
        "region",
        "edition",
        *(("product",) if level else ()),
        *(() if world else ("partner",)),
    )
    plan = Plan(
        Query(), dims, level, world, [Target(part.period, part.period, (), None, None)],
        [(part.period, part.period, True)], None, exact=False, cleared=False, parts=[part],
    )  # fmt: skip
    text = Statement(files.relation([part]))
    sql = statement.sums(plan, text).replace("%s", "?")
    frame = pl.DataFrame(duck.sql(sql, params=text.params))
    flags = [flag for flag in ("finer", "partners") if frame.height and frame[flag].any()]
    columns = {
        "product": pl.col("product") if level else pl.lit("TOTAL"),
        "level": pl.lit(level),
        "partner": pl.lit(plans.WORLD) if world else pl.col("partner"),
        "is_total": pl.lit(world),
        # Units differ below a sum: only the full cells tell quantities.
        "quantity": pl.lit(None, dtype=pl.Int64),
        "unit": pl.lit(""),
        "firms": pl.lit(None, dtype=pl.Int64),
    }
    return frame.with_columns(**columns).select(SCHEMA.names()).cast(SCHEMA), flags
