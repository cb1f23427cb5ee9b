"""Clearance of one new month on 60, with the year that it completes: suppression, audit and cells, by itself.

BENCH_CLEARANCE_ROWS: rows of the 60 months, a million without it. One round: the first 59 months take longer.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import imports

SECONDS = 60.0


def measure() -> Iterator[dict[str, Any]]:
    imports.prepared()
    rows = int(os.environ.get("BENCH_CLEARANCE_ROWS", "1000000"))
    with tempfile.TemporaryDirectory(prefix="qafila-bench-") as folder, imports.apart(Path(folder)) as home:
        from trade.demo.generator import customs_files
        from trade.models import Part

        *before, last = customs_files(imports.MONTHS, rows, imports.SEED, Path(folder) / "csv")
        release = imports.release()
        imports.imported(release, before, {}, home)
        first = imports.spent(lambda: _cleared(release))
        held = {part.period: part for part in Part.objects.filter(dataset=release.dataset)}
        imports.imported(release, [last], held, home)
        added = imports.spent(lambda: _cleared(release))
        proposed = _proposed(release)
    yield {
        "bench": "clearance_month_added", "seconds": round(added, 1), "ratio": round(added / SECONDS, 3),
        "target": 1.0, "ok": added <= SECONDS, "rows": rows, "first": round(first, 1),
        "optimum": proposed, "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _cleared(release: Any) -> None:
    from trade.cube import rollups

    rollups.build(release)


def _proposed(release: Any) -> dict[str, int]:
    """How many tables Tau-Argus was asked about over all periods, and what came of it."""
    from trade.models import Clearance

    found: Counter[str] = Counter()
    for report in Clearance.objects.filter(dataset=release.dataset).values_list("report", flat=True):
        for flow in report.get("flows", {}).values():
            found.update(flow["optimum"])
    return dict(found)
