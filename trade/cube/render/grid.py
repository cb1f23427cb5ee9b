"""The flat table that the renderings share: columns with names beside codes, amounts as exact decimal text."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trade.cube.result import THOUSANDTHS, Result

ENGLISH = "en"


def exact(thousandths: int) -> str:
    """Thousandths of a unit as the shortest exact decimal: 1500 → 1.5, 2000 → 2."""
    whole, rest = divmod(abs(thousandths), 1000)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole}.{rest:03d}".rstrip("0") if rest else f"{sign}{whole}"


@dataclass(frozen=True, slots=True)
class Field:
    """One column as written. `source` is its place among the result's columns, None for the status."""

    name: str
    source: int | None
    kind: str
    thousandths: bool = False
    labels: dict[str, str] | None = None

    def text(self, row: tuple[Any, ...], status: str) -> str | None:
        """The cell as text; None where there is none."""
        if self.source is None:
            return status
        found = row[self.source]
        if found is None:
            return None
        if self.labels is not None:
            return self.labels.get(found) or str(found)
        return exact(found) if self.thousandths else str(found)

    def number(self, row: tuple[Any, ...]) -> Decimal | int | None:
        found = row[self.source or 0]
        return Decimal(found) / 1000 if self.thousandths and found is not None else found


def fields(result: Result, language: str | None) -> list[Field]:
    """Dimensions (each with its label where a language is given), measures, status."""
    labels = result.labels(language) if language else {}
    found = []
    for place, column in enumerate(result.columns):
        found.append(Field(column.name, place, column.kind, column.name in THOUSANDTHS))
        if column.name in labels:
            found.append(Field(f"{column.name}_label", place, "label", labels=labels[column.name]))
    return [*found, Field("status", None, "status")]


def lines(result: Result) -> Iterator[tuple[tuple[Any, ...], str]]:
    return zip(result.rows, result.statuses, strict=True)
