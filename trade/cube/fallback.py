"""Steps of the statement that choose among rows: what was reported as asked, else the coarsest there is; sectors."""

from collections.abc import Sequence

from reference import selectors as reference
from trade.cube.plans import Plan
from trade.cube.sql import Statement

SAME = ("source", "period", "reporter", "flow", "region", "edition")


def choices(plan: Plan, last: str) -> list[tuple[str, str]]:
    """Where the asked period, level or World was not reported, the coarsest rows that were.

    By window functions, not by anti-joins: their cost does not hang on what a planner believes of a WITH query's size.
    """
    steps = []
    if any(target.exact and target.parts for target in plan.targets):
        told = _window("exact", ("period", "reporter", "flow"))
        steps.append(("whole", _kept(f"{told} AS year_told", last, "exact OR NOT year_told")))
        last = "whole"
    same = SAME if plan.world else (*SAME, "partner")
    # A row stays out when a coarser one that contains it, still at the asked level or finer, was reported.
    above = [level for level in plan.levels if plan.level <= level < max(plan.levels)]
    if above:
        windows = [f"{_window(f'level = {n}', (*same, f'left(code, {n})'))} AS told_{n}" for n in above]
        rule = " AND ".join(f"NOT (level > {n} AND told_{n})" for n in above)
        steps.append(("coarsest", _kept(", ".join(windows), last, rule)))
        last = "coarsest"
    if plan.world and plan.both:
        told = _window("is_total", (*SAME, "code"))
        steps.append(("chosen", _kept(f"{told} AS world_told", last, "is_total OR NOT world_told")))
    return steps


def _window(condition: str, keys: Sequence[str]) -> str:
    return f"bool_or({condition}) OVER (PARTITION BY {', '.join(keys)})"


def _kept(windows: str, last: str, rule: str) -> str:
    return f"SELECT * FROM (SELECT b.*, {windows} FROM {last} b) AS seen WHERE {rule}"


def sectors(plan: Plan, statement: Statement, last: str) -> list[str]:
    """Each row's sector: that of the longest prefix of its code among the rules."""
    rules = sorted(set(reference.sector_rules(_edition(plan)))) or [("-", "-")]
    joins = " ".join(
        f"LEFT JOIN rules r{digits} ON r{digits}.prefix = left(b.code, {digits})" for digits in (6, 4, 2)
    )
    sector = "COALESCE(r6.sector, r4.sector, r2.sector, '')"
    rows = f"rules(prefix, sector) AS ({statement.rows(rules)})"
    wanted = plan.query.filters.get("sector")
    where = f" WHERE {sector} IN ({statement.several(wanted)})" if wanted else ""
    return [rows, f"sectored AS (SELECT b.*, {sector} AS sector FROM {last} b {joins}{where})"]


def _edition(plan: Plan) -> str:
    return plan.query.filters.get("edition", (reference.CURRENT_EDITION,))[0]
