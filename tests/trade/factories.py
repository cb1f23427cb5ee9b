"""Small, exact facts: datasets, parts written as the import writes them, releases made of them."""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from portal.accounts.models import User
from portal.base import storage
from reference.models import (
    Commune,
    Country,
    Edition,
    Product,
    Province,
    Region,
    Sector,
    SectorRule,
)
from trade.canonical import FACTS, SORT
from trade.cube import rollups
from trade.models import Dataset, Part, Release, ReleasePart, Run

SECTIONS = {"S01": ["01", "03"], "S02": ["07", "08"], "S06": ["31"], "S11": ["61"]}
HS6 = ["010121", "030311", "030312", "070200", "070310", "080270", "080510", "310310", "310530", "610910"]


def forget_vocabulary() -> None:
    """Empty the reference tables, inside the test's transaction: other tests keep the whole vocabulary loaded."""
    tables = [
        model._meta.db_table
        for model in (Region, Province, Commune, Country, Edition, Product, Sector, SectorRule)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def vocabulary() -> None:
    """A few regions, countries, products and sectors: enough to label and to check codes."""
    if Edition.objects.exists() and not Region.objects.filter(name_fr="Région 1").exists():
        forget_vocabulary()
    edition, _ = Edition.objects.get_or_create(code="HS2022", valid_from="2022-01-01", loaded=True)
    for number in range(1, 13):
        code = f"MA-{number:02d}"
        names = {"name_fr": f"Région {number}", "name_ar": f"جهة {number}", "name_en": f"Region {number}"}
        seats = dict.fromkeys(("seat_fr", "seat_ar", "seat_en"), "Ville")
        Region.objects.get_or_create(
            code=code, defaults={**names, **seats, "population": 1000, "establishments": 10}
        )
    for code, name in {"MA": "Maroc", "FR": "France", "ES": "Espagne", "W": "Monde", "_X": "Inconnu"}.items():
        Country.objects.get_or_create(
            code=code, defaults={"name_fr": name, "name_ar": f"ع {name}", "name_en": f"{name} (en)"}
        )
    for section, chapters in SECTIONS.items():
        _product(edition, section, 1, section)
        for chapter in chapters:
            _product(edition, chapter, 2, section)
    for code in HS6:
        section = next(name for name, chapters in SECTIONS.items() if code[:2] in chapters)
        _product(edition, code[:4], 4, section)
        _product(edition, code, 6, section)
    for position, (sector, prefixes) in enumerate(
        {"agri": ["01", "03", "07", "08"], "fruit": ["0802"]}.items()
    ):
        row, _ = Sector.objects.get_or_create(
            code=sector,
            defaults={"position": position, "name_fr": sector, "name_ar": sector, "name_en": sector},
        )
        for prefix in prefixes:
            SectorRule.objects.get_or_create(sector=row, edition=edition, prefix=prefix)


def _product(edition: Edition, code: str, level: int, section: str) -> None:
    names = {"name_fr": f"Produit {code}", "name_ar": f"منتج {code}", "name_en": f"Product {code}"}
    Product.objects.get_or_create(
        edition=edition, code=code, defaults={"level": level, "section": section, **names}
    )


def customs() -> Dataset:
    return _dataset("ma-customs", "customs", currency="MAD", has_companies=True, region_basis="seat")


def comtrade() -> Dataset:
    return _dataset("comtrade", "comtrade-json", currency="USD", has_companies=False, holds=True)


def _dataset(
    code: str, source: str, *, currency: str, has_companies: bool, region_basis: str = "", holds: bool = False
) -> Dataset:
    dataset, _ = Dataset.objects.get_or_create(
        code=code,
        defaults={
            "source_code": source,
            "name_fr": f"Données {code}",
            "name_ar": f"بيانات {code}",
            "name_en": f"Data {code}",
            **dict.fromkeys(("provider_fr", "provider_ar", "provider_en"), "Provider of tests"),
            **dict.fromkeys(("licence_fr", "licence_ar", "licence_en"), "CC BY 4.0"),
            "currency": currency,
            "valuation": Dataset.Valuation.FOB_CIF,
            "exports_hold_reexports": holds,
            "region_basis": region_basis,
            "has_companies": has_companies,
        },
    )
    return dataset


def ice(firm: int, establishment: int = 1) -> str:
    """Fifteen digits of a company number; the check digits are the import's business."""
    return f"{firm:09d}{establishment:04d}00"


def customs_fact(**values: Any) -> dict[str, Any]:
    fact = {
        "period": "2024-01", "freq": "M", "reporter": "MA", "flow": "X", "region": "MA-01", "edition": "HS2022",
        "product": "0802700000", "level": 10, "partner": "FR", "is_total": False, "company": ice(1),
        "value": 1000, "currency": "MAD", "net_kg": 500, "status": "F",
    }  # fmt: skip
    return {**fact, **values}


def comtrade_fact(**values: Any) -> dict[str, Any]:
    fact = {
        "period": "2023", "freq": "A", "reporter": "MA", "flow": "X", "edition": "HS2022", "product": "080270",
        "level": 6, "partner": "FR", "is_total": False, "value": 1000, "currency": "USD", "net_kg": 500,
    }  # fmt: skip
    fact.update(values)
    fact["is_total"] = fact["partner"] == "W"
    fact["level"] = 0 if fact["product"] == "TOTAL" else len(str(fact["product"]))
    return fact


def release(
    dataset: Dataset,
    facts: Iterable[Mapping[str, Any]],
    *,
    demonstration: bool = True,
    publish: bool = True,
    build: bool = True,
    whole_years: bool = False,
) -> Release:
    """A release of exactly these facts, one part a period, its rollups built; published unless told otherwise.

    Where firms declare, subheadings are told of whole years only: `whole_years` gives the months that have no fact a
    part in which nothing was traded.
    """
    by_period: dict[str, list[Mapping[str, Any]]] = {}
    for fact in facts:
        by_period.setdefault(fact["period"], []).append(fact)
    if dataset.has_companies and whole_years:
        for year in {period[:4] for period in by_period}:
            for month in range(1, 13):
                period = f"{year}-{month:02d}"
                by_period.setdefault(
                    period, [customs_fact(period=period, value=0, net_kg=None, quantity=None)]
                )
    number = (Release.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    run = Run.objects.create(
        number=number, dataset=dataset, source_code=dataset.source_code, fingerprint=f"{number:064d}"
    )
    made = Release.objects.create(
        number=number, dataset=dataset, run=run, demonstration=demonstration, predecessor=dataset.published
    )
    for period, rows in by_period.items():
        ReleasePart.objects.create(
            release=made, part=_part(dataset, period, rows, demonstration=demonstration)
        )
    if build:
        rollups.build(made)
    if publish:
        _publish(dataset, made)
    return made


def run_ended(made: Release, *, by: User | None = None) -> Release:
    """The release as an import leaves it: its run is through, and it waits to be published."""
    run = Run.objects.filter(pk=made.run_id)
    run.update(state=Run.State.RUNNING, acting_user=by)
    run.update(state=Run.State.STAGED, ended_at=timezone.now())
    return Release.objects.get(pk=made.pk)


def _part(dataset: Dataset, period: str, rows: list[Mapping[str, Any]], *, demonstration: bool) -> Part:
    frame = pl.DataFrame([{name: row.get(name) for name in FACTS} for row in rows], schema=FACTS).sort(
        SORT, nulls_last=False
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part.parquet"
        frame.write_parquet(path)
        name, checksum = storage.put(path, folder="parts", suffix=".parquet")
    part, _ = Part.objects.get_or_create(
        dataset=dataset,
        period=period,
        sha256=checksum,
        defaults={"stored_as": name, "rows": len(rows), "bytes": 1, "demonstration": demonstration},
    )
    return part


def _publish(dataset: Dataset, made: Release) -> None:
    Release.objects.filter(dataset=dataset, state="published").update(state="replaced")
    made.state = Release.State.PUBLISHED
    made.published_at = timezone.now()
    made.save()
    dataset.published = made
    dataset.save()


def checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
