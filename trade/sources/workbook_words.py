"""The words of a workbook's settings and headings, in French, Arabic and English, and the values that they take."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from trade.sources.cells import DIGITS
from trade.sources.names import normal

# `2024-03`, `03/2024`.
NUMBERED = re.compile(
    r"\b((?:19|20)[0-9]{2})[-/](0?[1-9]|1[0-2])\b|\b(0?[1-9]|1[0-2])[-/]((?:19|20)[0-9]{2})\b"
)
YEAR = re.compile(r"^(19|20)[0-9]{2}$")


def words(*texts: str) -> frozenset[str]:
    return frozenset(normal(text) for text in texts)


def coded(table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {normal(text): code for code, texts in table.items() for text in texts}


SETTINGS = coded(
    {
        "flow": ("Flux", "التدفق", "Flow"),
        "currency": ("Monnaie", "Devise", "العملة", "Currency"),
        "unit": ("Unité", "الوحدة", "Unit"),
        "weight": ("Unité de poids", "وحدة الوزن", "Unit of weight"),
        "edition": ("Édition", "Nomenclature", "الطبعة", "Edition"),
        "year": ("Année", "السنة", "Year"),
        "status": ("Statut", "الحالة", "Status"),
    }
)
CODE = words("Code SH", "Code", "SH", "Code produit", "رمز المنتج", "الرمز", "HS code")
PARTNER = words("Pays", "Partenaire", "Code pays", "البلد", "الشريك", "Country", "Partner")
FLOW = words("Flux", "التدفق", "Flow")
ASIDE = words(
    "", "Libellé", "Désignation", "Produit", "البيان", "التسمية", "المنتج", "Label", "Product", "Rang", "الرتبة",
    "Rank",
)  # fmt: skip
# A heading that begins so is a figure derived from the others, never one of its own.
_DERIVED = (
    "Total", "Cumul", "Variation", "Évolution", "Part", "Écart", "المجموع", "التغير", "الحصة", "Share", "Change",
)  # fmt: skip
DERIVED = tuple(normal(text) for text in _DERIVED)
FLOWS = coded(
    {
        "X": ("X", "Exportations", "Exports", "Export", "الصادرات"),
        "M": ("M", "Importations", "Imports", "Import", "الواردات"),
        "RX": ("RX", "Réexportations", "Re-exportations", "Re-exports", "إعادة التصدير"),
        "RM": ("RM", "Réimportations", "Re-importations", "Re-imports", "إعادة الاستيراد"),
    }
)
UNITS = coded(
    {
        "0": ("Dirhams", "Dirham", "DH", "MAD", "الدرهم", "درهم"),
        "3": ("Milliers de dirhams", "Milliers de DH", "KDH", "آلاف الدراهم", "ألف درهم", "Thousands of dirhams"),
        "6": (
            "Millions de dirhams", "Millions de DH", "MDH", "MMAD", "ملايين الدراهم", "مليون درهم",
            "Millions of dirhams",
        ),
        "9": ("Milliards de dirhams", "Milliards de DH", "ملايير الدراهم", "مليار درهم", "Billions of dirhams"),
    }
)  # fmt: skip
WEIGHTS = coded({"0": ("kg", "Kilogrammes", "كيلوغرام"), "3": ("t", "Tonnes", "أطنان", "طن", "Tons")})
CURRENCIES = coded({"MAD": ("MAD", "Dirham", "Dirhams", "DH", "Dirham marocain", "الدرهم", "درهم")})
STATUSES = coded(
    {
        "P": ("P", "Provisoire", "Chiffres provisoires", "مؤقتة", "مؤقت", "Provisional"),
        "R": ("R", "Révisé", "Révisés", "مراجعة", "مراجع", "Revised"),
        "F": ("F", "Définitif", "Définitifs", "نهائية", "نهائي", "Final"),
    }
)
TOTALS = words("TOTAL", "Total général", "Ensemble", "المجموع", "المجموع العام", "Grand total")
WORLD = words("Monde", "Total", "Total pays", "العالم", "المجموع", "World")
WEIGHT_WORDS = words("Poids", "Poids net", "الوزن", "الوزن الصافي", "Weight", "Net weight")
VALUE_WORDS = words("Valeur", "القيمة", "Value")
_MONTHS = (
    ("janvier", "janv", "jan", "january", "يناير"),
    ("février", "févr", "fév", "february", "feb", "فبراير"),
    ("mars", "march", "mar", "مارس"),
    ("avril", "avr", "april", "apr", "أبريل", "ابريل"),
    ("mai", "may", "ماي", "مايو"),
    ("juin", "june", "jun", "يونيو"),
    ("juillet", "juil", "july", "jul", "يوليوز", "يوليو"),
    ("août", "aout", "august", "aug", "غشت", "أغسطس"),
    ("septembre", "sept", "sep", "september", "شتنبر", "سبتمبر"),
    ("octobre", "oct", "october", "أكتوبر"),
    ("novembre", "nov", "november", "نونبر", "نوفمبر"),
    ("décembre", "déc", "dec", "december", "دجنبر", "ديسمبر"),
)
MONTHS = {normal(name): number for number, names in enumerate(_MONTHS, 1) for name in names}
_DIGITS = {ord(theirs): ours for theirs, ours in DIGITS.items()}
EDITIONS = ("1992", "1996", "2002", "2007", "2012", "2017", "2022")


def western(text: str) -> str:
    return text.translate(_DIGITS)


def edition(text: str) -> str | None:
    """`SH 2022` → `HS2022`."""
    found = re.fullmatch(r"(?:HS|SH)?\s*([0-9]{4})", western(text).strip(), flags=re.IGNORECASE)
    return f"HS{found[1]}" if found and found[1] in EDITIONS else None


def heading(cell: Any, year: str) -> tuple[str, str] | None:
    """A heading of figures → ("value" or "net_kg", `2024-03` or `2024`); None where it is none.

    `year`: the sheet's, for headings that name a month only.
    """
    if isinstance(cell, dt.datetime | dt.date):
        return "value", f"{cell:%Y-%m}"
    text = western(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell))
    plain = NUMBERED.sub(_month, text)
    measure, names, years = "value", [], []
    rest = []
    for token in normal(plain).split():
        if token in MONTHS:
            names.append(MONTHS[token])
        elif YEAR.match(token):
            years.append(token)
        else:
            rest.append(token)
    told = " ".join(rest)
    if told in WEIGHT_WORDS:
        measure = "net_kg"
    elif told and told not in VALUE_WORDS:
        return None
    if len(names) > 1 or len(years) > 1 or not (years or (names and year)):
        return None
    at = (years or [year])[0]
    return measure, f"{at}-{names[0]:02}" if names else at


def _month(found: re.Match[str]) -> str:
    year, month = (found[1], found[2]) if found[1] else (found[4], found[3])
    return f" {_MONTHS[int(month) - 1][0]} {year} "
