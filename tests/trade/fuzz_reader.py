"""The process in which fuzzed files are read: a line of JSON in for each file, a line of JSON out for each.

It reads them as a run does (`trade.imports.reading.collect`), from the bytes to the laid rows.
"""

import datetime as dt
import json
import os
import shutil
import sys
import traceback
from pathlib import Path
from typing import Any

TODAY = dt.date(2026, 6, 30)


def read(asked: dict[str, Any], work: Path) -> dict[str, Any]:
    """What became of one file: see tests.trade.fuzzing.Read."""
    from portal.base.errors import DomainError
    from trade.imports.reading import Collected, collect
    from trade.sources import SOURCES, Refusal, SourceFile

    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    collected, refused = Collected(), ""
    try:
        collect(
            collected, SOURCES[asked["source"]], [SourceFile(0, asked["name"], Path(asked["path"]))],
            options={"currency": "MAD", **asked["options"]}, region_basis="seat", work=work,
            progress=lambda *_told: None, today=TODAY,
        )  # fmt: skip
    except Refusal as refusal:
        refused = refusal.code
    except DomainError as error:
        refused = f"domain: {error}"
    return {"refused": refused, **told(collected)}


def told(collected: Any) -> dict[str, Any]:
    import polars as pl

    sums: dict[str, list[int]] = {}
    kept = 0
    for paths in collected.spools.values():
        for path in paths:
            rows = pl.read_parquet(path)
            kept += rows.height
            for period, flow, *amounts in (
                rows.group_by("period", "flow").agg(pl.col("value", "net_kg", "quantity").sum()).iter_rows()
            ):
                before = sums.setdefault(f"{period} {flow}", [0, 0, 0])
                sums[f"{period} {flow}"] = [a + b for a, b in zip(before, amounts, strict=True)]
    folded = sum(int(line["params"]["rows"]) for line in collected.log if line["code"] == "eh_folded")
    return {
        "read": collected.read,
        "accepted": collected.read - collected.rejected,
        "kept": kept,
        "folded": folded,
        "told": sum(frame["row"].n_unique() for frame in collected.rejects),
        "rejects": [
            (line, code)
            for frame in collected.rejects
            for line, code in frame.select("line", "code").iter_rows()
        ],
        "sums": sums,
    }


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed is no answer
    django.setup()
    work = Path(sys.argv[1]) / "reading"
    for line in sys.stdin:
        try:
            answer = read(json.loads(line), work)
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
