"""Country names to our codes: French, Arabic, English, official and usual ones, whatever their accents and case."""

import csv
import re
import unicodedata
from pathlib import Path

from portal.base import i18n
from reference.selectors import countries

OTHERS = Path(__file__).resolve().parent.parent / "data" / "country_other_names.csv"
_NO_LETTER = re.compile(r"[^\w]+")


def normal(name: str) -> str:
    """A name as it is compared: small letters without accents and vowel signs, one space between words."""
    letters = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NO_LETTER.sub(" ", plain.replace("\u0640", "").replace("_", " ")).strip()


def codes_of_names() -> dict[str, str]:
    """Normal name → code. A name that two areas have is not in it."""
    found: dict[str, str | None] = {}
    for country in countries():
        names = {country.name_fr, country.name_ar, country.name_en}
        if re.fullmatch("[A-Z]{2}", country.code):
            names |= {i18n.territory(country.code, language) for language in ("fr", "ar", "en")}
        for name in {normal(name) for name in names if name}:
            found[name] = country.code if found.get(name, country.code) == country.code else None
    with OTHERS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found[normal(row["name"])] = row["code"]
    return {name: code for name, code in found.items() if name and code}
