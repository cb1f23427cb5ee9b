"""What every kind of chart makes: a plan; and the reading, the scale and the words that it makes it of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext, ngettext, override

from portal.base import formats, i18n
from portal.base.errors import Text
from trade.charts.frame import Spec
from trade.charts.layout import clean
from trade.charts.reading import MISSING, SUPPRESSED, Reading, Row, scale_for


@dataclass(frozen=True, slots=True)
class Mark:
    """One amount that is drawn, in words. `value` is in thousandths; None where it is hidden or missing."""

    name: str
    text: str
    value: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A drawing before it is drawn. A mark's row in the specification holds its position in `marks` as `at`.

    `svg` is the drawing itself where Vega-Lite does not make it (the map).
    """

    spec: Spec
    size: tuple[int, int]
    marks: list[Mark]
    notes: list[str] = field(default_factory=list)
    svg: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of chart. `needs` says as a sentence which questions it can show.

    `fits` says whether it can show this one, from the reading and the dimensions that tell its rows apart. `most` is
    the number of rows that it takes. A kind that shows `parts` of a whole takes whole answers only.
    """

    name: str
    title: Text
    needs: Text
    fits: Callable[[Reading, list[str]], bool]
    plan: Callable[["Sheet"], Plan]
    most: int = 2_000
    parts: bool = False


class Sheet:
    """A reading with what drawing it takes: direction, scale, names, and the marks in words as they are placed."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.language = reading, reading.language
        self.rtl = i18n.direction(reading.language) == "rtl"
        self.rows = [row for row in reading.rows if row.shown]
        self.scale = scale_for([row.values["value"] for row in self.rows], reading.currency, self.language)
        self.marks: list[Mark] = []

    def varying(self) -> list[str]:
        return varying(self.reading)

    def amount(self, thousandths: int | None) -> str:
        """An amount in words, with its unit, as the sentences of the page say it."""
        return formats.money(thousandths, self.language, self.reading.currency)

    def short(self, thousandths: int | None) -> str:
        """An amount in the drawing's unit, without it."""
        return self.scale.text(thousandths, self.language)

    def scaled(self, thousandths: int | None) -> float:
        return float(thousandths or 0) / self.scale.divisor

    def mark(self, name: str, value: int | None, status: str = "", *, more: str = "") -> int:
        """Note a mark's words; its position."""
        with override(self.language):
            text = {
                SUPPRESSED: gettext("confidential"),
                MISSING: gettext("missing"),
            }.get(status) or self.amount(value)
        self.marks.append(Mark(name, f"{text} ({more})" if more else text, value))
        return len(self.marks) - 1

    def name(self, row: Row) -> str:
        """A mark's name: the names of what tells the rows apart."""
        telling = self.varying() or self.reading.dimensions[:1]
        return " · ".join(self.label(row, name) for name in telling)

    def label(self, row: Row, dimension: str) -> str:
        """A code's name. A product's code stands before it: subheadings may share their heading's."""
        code, name = row.codes[dimension], row.names[dimension]
        if dimension == "period":
            return self.period(code)
        if dimension == "product" and code.isdigit() and name != code:
            name = f"{code} {name}"
        return clean(name) or code

    def period(self, code: str) -> str:
        return formats.period(code, self.language)

    def partial(self, period: str) -> str:
        """What there is of a period that is not whole: "7 of 12 months"."""
        if period not in self.reading.partial:
            return ""
        months, of = self.reading.partial[period]
        with override(self.language):
            text = ngettext("%(months)s of %(of)s month", "%(months)s of %(of)s months", of)
            return text % {"months": months, "of": of}

    def partials(self) -> list[str]:
        """A line for each period that is drawn hollow."""
        seen = [code for code in self.reading.distinct("period") if code in self.reading.partial]
        with override(self.language):
            pattern = gettext("○ %(period)s: %(months)s")
        return [
            pattern % {"period": self.period(code), "months": self.partial(code)} for code in sorted(seen)[:2]
        ]

    def left_out(self) -> list[str]:
        """How many amounts no drawing can show, and why."""
        hidden = sum(row.status == SUPPRESSED for row in self.reading.rows)
        missing = len(self.reading.rows) - len(self.rows) - hidden
        notes = []
        with override(self.language):
            if hidden:
                notes.append(
                    ngettext(
                        "%(count)s confidential amount is not drawn.",
                        "%(count)s confidential amounts are not drawn.",
                        hidden,
                    )
                    % {"count": formats.number(hidden, self.language)}
                )
            if missing:
                notes.append(
                    ngettext(
                        "%(count)s missing amount is not drawn.",
                        "%(count)s missing amounts are not drawn.",
                        missing,
                    )
                    % {"count": formats.number(missing, self.language)}
                )
        return notes

    def largest(self, shown: int, count: int) -> list[str]:
        """A note where only the largest are drawn."""
        if count <= shown:
            return []
        with override(self.language):
            text = gettext("The %(shown)s largest of %(count)s are drawn.")
            numbers = {
                "shown": formats.number(shown, self.language),
                "count": formats.number(count, self.language),
            }
            return [text % numbers]

    def other(self) -> str:
        with override(self.language):
            return gettext("Other")


def varying(reading: Reading) -> list[str]:
    """The dimensions that tell rows apart; a filter of one code leaves nothing to tell."""
    return [name for name in reading.dimensions if len(reading.distinct(name)) > 1]


def by_size(rows: Sequence[Row], dimension: str) -> list[str]:
    """A dimension's codes, the largest sum first."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.codes[dimension]] = sums.get(row.codes[dimension], 0) + (row.values["value"] or 0)
    return sorted(sums, key=lambda code: (-sums[code], code))
