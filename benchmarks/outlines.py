"""The size of the map's outlines: what every page with a map carries before compression."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

OUTLINES = Path(__file__).resolve().parent.parent / "reference" / "data" / "outlines.json"


def measure() -> Iterator[dict[str, Any]]:
    size = OUTLINES.stat().st_size
    yield {"bench": "outlines", "value": size, "unit": "bytes", "target": 40_000, "ok": size <= 40_000}
