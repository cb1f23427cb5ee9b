"""Small customs extracts and Comtrade files, and running an import in process."""

import csv
import datetime as dt
import io
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from trade.imports import parts
from trade.models import Release, Run
from trade.services import run_create, run_execute, runs_sweep
from trade.sources import comtrade_csv, customs

# Real numbers of real firms, whose check digits are right.
ICE = ("000030205000041", "000036794000036", "000039557000028", "000084803000004")


def customs_row(**cells: Any) -> dict[str, str]:
    row = {
        "period": "2024-03", "flow": "X", "regime": "10", "ice": ICE[0], "region": "MA-08", "product": "0802700000",
        "partner": "FR", "office": "309", "mode": "1", "value_mad": "1500.25", "net_kg": "12.5", "quantity": "12.5",
        "unit": "8", "status": "F",
    }  # fmt: skip
    return {**row, **{name: str(value) for name, value in cells.items()}}


def csv_text(rows: Iterable[Mapping[str, str]], header: Sequence[str] = customs.HEADER) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def customs_file(folder: Path, rows: Iterable[Mapping[str, str]], name: str = "customs-2024-03.csv") -> Path:
    return written(folder, csv_text(rows), name)


def written(folder: Path, text: str | bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def good_rows(count: int = 40, **cells: Any) -> list[dict[str, str]]:
    """Rows with different keys, enough that one bad row beside them passes the gate."""
    return [customs_row(**{"office": f"{300 + number}", **cells}) for number in range(count)]


def comtrade_record(**cells: Any) -> dict[str, Any]:
    record = {
        "typeCode": "C", "freqCode": "A", "period": "2023", "reporterCode": 504, "flowCode": "X", "partnerCode": 251,
        "partner2Code": 0, "classificationCode": "H6", "cmdCode": "080270", "aggrLevel": 6, "customsCode": "C00",
        "mosCode": "0", "motCode": 0, "qtyUnitCode": 8, "qty": 10.5, "netWgt": 10.5, "primaryValue": 1234.567,
        "cifvalue": None, "fobvalue": 1234.567,
    }  # fmt: skip
    return {**record, **cells}


def comtrade_file(folder: Path, records: Iterable[Any], name: str = "answer.json") -> Path:
    return written(folder, json.dumps({"count": 1, "data": list(records), "error": ""}), name)


def legacy_row(**cells: Any) -> dict[str, str]:
    row = dict.fromkeys(comtrade_csv.HEADER, "") | {
        "Classification": "H6", "Year": "2023", "Period": "2023", "Aggregate Level": "6", "Trade Flow Code": "2",
        "Reporter Code": "504", "Partner Code": "251", "Commodity Code": "080270", "Commodity": "Nuts",
        "Qty Unit Code": "8", "Qty": "7", "Netweight (kg)": "7", "Trade Value (US$)": "100", "Flag": "0",
    }  # fmt: skip
    return {**row, **{name: str(value) for name, value in cells.items()}}


def imported(source: str, *files: Path, publish: bool = True, **more: Any) -> Run:
    """Hand the files in and do the work here."""
    run = run_create(acting_user=more.pop("by", None), source=source, files=files, publish=publish, **more)
    run_execute(run.pk)
    run.refresh_from_db()
    return run


def facts(release: Release) -> list[dict[str, Any]]:
    return [row for part in release.parts.all() for row in parts.read(part).to_dicts()]


def codes(run: Run) -> list[tuple[int, str, str]]:
    """The reject list as (line, column, code)."""
    from trade.selectors import rejects_head

    return [(row["line"], row["column"], row["code"]) for row in rejects_head(run, 1000)]


def month(folder: Path, period: str, **cells: Any) -> Path:
    return customs_file(folder, good_rows(3, period=period, **cells), f"customs-{period}-{len(cells)}.csv")


def aged(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - dt.timedelta(minutes=1))


def executed(run: Run) -> None:
    """Do the work as soon as the lock of an attempt before, whose session has ended, is let go by the server."""
    while not run_execute(run.pk):
        time.sleep(0.01)


def swept(run: Run) -> None:
    while run.number not in runs_sweep():
        time.sleep(0.01)


def published_release(dataset: str) -> Release | None:
    """What readers of the dataset see now."""
    return Release.objects.filter(dataset__code=dataset, state=Release.State.PUBLISHED).first()
