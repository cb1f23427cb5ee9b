"""Answers made by hand, to be drawn: no database, known names in three languages."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from trade.charts.reading import Reading
from trade.cube.periods import Target
from trade.cube.query import Query
from trade.cube.result import Column, Result
from trade.models import Dataset, Release

YEARS = [str(year) for year in range(2015, 2025)]
REGIONS = [f"MA-{number:02d}" for number in range(1, 13)]
PARTNERS = ["FR", "ES", "IT", "DE", "US", "GB", "IN", "BR", "CN"]
ARABIC = "جهة بعيدة ذات اسم طويل جدا لا يسعه المكان في أي رسم من الرسوم كلها "
LONG = {"fr": "Un nom très long qui ne tient nulle part ", "ar": ARABIC, "en": "A very long name "}


def reading(
    rows: Sequence[tuple[Any, ...]],
    by: str,
    language: str = "fr",
    *,
    statuses: Sequence[str] = (),
    names: dict[str, dict[str, str]] | None = None,
    partial: Sequence[str] = (),
    total: int | None = None,
    following: int | None = None,
    measures: str = "value",
) -> Reading:
    """Rows are codes in the order of `by`, then an amount in dirhams (None where it is hidden or missing)."""
    dimensions = by.split(",")
    amounts = [(*row[:-1], None if row[-1] is None else row[-1] * 1000) for row in rows]
    columns = [Column(name, "dimension") for name in dimensions] + [Column(measures, "measure", "MAD")]
    labels = {
        name: {
            code: (names or {}).get(language, {}).get(code, f"{LONG[language][:9].strip()} {code}")
            for code in {row[place] for row in rows}
        }
        for place, name in enumerate(dimensions)
        if name != "period"
    }
    texts = {f"{field}_{code}": "Douane" for field in ("name", "provider") for code in ("fr", "ar", "en")}
    dataset = Dataset(code="ma-customs", currency="MAD", **texts)
    release = Release(number=7, dataset=dataset, published_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    return Reading(
        Result(
            query=Query.parse({"by": by, "measures": measures}),
            release=release,
            dataset=dataset,
            columns=columns,
            rows=amounts,
            statuses=list(statuses) or ["" if row[-1] is not None else "c" for row in rows],
            total_rows=total if total is not None else len(rows),
            next_offset=following,
            notes=[],
            targets=[Target(code, None, (), 7, 12) for code in partial] if partial else [],
            editions=(),
            provisional=False,
            _labels={language: labels},
        ),
        language,
    )
