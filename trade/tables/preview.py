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
class Preview:
    totals: list[Difference]
    changes: list[Difference]
    new_codes: list[str]
    new_count: int
    vanished_codes: list[str]
    vanished_count: int


def preview_make(preview: Mapping[str, Any], language: str, currency: str) -> Preview:
    """`preview` as `trade.imports.preview.compare` wrote it into the run's row."""
    totals, changes = preview.get("totals", []), preview.get("changes", [])
    flows = reference.labels("flow", {str(row["flow"]) for row in [*totals, *changes]}, language)
    products = reference.labels(
        "product", {str(row["product"]) for row in changes if row.get("product")}, language
    )
    new, gone = preview.get("new_codes") or {}, preview.get("vanished_codes") or {}
    return Preview(
        totals=[
            _line(row, formats.period(row["period"], language), "", flows, language, currency)
            for row in totals
        ],
        changes=[
            _line(
                row, products.get(row["product"], row["product"]), row["product"], flows, language, currency
            )
            for row in changes
        ],
        new_codes=list(new.get("codes", [])),
        new_count=int(new.get("count", 0)),
        vanished_codes=list(gone.get("codes", [])),
        vanished_count=int(gone.get("count", 0)),
    )


def _line(  # noqa: PLR0917  the parts of one line
    row: Mapping[str, Any], name: str, code: str, flows: Mapping[str, str], language: str, currency: str
) -> Difference:
    before, after = row.get("old"), row.get("new")
    ratio = after / before - 1 if before and after is not None else None
    return Difference(
        name=name,
        code=code,
        flow=flows.get(str(row["flow"]), str(row["flow"])),
        kind=_kind(row, language),
        before=formats.money(before, language, currency),
        after=formats.money(after, language, currency),
        change=formats.percent(ratio, language, signed=True),
    )


def _kind(row: Mapping[str, Any], language: str) -> str:
    with override(language):
        side = gettext("with the world") if row.get("is_total") else gettext("with each partner")
        return gettext("level %(level)s, %(side)s") % {"level": row["level"], "side": side}
