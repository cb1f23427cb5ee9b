"""Steps of the statement that give partners their continent and their customs union."""

from functools import cache

from reference import selectors as reference
from trade.cube import plans
from trade.cube.plans import Plan
from trade.cube.sql import Statement

# The calendar year in which a period ends.
YEAR = (
    "CAST(CASE WHEN b.period LIKE 'FY%%' THEN substr(b.period, 3, 4) ELSE left(b.period, 4) END AS INTEGER)"
)


def asked(plan: Plan) -> list[str]:
    return [name for name in plans.GROUPS if name in plan.dims or name in plan.query.filters]


@cache
def _rows(name: str) -> tuple[tuple[str, str, int, int], ...]:
    """(group, partner, first year, last year)"""
    if name == "continent":
        return tuple((group, code, 0, 9999) for code, group in sorted(reference.continents().items()))
    return tuple(
        (member.union, member.country, member.first_year, member.last_year)
        for member in reference.customs_unions()
    )


def unions() -> frozenset[str]:
    return frozenset(group for group, *_rest in _rows("customs_union"))


def members(plan: Plan) -> list[set[str]]:
    """For each group that is filtered for, every partner that ever belonged to it: an index can look for those."""
    found = []
    for name in asked(plan):
        wanted = plan.query.filters.get(name)
        if wanted:
            found.append({code for group, code, *_years in _rows(name) if group in wanted})
    return found


def steps(plan: Plan, statement: Statement, last: str) -> list[tuple[str, str]]:
    """`(name, text)` of each step; a partner outside every group has the empty code."""
    found = []
    for name in asked(plan):
        wanted = plan.query.filters.get(name)
        rows = [row for row in _rows(name) if not wanted or row[0] in wanted]
        listed = statement.rows(rows or [("-", "-", 0, 0)])
        found.append((f"{name}s(code, partner, first, last)", listed))
        join = "JOIN" if wanted else "LEFT JOIN"
        text = (
            f"SELECT b.*, COALESCE(g.code, '') AS {name} FROM {last} b {join} {name}s g"
            f" ON g.partner = b.partner AND {YEAR} BETWEEN g.first AND g.last"
        )
        found.append((f"by_{name}", text))
        last = f"by_{name}"
    return found
