"""The tables of rollup cells and the SQL that sums facts into them.

`cells` (datasets without companies): every fact, summed over mode and customs office. `national` (year × flow × HS6)
and `regional` (year × flow × region × section), both with their margins: cleared, so without a single hidden amount.
"""

from collections import defaultdict
from typing import Any

import duckdb
import polars as pl

from reference import selectors as reference
from trade.cube import clearance
from trade.cube.clearance import Amount, Line
from trade.cube.grammar import TOTAL
from trade.models import Dataset

TABLES = ("cells", "national", "regional")
LEVELS = (0, 2, 4, 6)
WORLD = "W"
NOT_ALLOCATED = "_U"
SECTION = 1
# The finest level of the country's cells, and of the regions'.
FINEST = (6, SECTION)
# A chapter that no section holds (98 is a country's own) keeps a class, so that sections always add up.
NO_SECTION = "S99"
# The first nine digits of the ICE are the enterprise; the next four are its establishments.
FIRM_DIGITS = 9
SCHEMA = pl.Schema({
    "reporter": pl.String, "flow": pl.String, "region": pl.String, "edition": pl.String, "product": pl.String,
    "level": pl.Int16, "partner": pl.String, "is_total": pl.Boolean, "value": pl.Int64, "net_kg": pl.Int64,
    "quantity": pl.Int64, "unit": pl.String, "firms": pl.Int64, "weighed": pl.Boolean, "status": pl.String,
})  # fmt: skip

STATUS = "CASE WHEN bool_or(status = 'P') THEN 'P' WHEN bool_or(status = 'R') THEN 'R' ELSE '' END"
UNIT = "CASE WHEN count(DISTINCT COALESCE(unit, '')) FILTER (WHERE quantity IS NOT NULL) = 1 THEN {} END"
QUANTITY = UNIT.format("sum(quantity)::BIGINT")
UNIT_NAME = f"COALESCE({UNIT.format('min(unit) FILTER (WHERE quantity IS NOT NULL)')}, '')"
WEIGHED = "bool_and(value = 0 OR COALESCE(net_kg, 0) > 0)"

OPEN = f"""
CREATE TEMP TABLE cells AS
SELECT reporter, flow, COALESCE(region, '') AS region, edition, product, level::SMALLINT AS level,
 CASE WHEN is_total THEN '{WORLD}' ELSE partner END AS partner, is_total, sum(value)::BIGINT AS value,
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

# Every firm's sum in every cell of the published tables, then each cell's sums, firms and largest firm.
CLEARED = f"""
WITH facts AS (
 SELECT COALESCE(reporter, 'MA') AS reporter, flow, COALESCE(region, '{NOT_ALLOCATED}') AS region, edition,
  COALESCE(section, '{NO_SECTION}') AS section, left(product, 6) AS hs6,
  left(NULLIF(company, ''), {FIRM_DIGITS}) AS firm, value, net_kg, quantity, unit, status
 FROM read_parquet([{{files}}]) LEFT JOIN sections ON chapter = left(product, 2) WHERE NOT is_total
), firms AS (
 SELECT flow, region, section, hs6, firm, GROUPING(region) AS no_region, GROUPING(section) AS no_section,
  GROUPING(hs6) AS no_hs6, min(reporter) AS reporter, max(edition) AS edition, sum(value) AS value,
  sum(net_kg) AS net_kg, sum(quantity) AS quantity, min(unit) FILTER (WHERE quantity IS NOT NULL) AS first_unit,
  max(unit) FILTER (WHERE quantity IS NOT NULL) AS last_unit,
  bool_or(quantity IS NOT NULL AND unit IS NULL) AS no_unit, {WEIGHED} AS weighed,
  bool_or(status = 'P') AS provisional, bool_or(status = 'R') AS revised
 FROM facts
 GROUP BY GROUPING SETS ((flow, firm), (flow, section, firm), (flow, section, hs6, firm), (flow, region, firm),
  (flow, region, section, firm))
)
SELECT flow, COALESCE(region, '') AS region, section, hs6, min(reporter) AS reporter, max(edition) AS edition,
 sum(value)::BIGINT AS value, sum(net_kg)::BIGINT AS net_kg,
 CASE WHEN min(first_unit) = max(last_unit) AND NOT bool_or(no_unit) THEN sum(quantity)::BIGINT END AS quantity,
 CASE WHEN min(first_unit) = max(last_unit) AND NOT bool_or(no_unit) THEN min(first_unit) END AS unit,
 count(firm) AS firms, COALESCE(max(value) FILTER (WHERE firm IS NOT NULL), 0)::BIGINT AS largest,
 bool_and(weighed) AS weighed,
 CASE WHEN bool_or(provisional) THEN 'P' WHEN bool_or(revised) THEN 'R' ELSE '' END AS status
FROM firms GROUP BY flow, region, section, hs6, no_region, no_section, no_hs6
"""


def of(dataset: Dataset, *, demonstration: bool) -> tuple[str, ...]:
    """The tables that a release of this dataset has.

    Facts of companies that are not a demonstration show the public only the country's sections.
    """
    if not dataset.has_companies:
        return ("cells",)
    return ("national", "regional") if demonstration else ("national",)


def open_cells(duck: duckdb.DuckDBPyConnection, files: str) -> tuple[pl.DataFrame, dict[str, list[int]]]:
    """The cells of a part without companies, and the levels at which nothing has to be looked for (`Rollup.exact`)."""
    duck.execute(OPEN.format(files=files))
    exact = {
        "world": [
            level for level in LEVELS if not _gaps(duck, level, only="", partner="", total="AND is_total")
        ],
        "partners": [
            level for level in LEVELS if not _gaps(duck, level, only="AND NOT is_total", partner=", partner")
        ],
    }
    levels = duck.execute("SELECT DISTINCT level FROM cells ORDER BY level").fetchall()
    exact["levels"] = [int(level) for (level,) in levels]
    found = duck.sql("SELECT * FROM cells ORDER BY product, flow, reporter, partner, region, edition")
    return pl.DataFrame(found).cast(SCHEMA), exact


def _gaps(duck: duckdb.DuckDBPyConnection, level: int, *, only: str, partner: str, total: str = "") -> int:
    question = GAPS.format(level=level, digits=level, only=only, partner=partner, total=total)
    return int(duck.execute(question).fetchall()[0][0])


Row = dict[str, Any]
# (region, product): ("", "TOTAL") is the national total, ("", "S02") a national section, ("MA-08", "S02") …
Place = tuple[str, str]


def cleared_cells(
    duck: duckdb.DuckDBPyConnection, files: str, *, demonstration: bool
) -> dict[str, pl.DataFrame]:
    """The cells of both cleared tables of a year, cleared together, since their margins link them."""
    duck.execute("CREATE TEMP TABLE sections (chapter VARCHAR, section VARCHAR)")
    duck.executemany("INSERT INTO sections VALUES (?, ?)", sorted(reference.section_of().items()))
    by_flow: dict[str, dict[Place, Row]] = defaultdict(dict)
    for row in pl.DataFrame(duck.sql(CLEARED.format(files=files))).iter_rows(named=True):
        # What is not published at all must not decide what else is hidden.
        if demonstration or not (row["region"] or row["hs6"]):
            by_flow[row["flow"]][row["region"], row["hs6"] or row["section"] or TOTAL] = row
    kept: dict[str, list[Row]] = {"national": [], "regional": []}
    for found in by_flow.values():
        cells = dict(sorted(found.items()))
        secret = clearance.hidden(_amounts(cells), lines(cells))
        for place, row in cells.items():
            kept["regional" if place[0] else "national"].append(_cell(row, place, secret=place in secret))
    return {
        table: pl.DataFrame(rows, schema=SCHEMA).sort("product", "flow", "region")
        for table, rows in kept.items()
    }


def _amounts(cells: dict[Place, Row]) -> dict[clearance.Key, Amount]:
    return {
        place: Amount(
            row["value"], row["firms"], row["largest"], (row["net_kg"] or 0) + (row["quantity"] or 0)
        )
        for place, row in cells.items()
    }


def lines(cells: dict[Place, Row]) -> list[Line]:
    """Every sum that the two tables let a reader check, within one flow and year."""
    sums: dict[tuple[Place, str], list[clearance.Key]] = defaultdict(list)
    for place, row in cells.items():
        region, product = place
        if row["hs6"]:
            sums[("", row["section"]), "subheadings"].append(place)
        elif region:
            # A column of the regional table: the regions of one section, or their totals.
            sums[("", product), "regions"].append(place)
        if row["section"] and not row["hs6"]:
            # A row: the sections of one region, or of the nation.
            sums[(region, TOTAL), "sections"].append(place)
    return [Line(total, tuple(parts)) for (total, _kind), parts in sums.items()]


def _cell(row: Row, place: Place, *, secret: bool) -> Row:
    region, product = place
    level = 6 if row["hs6"] else 1 if row["section"] else 0
    cell = {"reporter": row["reporter"], "flow": row["flow"], "region": region, "edition": row["edition"]}
    cell |= {"product": product, "level": level, "partner": WORLD, "is_total": True}
    if secret:
        nothing = dict.fromkeys(("value", "net_kg", "quantity", "firms"))
        return cell | nothing | {"unit": "", "weighed": False, "status": "c"}
    amounts = {name: row[name] for name in ("value", "net_kg", "quantity", "weighed", "status")}
    return cell | amounts | {"unit": row["unit"] or "", "firms": clearance.rounded(row["firms"])}
