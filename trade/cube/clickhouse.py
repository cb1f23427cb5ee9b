"""The facts' files read by ClickHouse: the statement of DuckDB, translated, its values bound, over HTTP.

Only what would be read from the files goes there (`TRADE_ENGINE=clickhouse`); rollup cells stay in PostgreSQL. See
docs/engines.md.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import sqlglot
import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from sqlglot import exp

from portal.base.errors import Unavailable
from trade.cube import duck, files
from trade.cube.sql import Statement
from trade.models import Part

log = structlog.get_logger(__name__)
RELATION = "facts_of_parts"
# The same columns as `files.FACTS`, in ClickHouse's words; `{source}` is a table function over the parts' files.
FACTS = """(SELECT period, reporter, flow, ifNull(region, '') AS region, edition, product, level, partner, is_total,
 ifNull(mode, '') AS mode, value, net_kg, quantity, ifNull(unit, '') AS unit, CAST(NULL AS Nullable(Int32)) AS firms,
 (value = 0 OR ifNull(net_kg, 0) > 0) AS weighed, ifNull(status, '') AS status FROM {source}{where})"""
# What makes ClickHouse answer as SQL says and as the other stores do.
SEMANTICS: dict[str, str | int] = {
    "join_use_nulls": 1,
    "prefer_column_name_to_alias": 1,
    "aggregate_functions_null_for_empty": 1,
    "union_default_mode": "ALL",
    "output_format_json_quote_64bit_integers": 0,
    "session_timezone": "UTC",
    "glob_expansion_max_elements": 100_000,
    "max_query_size": 16 * 2**20,
}
# Codes of ClickHouse's exceptions, in the header of its answer.
TOO_LARGE = frozenset({"158", "159", "160", "241", "307", "396"})
BUSY = frozenset({"202", "203", "439"})
GONE = frozenset({"107", "117", "499", "636"})
TYPES: dict[type, str] = {str: "String", bool: "Bool", int: "Int64"}
_MARK = re.compile(r"\bbound_([0-9]+)\b")
_TABLE = re.compile(r"\brows_([0-9]+)\b")


@dataclass(slots=True)
class Bound(Statement):
    """A statement whose values are parameters of ClickHouse: one a value, one array a list, one array a column."""

    types: list[str] = field(default_factory=list)
    tables: list[tuple[int, int]] = field(default_factory=list)

    def one(self, value: Any) -> str:
        self.params.append(value)
        self.types.append(TYPES[type(value)])
        return f"bound_{len(self.params) - 1}"

    def several(self, values: Sequence[Any]) -> str:
        self.params.append(list(values))
        self.types.append(f"Array({TYPES[type(values[0])]})")
        return f"bound_{len(self.params) - 1}"

    def rows(self, rows: Sequence[Sequence[Any]]) -> str:
        first = len(self.params)
        for column in zip(*rows, strict=True):
            self.several(column)
        self.tables.append((first, len(self.params) - first))
        return f"SELECT * FROM rows_{len(self.tables) - 1}"


def fetch(
    statement: Bound, sql: str, parts: Sequence[Part], *, enterprises: Iterable[str] = ()
) -> list[tuple[Any, ...]]:
    """All rows of a statement over the parts. Raises Busy, TooLong, Unavailable."""
    source = files_of(parts)
    relation = FACTS.format(source=source, where=files.of_enterprises(enterprises))
    text = _with_values(translated(sql), statement).replace(RELATION, relation)
    params = {f"param_p{number}": written(value) for number, value in enumerate(statement.params)}
    return [tuple(row) for row in _asked(text, params)]


def files_of(parts: Sequence[Part]) -> str:
    """The settings' table function over exactly these parts; their names are checksums under a folder of ours."""
    names = sorted(part.stored_as for part in parts)
    if not all(re.fullmatch(r"[a-z]+/[0-9a-f]{2}/[0-9a-f]{64}\.parquet", name) for name in names):
        raise ValueError("a part's file is named by its checksum")
    inner = names[0] if len(names) == 1 else "{" + ",".join(names) + "}"
    return str(settings.CLICKHOUSE_PARTS).replace("{files}", inner)


@lru_cache(maxsize=256)
def translated(sql: str) -> str:
    """DuckDB's dialect in ClickHouse's: aggregates over truth values, and sums that cannot overflow."""
    tree = sqlglot.parse_one(sql, read="duckdb").transform(_rewritten)
    return tree.sql(dialect="clickhouse")


def _rewritten(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Select):
        # A column that both sides of a join have would keep its table in its name.
        named = [
            exp.alias_(column, column.name)
            if isinstance(column, exp.Column) and column.table and not isinstance(column.this, exp.Star)
            else column
            for column in node.expressions
        ]
        node.set("expressions", named)
    if isinstance(node, exp.LogicalOr):
        return exp.Max(this=node.this)
    if isinstance(node, exp.LogicalAnd):
        return exp.Min(this=node.this)
    if isinstance(node, exp.Sum):
        # Elsewhere a sum of 64-bit integers is wider; here it would begin again from the other end.
        return exp.Sum(this=exp.func("toInt128", node.this))
    return node


def _with_values(text: str, statement: Bound) -> str:
    def place(number: int) -> str:
        return f"{{p{number}:{statement.types[number]}}}"

    def table(found: re.Match[str]) -> str:
        first, width = statement.tables[int(found[1])]
        columns = ", ".join(place(first + number) for number in range(width))
        names = ", ".join(f"tupleElement(t, {number + 1}) AS c{number}" for number in range(width))
        return f"(SELECT {names} FROM (SELECT arrayJoin(arrayZip({columns})) AS t))"

    return _MARK.sub(lambda found: place(int(found[1])), _TABLE.sub(table, text))


def written(value: Any) -> str:
    """A value as ClickHouse reads a parameter: plain text escaped, an array with its texts quoted."""
    if isinstance(value, list):
        return (
            "[" + ",".join(_quoted(item) if isinstance(item, str) else written(item) for item in value) + "]"
        )
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{inside}'"


def limits() -> dict[str, str | int]:
    """What ClickHouse itself is to hold a question to; it may read and nothing else."""
    seconds = max(1, round(settings.TRADE_QUESTION_SECONDS))
    return {
        **SEMANTICS,
        "readonly": 2,
        "max_execution_time": seconds,
        "timeout_before_checking_execution_speed": 0,
        "max_memory_usage": _bytes(settings.TRADE_DUCKDB_MEMORY),
        "wait_end_of_query": 1,
        "cancel_http_readonly_queries_on_client_close": 1,
        "default_format": "JSONCompact",
    }


def _bytes(text: str) -> int:
    found = re.fullmatch(r"([0-9]+) *([KMGT]?)(i?)B?", text.strip(), re.IGNORECASE)
    if found is None:
        raise ValueError(f"TRADE_DUCKDB_MEMORY: {text} is no size")
    return int(found[1]) * int((1024 if found[3] else 1000) ** ("KMGT".find(found[2].upper()) + 1))


def _asked(text: str, params: dict[str, str]) -> list[list[Any]]:
    address = urlsplit(settings.CLICKHOUSE_URL)
    query: dict[str, str | int] = {**limits(), "database": address.path.strip("/") or "default"}
    # As the parts of a form: an address would be too long for them.
    form = [("query", (None, text)), *((name, (None, value)) for name, value in params.items())]
    try:
        answer = _client().post("/", params=query, files=form)
    except httpx.PoolTimeout as error:
        raise duck.busy() from error
    except httpx.ConnectTimeout as error:
        raise _away(type(error).__name__) from error
    except httpx.TimeoutException as error:
        raise duck.too_long() from error
    except httpx.HTTPError as error:
        raise _away(type(error).__name__) from error
    if answer.status_code == httpx.codes.OK and "X-ClickHouse-Exception-Code" not in answer.headers:
        rows: list[list[Any]] = answer.json()["data"]
        return rows
    raise _refusal(answer)


def _refusal(answer: httpx.Response) -> Unavailable:
    code = answer.headers.get("X-ClickHouse-Exception-Code", "")
    if code in TOO_LARGE:
        return duck.too_long()
    if code in BUSY:
        return duck.busy()
    if code in GONE:
        log.error("clickhouse_parts_unreadable", code=code)
        return files.Damaged(_("The figures cannot be read: a file of the release is damaged or missing."))
    return _away(f"{answer.status_code} {code}".strip())


def _away(problem: str) -> Unavailable:
    # Neither the statement nor its values: they may name an enterprise.
    log.error("clickhouse_failed", problem=problem)
    return Unavailable(
        _("The figures cannot be computed at this moment."), hint=_("Ask again later."), retry_after=30
    )


@lru_cache(maxsize=1)
def _made(url: str, places: int, wait: float, seconds: float, process: int) -> httpx.Client:
    address = urlsplit(url)
    port = f":{address.port}" if address.port else ""
    secrets = {"X-ClickHouse-User": unquote(address.username or "default")}
    if address.password:
        secrets["X-ClickHouse-Key"] = unquote(address.password)
    return httpx.Client(
        base_url=f"{address.scheme}://{address.hostname}{port}",
        headers=secrets,
        limits=httpx.Limits(max_connections=places),
        timeout=httpx.Timeout(seconds + 2, connect=3, pool=wait),
        trust_env=False,
    )


def _client() -> httpx.Client:
    """The process's connections, as many as questions may be asked at once; a forked child makes its own."""
    return _made(
        settings.CLICKHOUSE_URL,
        settings.TRADE_QUESTIONS,
        settings.TRADE_QUESTION_WAIT,
        settings.TRADE_QUESTION_SECONDS,
        os.getpid(),
    )
