"""The datasets' properties, kept as data in `trade/data/datasets.csv`."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

from trade.models import Dataset

PATH = Path(__file__).resolve().parent.parent / "data" / "datasets.csv"
FLAGS = ("exports_hold_reexports", "has_companies")
# Staff may change these; loading writes them only into a new row.
STAFF_OWN = ("trusted", "needs_consent", "max_rejected")


def datasets_load() -> int:
    """Write the rows that are missing or differ; the number written. Safe to call at any time."""
    written = 0
    present = Dataset.objects.in_bulk(field_name="code")
    with PATH.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            fields = _fields(row)
            dataset = present.get(row["code"])
            if dataset is None:
                Dataset.objects.create(**fields)
                written += 1
                continue
            changed = [
                name
                for name, value in fields.items()
                if name not in STAFF_OWN and getattr(dataset, name) != value
            ]
            for name in changed:
                setattr(dataset, name, fields[name])
            if changed:
                dataset.save(update_fields=[*changed, "updated_at"])
                written += 1
    return written


def _fields(row: dict[str, str]) -> dict[str, Any]:
    return {
        **row,
        **{name: row[name] == "yes" for name in FLAGS},
        "trusted": row["trusted"] == "yes",
        "needs_consent": row["needs_consent"] == "yes",
        "max_rejected": Decimal(row["max_rejected"]),
    }
