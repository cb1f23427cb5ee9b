"""Where a plan's figures are: rollup cells in PostgreSQL, or the facts' files, which DuckDB or ClickHouse reads."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection

from trade.cube import clickhouse, duck, files, statement
from trade.cube.plans import Plan
from trade.cube.sql import Statement

CLICKHOUSE = "clickhouse"


def run(plan: Plan) -> list[tuple[Any, ...]]:
    """The rows of `statement.build`. Raises Unavailable where the store is busy, damaged or away."""
    return _cells(plan) if plan.table else facts(plan)


def facts(plan: Plan, *, enterprises: Iterable[str] = ()) -> list[tuple[Any, ...]]:
    """The rows, from the files of the plan's parts; of the facts of these enterprises only, where any are named."""
    if settings.TRADE_ENGINE == CLICKHOUSE:
        bound = clickhouse.Bound(clickhouse.RELATION)
        return clickhouse.fetch(bound, statement.build(plan, bound), plan.parts, enterprises=enterprises)
    with duck.place() as cursor:
        text = Statement(files.relation(plan.parts, enterprises=enterprises))
        sql = statement.build(plan, text)
        return duck.fetch(cursor, sql.replace("%s", "?"), text.params)


def _cells(plan: Plan) -> list[tuple[Any, ...]]:
    text = Statement("trade_cell", collate=' COLLATE "C"')
    sql = statement.build(plan, text)
    with connection.cursor() as cursor:
        cursor.execute(sql, text.params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
