"""The rollup cells of datasets without companies: everything that a part reports, or declared sums of a very large one.

A declared sum is the cube's own answer from the part's file, so cells and files cannot differ.
"""

from typing import Any

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
# Rows of a part that holds one level and no totals, as the statement reads them.
GATHERED = f"""
CREATE OR REPLACE TEMP TABLE gathered AS
SELECT period, reporter, flow, region, edition, left(product, {{digits}}) AS product, level, {{partner}}, '' AS mode,
 sum(value)::BIGINT AS value, sum(net_kg)::BIGINT AS net_kg, NULL::BIGINT AS quantity, '' AS unit,
 NULL::INTEGER AS firms, bool_and(weighed) AS weighed, {STATUS} AS status
FROM {{relation}} GROUP BY ALL
"""
# What `Rollup.exact` keeps: "levels" and "both" of the part's rows; of all cells the levels at which "world" and
# "partners" are told as asked; of a declared sum its "flags" by level.
Exact = dict[str, Any]


def made(duck: duckdb.DuckDBPyConnection, part: Part, table: str) -> tuple[pl.DataFrame, Exact]:
    """The cells of one table of a part, in `SCHEMA`, and what the planner must know of them."""
    listed = files.listed([part])
    rows = _rows(duck, listed)
    if table == declared.CELLS:
        found, exact = _reported(duck, listed)
        return found, {**exact, **rows}
    rollup = next(rollup for rollup in declared.OPEN if rollup.name == table)
    relation = _gathered(duck, part, rollup, rows)
    frames, flags = [], {}
    for level in rollup.levels:
        frame, told = _summed(duck, part, level, relation, rows, world=rollup.world)
        frames.append(frame)
        flags[str(level)] = told
    return pl.concat(frames).sort(KEYS), {"flags": flags, **rows}


def _rows(duck: duckdb.DuckDBPyConnection, listed: str) -> Exact:
    """The product levels that a part has, and whether World rows and partners' stand beside each other."""
    question = f"SELECT DISTINCT level, is_total FROM read_parquet([{listed}])"
    found = duck.execute(question).fetchall()
    levels, totals = {int(level) for level, _total in found}, {total for _level, total in found}
    return {"levels": sorted(levels), "both": len(totals) > 1}


def _gathered(duck: duckdb.DuckDBPyConnection, part: Part, rollup: declared.Rollup, rows: Exact) -> str:
    """What the sums of a rollup are read from, as SQL: the part's file; or, where it holds one level and no totals, so
    that nothing is told twice, its rows summed already as far as none of the rollup's levels tells them apart."""
    relation = files.relation([part])
    if rows["both"] or len(rows["levels"]) > 1:
        return relation
    digits, partner = (max(rollup.levels), "is_total") if rollup.world else (2, "partner, is_total")
    duck.execute(GATHERED.format(relation=relation, digits=max(digits, 2), partner=partner))
    return "gathered"


def _reported(duck: duckdb.DuckDBPyConnection, listed: str) -> tuple[pl.DataFrame, Exact]:
    """Every cell that is reported, and the levels at which nothing has to be looked for."""
    duck.execute(REPORTED.format(files=listed))
    only_partners = "AND NOT is_total"
    exact: Exact = {
        "world": [
            level for level in LEVELS if not _gaps(duck, level, only="", partner="", total="AND is_total")
        ],
        "partners": [
            level for level in LEVELS if not _gaps(duck, level, only=only_partners, partner=", partner")
        ],
    }
    found = pl.DataFrame(duck.sql(f"SELECT * FROM cells ORDER BY {', '.join(KEYS)}")).cast(SCHEMA)
    duck.execute("DROP TABLE cells")
    return found, exact


def _gaps(duck: duckdb.DuckDBPyConnection, level: int, *, only: str, partner: str, total: str = "") -> int:
    question = GAPS.format(level=level, digits=level, only=only, partner=partner, total=total)
    return int(duck.execute(question).fetchall()[0][0])


def _summed(
    duck: duckdb.DuckDBPyConnection, part: Part, level: int, relation: str, rows: Exact, *, world: bool
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
        levels=tuple(rows["levels"]), both=rows["both"],
    )  # fmt: skip
    text = Statement(relation)
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
