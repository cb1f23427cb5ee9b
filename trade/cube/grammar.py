"""The words of the cube's grammar: parameters, what each allows, and how its text is read. No database is needed."""

import re
from collections.abc import Callable, Mapping

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid
from trade.cube import periods

DEFAULT_DATASET = "ma-customs"
MEASURES = ("value", "net_kg", "quantity", "unit_value", "firms")
DIMENSIONS = (
    "period", "flow", "region", "product", "partner", "reporter", "sector", "mode", "continent", "customs_union",
)  # fmt: skip
FILTERS = (*DIMENSIONS, "level", "edition")
FLOWS = ("X", "M", "RX", "RM")
# Figures made of the first measure, beside it.
DERIVED = ("share", "rank", "growth")
# Editions of the Harmonized System that later ones are converted to.
SPLICES = ("HS2017",)
CONTINENTS = ("AF", "AN", "AS", "EU", "NA", "OC", "SA")
MODES = ("1", "2", "3", "4", "5", "7", "9")
LEVELS = ("0", "1", "2", "4", "6", "8", "10")
FORMATS = ("json", "csv", "xlsx", "parquet", "jsonstat", "sdmx-csv")
DEFAULT_LIMIT = 1_000
# An answer is built in memory; larger extracts are read page by page, by `next`.
MAX_LIMIT = 100_000
MAX_OFFSET = 10_000_000
MAX_RELEASE = 2**31 - 1
# Codes that one filter may list.
MAX_CODES = 2_000
# The largest codes that `top` may keep beside all others together.
MAX_TOP = 1_000
SCALARS = ("dataset", "release", "top", "splice", "order", "limit", "offset", "lang", "format")
PARAMETERS = (
    "dataset", "release", "measures", "by", *FILTERS, "derive", "top", "splice", "order", "limit", "offset",
    "lang", "format",
)  # fmt: skip
TOTAL = "TOTAL"


def refuse(parameter: str, value: str, allowed: str) -> Invalid:
    return Invalid(
        _("%(parameter)s: %(value)s is not allowed.") % {"parameter": parameter, "value": value[:60]},
        hint=_("Allowed: %(allowed)s.") % {"allowed": allowed},
    )


def level_of(product: str) -> int:
    """The level of a product code: 0 for `TOTAL`, 1 for a section, else its number of digits."""
    if product == TOTAL:
        return 0
    return 1 if product.startswith("S") else len(product)


def one_of(parameter: str, allowed: tuple[str, ...]) -> Callable[[str], str]:
    known = {value.upper(): value for value in allowed}

    def read(value: str) -> str:
        if value.upper() not in known:
            raise refuse(parameter, value, " ".join(allowed))
        return known[value.upper()]

    return read


def shaped(
    parameter: str, shape: str, allowed: str, *, fold: Callable[[str], str] = str.upper
) -> Callable[[str], str]:
    pattern = re.compile(shape)

    def read(value: str) -> str:
        folded = fold(value)
        if not pattern.fullmatch(folded):
            raise refuse(parameter, value, allowed)
        return folded

    return read


READ_DATASET = shaped("dataset", r"[a-z0-9][a-z0-9_-]{0,39}", "/api/v1/datasets/", fold=str.lower)
_AREA = r"[A-Z]{2}|W|_X\d{0,4}"
_AREAS = "ISO alpha-2, W, _X, _X490"
READERS: Mapping[str, Callable[[str], str]] = {
    "period": periods.check,
    "flow": one_of("flow", FLOWS),
    "region": shaped("region", r"MA-(0[1-9]|1[0-2])|_U", "MA-01 … MA-12, _U"),
    "product": shaped(
        "product",
        r"TOTAL|S(0[1-9]|1\d|2[01])|\d{2}|\d{4}|\d{6}|\d{8}|\d{10}",
        "TOTAL, S01 … S21, 08, 0802, 080270",
        fold=lambda value: value.replace(".", "").upper(),
    ),
    "partner": shaped("partner", _AREA, _AREAS),
    "reporter": shaped("reporter", _AREA, _AREAS),
    "sector": shaped("sector", r"[a-z0-9][a-z0-9_-]{0,19}", "/api/v1/", fold=str.lower),
    "mode": one_of("mode", MODES),
    "continent": one_of("continent", CONTINENTS),
    "customs_union": shaped("customs_union", r"[A-Z]{2,8}", "EU GCC EAEU MERCOSUR …"),
    "level": one_of("level", LEVELS),
    "edition": shaped("edition", r"HS(19|20)\d\d", "HS1992 … HS2022"),
}


def flat(params: Mapping[str, str]) -> dict[str, str]:
    """One text a parameter: a list given by repetition is joined, a single value given twice is refused."""
    found = {}
    for name in params:
        values = params.getlist(name) if isinstance(params, MultiValueDict) else [params[name]]
        values = [str(value).strip() for value in values if str(value).strip()]
        if len(values) > 1 and name in SCALARS:
            raise Invalid(_("%(parameter)s: give one value, not several.") % {"parameter": name})
        if values:
            found[name] = ",".join(values)
    return found


def _items(parameter: str, text: str) -> list[str]:
    items = list(dict.fromkeys(item.strip() for item in text.split(",") if item.strip()))
    if len(items) > MAX_CODES:
        raise Invalid(
            _("%(parameter)s: at most %(most)s codes in one query.")
            % {"parameter": parameter, "most": MAX_CODES}
        )
    return items


def names(parameter: str, text: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    read = one_of(parameter, allowed)
    return tuple(dict.fromkeys(read(item) for item in _items(parameter, text)))


def codes(parameter: str, text: str) -> tuple[str, ...]:
    found = tuple(READERS[parameter](item) for item in _items(parameter, text))
    if parameter in {"level", "edition"} and len(found) > 1:
        raise Invalid(_("%(parameter)s: give one value, not several.") % {"parameter": parameter})
    if parameter == "partner" and "W" in found and len(found) > 1:
        raise Invalid(_("partner: W is the world; it cannot stand beside its own parts."))
    return found


def check_levels(filters: Mapping[str, tuple[str, ...]]) -> None:
    """One answer has one product level: that asked for, or that of the codes."""
    levels = {level_of(code) for code in filters.get("product", ())}
    asked = filters.get("level")
    if asked is None and len(levels) > 1:
        raise Invalid(
            _("product: codes of several levels in one answer would count goods twice."),
            hint=_("Give codes of one level, or add level= for the level to show below them."),
        )
    if asked and levels and max(levels) > int(asked[0]):
        raise Invalid(_("product: a code is finer than the level asked for."), hint=_("Leave level out."))


def number(parameter: str, given: Mapping[str, str], least: int, most: int) -> int | None:
    text = given.get(parameter)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise refuse(parameter, text, f"{least} … {most}")
    return int(text)


def order(text: str | None, allowed: tuple[str, ...]) -> str | None:
    if text is None:
        return None
    if text.removeprefix("-") not in allowed:
        raise refuse("order", text, " ".join(f"{name} -{name}" for name in allowed))
    return text


def member(by: tuple[str, ...]) -> str | None:
    return next((name for name in reversed(by) if name not in {"period", "flow"}), None)


def check_derived(
    by: tuple[str, ...], measures: tuple[str, ...], derived: tuple[str, ...], top: int | None
) -> None:
    """Shares, ranks and the largest codes need codes to compare, and a sum that means something."""
    if (top or {"share", "rank"} & set(derived)) and member(by) is None:
        raise Invalid(
            _("by: shares, ranks and top need a dimension to compare, such as partner or product."),
            hint=_("Add one to by."),
        )
    if (top or "share" in derived) and (not measures or measures[0] not in {"value", "net_kg"}):
        raise Invalid(
            _("measures: shares and top are told of the first measure, which must be value or net_kg."),
            hint=_("Put value or net_kg first."),
        )
