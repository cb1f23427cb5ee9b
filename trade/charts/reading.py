"""A result as a reader meets it: rows with names beside the codes, amounts in a scale taken in at a glance.

Tables, sentences and charts are made of the same reading, so none can say another figure.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import override

from portal.base import formats
from reference import selectors as reference
from trade.cube import Result

SUPPRESSED, MISSING, PROVISIONAL = "c", "m", "P"
FLOWS = ("X", "RX", "M", "RM")


@dataclass(frozen=True, slots=True)
class Row:
    codes: dict[str, str]
    names: dict[str, str]
    values: dict[str, int | None]
    status: str

    @property
    def shown(self) -> bool:
        return self.status not in {SUPPRESSED, MISSING} and self.values.get("value") is not None


@dataclass(frozen=True, slots=True)
class Scale:
    """Thousandths divided by `divisor` are in `unit`, shown with `decimals`."""

    divisor: int
    unit: str
    decimals: int

    def text(self, thousandths: int | None, language: str) -> str:
        if thousandths is None:
            return formats.EMPTY
        return formats.figure(Decimal(thousandths) / self.divisor, language, decimals=self.decimals)


class Reading:
    """`rows` in the result's order, `dimensions` and `measures` by name, names in one language."""

    def __init__(self, result: Result, language: str) -> None:
        self.result, self.language = result, language
        self.dimensions, self.measures = result.dimensions, result.measures
        # Periods that are not whole: (months there are, months there should be).
        self.partial = {t.period: (t.months or 0, t.of or 0) for t in result.targets if t.partial}
        labels = {**result.labels(language)}
        # The official English text of subheadings, which have no short name of their own yet.
        self.official: dict[str, str] = {}
        if "product" in labels:
            labels["product"] = with_headings(labels["product"], language)
            self.official = official_texts(labels["product"])
        self.rows = [
            self._row(row, status, labels) for row, status in zip(result.rows, result.statuses, strict=True)
        ]

    def _row(self, row: tuple[object, ...], status: str, labels: dict[str, dict[str, str]]) -> Row:
        cells = dict(zip((column.name for column in self.result.columns), row, strict=True))
        codes = {name: str(cells[name] if cells[name] is not None else "") for name in self.dimensions}
        names = {name: labels.get(name, {}).get(code, code) for name, code in codes.items()}
        values = {name: cells[name] for name in self.measures}
        return Row(codes, names, values, status)  # type: ignore[arg-type]

    @property
    def currency(self) -> str:
        return self.result.dataset.currency

    def distinct(self, dimension: str) -> list[str]:
        return list(dict.fromkeys(row.codes[dimension] for row in self.rows))

    def value(self, **codes: str) -> int | None:
        """The value of the one row with these codes; None where it is hidden, missing or not there."""
        for row in self.rows:
            if all(row.codes.get(name) == code for name, code in codes.items()):
                return row.values.get("value")
        return None

    def hidden(self) -> int:
        return sum(row.status == SUPPRESSED for row in self.rows)


def with_headings(names: dict[str, str], language: str) -> dict[str, str]:
    """Codes that the reported edition's list has no name for, by the current edition's, or by their heading's."""
    nameless = [code for code, name in names.items() if name == code and code.isdigit()]
    if not nameless:
        return names
    known = reference.labels("product", {*nameless, *(code[:4] for code in nameless)}, language)
    found = {}
    for code in nameless:
        found[code] = next((known[c] for c in (code, code[:4]) if known.get(c, c) != c), code)
    return {**names, **found}


def official_texts(codes: Collection[str]) -> dict[str, str]:
    subheadings = [code for code in codes if len(code) == 6 and code.isdigit()]
    if not subheadings:
        return {}
    found = reference.products(level=6).filter(code__in=subheadings).order_by()
    return dict(found.values_list("code", "text_en"))


def in_order(flow: str) -> int:
    """Exports stand before imports, and re-exports beside exports."""
    return FLOWS.index(flow) if flow in FLOWS else len(FLOWS)


def scale_for(values: Sequence[int | None], currency: str, language: str, *, table: bool = False) -> Scale:
    """The scale of one table or chart. A table keeps more figures than a drawing: millions, or whole units."""
    largest = max((abs(value) for value in values if value is not None), default=0)
    with override(language):
        if not table and largest >= 10**13:
            return Scale(10**12, formats.currency_name(currency, "billion"), 1)
        if largest >= (10**11 if table else 10**10):
            return Scale(10**9, formats.currency_name(currency, "million"), 1)
        if not table and largest >= 10**8:
            return Scale(10**6, formats.currency_name(currency, "thousand"), 1)
        return Scale(10**3, formats.currency_name(currency), 0)
