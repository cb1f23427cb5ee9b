"""How a staged release differs from the published one, ready for a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, override

from portal.base import formats
from reference import selectors as reference


@dataclass(frozen=True, slots=True)
class Difference:
    """One line: what is compared, its amount before and after, and the change."""

    name: str
    code: str
    flow: str
    kind: str
    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One table of differences."""

    anchor: str
    title: str
    rows: list[Difference]


@dataclass(frozen=True, slots=True)
class Preview:
    parts: list[Piece]
    new_codes: list[str]
    new_count: int
    vanished_codes: list[str]
    vanished_count: int


def preview_make(preview: Mapping[str, Any], language: str, currency: str) -> Preview:
    """`preview` as `trade.imports.preview.compare` wrote it into the run's row; an older run's lacks some keys."""
    rows = {name: list(preview.get(name) or []) for name in ("totals", "months", "regions", "changes")}
    names = _Names.of([row for part in rows.values() for row in part], language, currency)
    with override(language):
        titles = {
            "totals": gettext("Totals"),
            "months": gettext("By month"),
            "regions": gettext("By region"),
            "changes": gettext("Biggest changes by product"),
        }
    new, gone = preview.get("new_codes") or {}, preview.get("vanished_codes") or {}
    return Preview(
        parts=[
            Piece(name, titles[name], [names.line(row) for row in part])
            for name, part in rows.items()
            if part
        ],
        new_codes=list(new.get("codes", [])),
        new_count=int(new.get("count", 0)),
        vanished_codes=list(gone.get("codes", [])),
        vanished_count=int(gone.get("count", 0)),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """Labels of every code of a preview, in its reader's language."""

    flows: Mapping[str, str]
    products: Mapping[str, str]
    regions: Mapping[str, str]
    language: str
    currency: str

    @classmethod
    def of(cls, rows: list[Mapping[str, Any]], language: str, currency: str) -> "_Names":
        def labels(name: str) -> Mapping[str, str]:
            codes = {str(row[name]) for row in rows if row.get(name)}
            return reference.labels(name, codes, language) if codes else {}

        return cls(labels("flow"), labels("product"), labels("region"), language, currency)

    def line(self, row: Mapping[str, Any]) -> Difference:
        before, after = row.get("old"), row.get("new")
        ratio = after / before - 1 if before and after is not None else None
        name, code = self._subject(row)
        return Difference(
            name=name,
            code=code,
            flow=self.flows.get(str(row["flow"]), str(row["flow"])),
            kind=_kind(row, self.language) if "level" in row else "",
            before=formats.money(before, self.language, self.currency),
            after=formats.money(after, self.language, self.currency),
            change=formats.percent(ratio, self.language, signed=True),
        )

    def _subject(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """What a line is about, with its code where that helps: a product, a region, a period."""
        if row.get("product"):
            return self.products.get(row["product"], row["product"]), row["product"]
        if "region" in row:
            code = row["region"] or ""
            with override(self.language):
                return self.regions.get(code, "") or code or gettext("the whole country"), ""
        return formats.period(row["period"], self.language), ""


def _kind(row: Mapping[str, Any], language: str) -> str:
    with override(language):
        side = gettext("with the world") if row.get("is_total") else gettext("with each partner")
        return gettext("level %(level)s, %(side)s") % {"level": row["level"], "side": side}
