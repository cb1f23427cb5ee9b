"""The column map: a small TOML file by which a national CSV is read. What it may say stands in `docs/imports.md`.

Checked strictly before anything is read: each error says where it is and what to write.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portal.base.errors import Invalid
from trade.canonical import FLOWS, MODES, STATUSES
from trade.sources.cells import THOUSANDS

LARGEST = 256 * 1024
SECTIONS = (
    "columns", "constants", "period", "product", "value", "net_kg", "quantity", "reporter", "partner", "flow", "unit",
    "region", "mode", "status", "edition", "valuation", "coverage", "file", "dataset",
)  # fmt: skip
# What a file may say, and what it need not say because it is the same in every row.
COLUMNS = (
    "period", "reporter", "flow", "product", "partner", "value", "net_kg", "quantity", "unit", "edition", "region",
    "regime", "customs_office", "mode", "status",
)  # fmt: skip
CONSTANTS = ("period", "reporter", "flow", "product", "partner", "unit", "status", "currency", "valuation")
NEEDED = ("period", "reporter", "flow", "product", "partner", "value", "currency")
AMOUNTS = ("value", "net_kg", "quantity")
TRANSLATED = ("reporter", "partner", "flow", "unit", "region", "mode", "status", "edition")
AREA_CODES = ("alpha2", "alpha3", "un", "names")
LEVELS = (2, 4, 6, 8, 10)
COVERAGE = ("reporter", "period", "flow", "product", "partner", "region")
POWERS = {
    "one": 0, "hundred": 2, "thousand": 3, "lakh": 5, "million": 6, "crore": 7, "billion": 9, "gram": -3, "kilogram": 0,
    "quintal": 2, "tonne": 3,
}  # fmt: skip
KINDS = {"year": "YYYY", "month": "YYYY-MM", "fiscal-year": "YYYY-YYYY"}
EDITION = re.compile(r"HS(1992|1996|2002|2007|2012|2017|2022)")
PERIOD = re.compile(r"(FY)?[0-9]{4}|[0-9]{4}-(0[1-9]|1[0-2])")
BY_PERIOD = "by-period"
DATASET_TEXTS = tuple(
    f"{noun}_{language}" for noun in ("name", "provider", "licence") for language in ("fr", "ar", "en")
)
DATASET_LONGEST = {"name": 120, "provider": 200, "licence": 120}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A column map, checked. `columns`: canonical column → the file's, several where they are one text together.

    `values`: canonical column → the file's word → ours; `powers`: amounts → the power of ten of their unit; `codes`:
    how areas are written; `editions`: one edition, `by-period`, or first period → edition, "" where a column says it.
    """

    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str]
    period_kind: str
    period_written: str
    period_last: bool
    levels: tuple[int, ...]
    totals: tuple[str, ...]
    editions: str | Mapping[str, str]
    powers: Mapping[str, int]
    codes: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    valuation: Mapping[str, str]
    coverage: tuple[str, ...]
    delimiter: str = ""
    decimal: str = ""
    thousands: str = ""
    dataset: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file_columns(self) -> list[str]:
        """The columns that a file must have, each once."""
        return list(dict.fromkeys(name for names in self.columns.values() for name in names))


def parse(text: str) -> ColumnMap:
    """Read and check a map. Raises Invalid."""
    if len(text) > LARGEST:
        raise Invalid(_("The column map is larger than any map."), hint=_("Hand in the map, not the data."))
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Invalid(
            _("The column map is not valid TOML: %(error)s.") % {"error": str(error)[:200]},
            hint=_('Correct that line. Texts stand in quotation marks: period = "year".'),
        ) from error
    _known(tables, SECTIONS, "")
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise _wrong(name, table, hint=_("Write a section: [%(name)s].") % {"name": name})
    columns, constants = _columns(tables), _constants(tables)
    return ColumnMap(
        columns=columns,
        constants=constants,
        **_period(tables.get("period", {})),
        **_product(tables.get("product", {}), columns),
        powers=_powers(tables),
        codes=_codes(tables),
        values=_values(tables),
        valuation=_valuation(tables.get("valuation", {}), constants),
        coverage=_coverage(tables.get("coverage", {})),
        **_file(tables.get("file", {})),
        dataset=_dataset(tables.get("dataset", {})),
    )


def _wrong(place: str, value: object, *, known: Iterable[object] = (), hint: str = "") -> Invalid:
    message = _("Column map, %(place)s: “%(value)s” cannot be read.") % {
        "place": place,
        "value": str(value)[:80],
    }
    choice = _("Write one of: %(known)s.") % {"known": ", ".join(map(str, known))}
    return Invalid(message, hint=hint or choice)


def _lacking(place: str, example: str) -> Invalid:
    return Invalid(
        _("Column map: %(place)s is missing.") % {"place": place},
        hint=_("Write a line such as: %(example)s") % {"example": example},
    )


def _known(table: Mapping[str, Any], names: Sequence[str], place: str) -> None:
    """No key but these: a slip of the pen would be a silence."""
    for name in table:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
            where = f"[{place}] {name}" if place else f"[{name}]"
            raise Invalid(
                _("Column map: it has no place for %(where)s.") % {"where": where},
                hint=_("Write one of: %(known)s.") % {"known": ", ".join(close or names)},
            )


def _text(
    table: Mapping[str, Any], name: str, place: str, default: str = "", *, known: Sequence[str] = ()
) -> str:
    value = table.get(name, default)
    if not isinstance(value, str) or (known and name in table and value not in known):
        raise _wrong(
            f"[{place}] {name}",
            value,
            known=known,
            hint="" if known else _("Write a text in quotation marks."),
        )
    return value


def _texts(value: object, place: str) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if (
        not isinstance(texts, list)
        or not texts
        or not all(isinstance(text, str) and text.strip() for text in texts)
    ):
        raise _wrong(place, value, hint=_('Write a name in quotation marks, or several: ["year", "month"].'))
    return tuple(text.strip() for text in texts)


def _columns(tables: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    table = tables.get("columns", {})
    _known(table, COLUMNS, "columns")
    columns = {name: _texts(value, f"[columns] {name}") for name, value in table.items()}
    constants = tables.get("constants", {})
    for name, names in columns.items():
        if len(names) > 1 and name != "period":
            raise _wrong(
                f"[columns] {name}", ", ".join(names), hint=_("Only a period may stand in several columns.")
            )
        if name in constants:
            raise _wrong(
                f"[constants] {name}", constants[name], hint=_("Take it out: a column says it already.")
            )
    for name in NEEDED:
        if name not in columns and name not in constants:
            where = "[columns]" if name in COLUMNS else "[constants]"
            example = f'{where} {name} = "…"'
            raise _lacking(f"“{name}”", example)
    if "quantity" in columns and "unit" not in columns and "unit" not in constants:
        raise _lacking(_("the unit of the quantity"), '[constants] unit = "8"')
    return columns


CONSTANT_PATTERNS = {
    "period": (PERIOD.pattern, "2024, 2024-03, FY2024"),
    "reporter": (r"[A-Z]{2}|_X[0-9]{0,3}", "MA, FR, _X490"),
    "partner": (r"[A-Z]{2}|W|_X[0-9]{0,3}", "MA, FR, W, _X"),
    "flow": ("|".join(FLOWS), ", ".join(FLOWS)),
    "product": (r"TOTAL|[0-9]{2,10}", "TOTAL, 080270"),
    "unit": (r"[1-9]|[1-4][0-9]|5[0-3]", "5, 8"),
    "status": ("|".join(STATUSES), ", ".join(STATUSES)),
    "currency": (r"[A-Z]{3}", "MAD, USD, EUR"),
    "valuation": ("FOB|CIF", "FOB, CIF"),
}


def _constants(tables: Mapping[str, Any]) -> dict[str, str]:
    table = tables.get("constants", {})
    _known(table, CONSTANTS, "constants")
    for name, value in table.items():
        pattern, known = CONSTANT_PATTERNS[name]
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise _wrong(
                f"[constants] {name}", value, hint=_("Write for example: %(known)s.") % {"known": known}
            )
    return dict(table)


def _period(table: Mapping[str, Any]) -> dict[str, Any]:
    _known(table, ("kind", "written", "year"), "period")
    kind = _text(table, "kind", "period", "year", known=tuple(KINDS))
    written = _text(table, "written", "period", KINDS[kind])
    plain = re.sub("[^YM]+", " ", written).split()
    wanted = {
        "year": (["YYYY"],),
        "month": (["YYYY", "MM"], ["YYYY", "M"], ["MM", "YYYY"], ["M", "YYYY"], ["YYYYMM"], ["MMYYYY"]),
        "fiscal-year": (["YYYY", "YYYY"], ["YYYY", "YY"], ["YYYY"]),
    }[kind]
    if plain not in wanted:
        examples = [KINDS[kind], *(" ".join(tokens) for tokens in wanted)]
        raise _wrong("[period] written", written, known=examples)
    last = _text(table, "year", "period", "first", known=("first", "last")) == "last"
    return {"period_kind": kind, "period_written": written, "period_last": last}


def _product(table: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    _known(table, ("levels", "total", "edition"), "product")
    levels = table.get("levels", list(LEVELS))
    if (
        not isinstance(levels, list)
        or not levels
        or any(type(level) is not int or level not in LEVELS for level in levels)
    ):
        raise _wrong(
            "[product] levels", levels, hint=_("Write the lengths of whole codes: levels = [2, 4, 6].")
        )
    totals = _texts(table.get("total", "TOTAL"), "[product] total")
    edition = table.get("edition", "")
    pairs = edition.items() if isinstance(edition, dict) else [("FY2000", edition or "HS2022")]
    for period, code in pairs:
        good = isinstance(code, str) and (EDITION.fullmatch(code) or (code == BY_PERIOD and edition == code))
        if not good or not PERIOD.fullmatch(period):
            hint = _('Write edition = "HS2022", edition = "by-period", or first periods: FY2022 = "HS2022".')
            raise _wrong("[product] edition", edition, hint=hint)
    if edition and "edition" in columns:
        raise _wrong("[product] edition", edition, hint=_("Take it out: a column says it already."))
    return {"levels": tuple(sorted(set(levels))), "totals": totals, "editions": edition}


def _powers(tables: Mapping[str, Any]) -> dict[str, int]:
    powers = {}
    for name in AMOUNTS:
        table = tables.get(name, {})
        _known(table, ("unit",), name)
        powers[name] = POWERS[_text(table, "unit", name, "one", known=tuple(POWERS))]
    return powers


def _codes(tables: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: _text(tables.get(name, {}), "codes", name, "alpha2", known=AREA_CODES)
        for name in ("reporter", "partner")
    }


VALUE_PATTERNS = {
    **{name: CONSTANT_PATTERNS[name] for name in ("reporter", "partner", "flow", "status")},
    "unit": (r"|-1|[1-9]|[1-4][0-9]|5[0-3]", '5, 8, ""'),
    "region": (r"|_U|MA-(0[1-9]|1[0-2])", "MA-01, _U"),
    "mode": ("|".join(MODES), ", ".join(MODES)),
    "edition": (EDITION.pattern, "HS2017, HS2022"),
}


def _values(tables: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    found = {}
    for name in TRANSLATED:
        table = tables.get(name, {})
        _known(table, ("codes", "values") if name in ("reporter", "partner") else ("values",), name)
        values = table.get("values", {})
        if not isinstance(values, dict):
            raise _wrong(
                f"[{name}] values", values, hint=_("Write a section: [%(name)s.values].") % {"name": name}
            )
        pattern, known = VALUE_PATTERNS[name]
        for word, code in values.items():
            if not isinstance(code, str) or not re.fullmatch(pattern, code):
                hint = _("Write for example: %(known)s.") % {"known": known}
                raise _wrong(f"[{name}.values] {word}", code, hint=hint)
        found[name] = dict(values)
    return found


def _valuation(table: Mapping[str, Any], constants: Mapping[str, str]) -> dict[str, str]:
    _known(table, FLOWS, "valuation")
    if table and "valuation" in constants:
        raise _wrong(
            "[constants] valuation", constants["valuation"], hint=_("Take it out: [valuation] says it.")
        )
    return {flow: _text(table, flow, "valuation", known=("FOB", "CIF")) for flow in table}


def _coverage(table: Mapping[str, Any]) -> tuple[str, ...]:
    _known(table, ("columns",), "coverage")
    columns = _texts(table.get("columns", ["reporter", "period", "flow"]), "[coverage] columns")
    for name in columns:
        if name not in COVERAGE:
            raise _wrong("[coverage] columns", name, known=COVERAGE)
    if "period" not in columns:
        raise _wrong(
            "[coverage] columns", ", ".join(columns), hint=_("A file covers periods: write “period” too.")
        )
    return columns


def _file(table: Mapping[str, Any]) -> dict[str, Any]:
    _known(table, ("delimiter", "decimal", "thousands"), "file")
    found = {
        "delimiter": _text(table, "delimiter", "file", known=(",", ";", "\t", "|")),
        "decimal": _text(table, "decimal", "file", known=(".", ",")),
        "thousands": _text(table, "thousands", "file", known=tuple(THOUSANDS)),
    }
    if found["thousands"] and found["thousands"] == (found["decimal"] or "."):
        raise _wrong(
            "[file] thousands", found["thousands"], hint=_("Write the decimal mark too, which is another.")
        )
    return found


def _dataset(table: Mapping[str, Any]) -> dict[str, Any]:
    if not table:
        return {}
    _known(table, ("code", "valuation", "exports_hold_reexports", "licence_url", *DATASET_TEXTS), "dataset")
    for name in ("code", *DATASET_TEXTS, "valuation"):
        if not _text(table, name, "dataset"):
            raise _lacking(f"[dataset] {name}", f'{name} = "…"')
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,39}", table["code"]):
        raise _wrong(
            "[dataset] code", table["code"], hint=_("Write small letters, digits and hyphens: in-exports.")
        )
    _text(table, "valuation", "dataset", known=("fob-cif", "mixed"))
    for name in DATASET_TEXTS:
        limit = DATASET_LONGEST[name[:-3]]
        if len(table[name]) > limit:
            hint = _("Write at most %(limit)s characters.") % {"limit": limit}
            raise _wrong(f"[dataset] {name}", table[name], hint=hint)
    if not re.fullmatch(r"(https?://[^\s]{1,180})?", _text(table, "licence_url", "dataset")):
        raise _wrong("[dataset] licence_url", table["licence_url"], hint=_("Write an address: https://…"))
    holds = table.get("exports_hold_reexports", False)
    if not isinstance(holds, bool):
        raise _wrong("[dataset] exports_hold_reexports", holds, hint=_("Write true or false."))
    return {"licence_url": "", **table, "exports_hold_reexports": holds}
