"""The facts' Parquet files, read by a DuckDB in process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from django.conf import settings

from portal.base import storage
from trade.models import Part

# Columns of a fact file as the statement reads them; `weighed` is what a rollup cell stores.
FACTS = """(SELECT period, reporter, flow, COALESCE(region, '') AS region, edition, product, level, partner, is_total,
 COALESCE(mode, '') AS mode, value, net_kg, quantity, COALESCE(unit, '') AS unit, NULL::INTEGER AS firms,
 (value = 0 OR COALESCE(net_kg, 0) > 0) AS weighed, COALESCE(status, '') AS status
 FROM read_parquet([{files}]))"""


@contextmanager
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of one's own, within the settings' memory and threads; its spill files stay in QAFILA_HOME."""
    scratch = Path(settings.QAFILA_HOME) / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(
        config={
            "threads": settings.TRADE_DUCKDB_THREADS,
            "memory_limit": settings.TRADE_DUCKDB_MEMORY,
            "temp_directory": str(scratch),
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,
        }
    ) as engine:
        yield engine


def listed(parts: list[Part]) -> str:
    """The parts' files as a list in SQL text; their names are checksums under a folder of ours."""
    return ", ".join("'" + str(storage.local_path(part.stored_as)).replace("'", "''") + "'" for part in parts)
