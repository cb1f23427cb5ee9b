"""The answer that every page, chart, table, file and program is a rendering of."""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.encoding import force_str
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _

from portal.base.errors import Text
from portal.base.formats import date, period
from portal.base.i18n import localized
from reference import selectors as reference
from trade.cube.completing import OTHER
from trade.cube.periods import Target
from trade.cube.query import Query
from trade.models import Dataset, Release

Kind = Literal["dimension", "measure", "attribute"]
# What a reader is told about a row that is not a plain figure.
STATUSES: dict[str, Text] = {
    "": "",
    "c": _("confidential: fewer than three firms, or one firm above 85 %, or needed to protect such a cell"),
    "m": _("missing: not reported"),
    "P": _("provisional"),
    "R": _("revised"),
}
# Amounts in thousandths of their unit; shares and growth in thousandths of a percent.
THOUSANDTHS = frozenset({"value", "net_kg", "quantity", "unit_value", "share", "growth"})
TWELVE_MONTHS = "-R12"


@dataclass(frozen=True, slots=True)
class Column:
    """`unit` is the currency, `kg`, `MAD/kg`, `firms`, `%`; empty for dimensions, ranks and for a quantity, whose unit
    is a column.

    Measures other than `firms` and `rank` hold integers in thousandths of their unit.
    """

    name: str
    kind: Kind
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """Rows of one page of an answer, with what must be said beside them.

    `rows` are tuples in the order of `columns`: codes as text (None: the source has none), amounts as integers in
    thousandths (None: hidden or missing, see `statuses`). `next_offset` is None on the last page.
    """

    query: Query
    release: Release
    dataset: Dataset
    columns: list[Column]
    rows: list[tuple[Any, ...]]
    statuses: list[str]
    total_rows: int
    next_offset: int | None
    notes: list[Text]
    targets: list[Target]
    editions: tuple[str, ...]
    provisional: bool
    _labels: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def demonstration(self) -> bool:
        return self.release.demonstration

    @property
    def dimensions(self) -> list[str]:
        return [column.name for column in self.columns if column.kind == "dimension"]

    @property
    def measures(self) -> list[str]:
        return [column.name for column in self.columns if column.kind == "measure"]

    def column(self, name: str) -> list[Any]:
        """The values of one column, in the order of the rows."""
        position = [column.name for column in self.columns].index(name)
        return [row[position] for row in self.rows]

    def records(self) -> list[dict[str, Any]]:
        """Each row as a mapping, its status among the values."""
        names = [column.name for column in self.columns]
        return [
            {**dict(zip(names, row, strict=True)), "status": status}
            for row, status in zip(self.rows, self.statuses, strict=True)
        ]

    def labels(self, language: str) -> dict[str, dict[str, str]]:
        """For each dimension of the answer, the name of each of its codes in that language."""
        if language not in self._labels:
            edition = self.editions[-1] if self.editions else reference.CURRENT_EDITION
            self._labels[language] = {
                name: reference.labels(
                    name, sorted({code for code in self.column(name) if code}), language, edition=edition
                )
                for name in self.dimensions
            }
            self._name_sums(self._labels[language], language)
        return self._labels[language]

    def _name_sums(self, labels: dict[str, dict[str, str]], language: str) -> None:
        """Names for what is no code of a list: all other codes together, twelve months, no group at all."""
        with override(language):
            for named in labels.values():
                if OTHER in named:
                    named[OTHER] = gettext("All others")
            for code in labels.get("period", {}):
                if code.endswith(TWELVE_MONTHS):
                    month = period(code.removesuffix(TWELVE_MONTHS), language)
                    labels["period"][code] = gettext("12 months to %(month)s") % {"month": month}

    def pinned(self) -> Query:
        """The same question with its release named: asks for the same figures for ever."""
        return self.query.with_changes(release=self.release.number)

    def texts(self, language: str) -> list[str]:
        """The notes, in that language."""
        with override(language):
            return [force_str(note) for note in self.notes]

    def status(self, language: str) -> str:
        """`provisional` or `final`; where a year is not whole, what there is of it: "2024: 7 of 12 months"."""
        with override(language):
            partial = [
                ngettext(
                    "%(period)s: %(months)s of %(of)s month",
                    "%(period)s: %(months)s of %(of)s months",
                    target.of or 0,
                )
                % {"period": target.period, "months": target.months, "of": target.of}
                for target in self.targets
                if target.partial
            ]
            return "; ".join([gettext("provisional") if self.provisional else gettext("final"), *partial])

    def citation(self, language: str) -> str:
        """Provider, dataset, release, its date and the question: what a reader needs to find the figure again."""
        question = "&".join(f"{name}={value}" for name, value in self.pinned().to_params().items())
        with override(language):
            text = gettext(
                "%(provider)s, %(dataset)s, release %(release)s of %(date)s, through Qafila. Query: %(query)s."
            )
            if self.demonstration:
                text = gettext(
                    "Demonstration data, not real figures: %(provider)s, %(dataset)s, release %(release)s of %(date)s, "
                    "through Qafila. Query: %(query)s."
                )
            return text % {
                "provider": localized(self.dataset, "provider", language),
                "dataset": localized(self.dataset, language=language),
                "release": self.release.number,
                "date": date(
                    self.release.published_at.date() if self.release.published_at else None, language
                ),
                "query": question,
            }
