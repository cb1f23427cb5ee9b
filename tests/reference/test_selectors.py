"""Labels, codes and searches that the other rooms read."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from portal.base import errors, search
from reference import selectors

pytestmark = pytest.mark.usefixtures("vocabulary")


@pytest.mark.parametrize(
    ("dimension", "code", "names"),
    [
        (
            "region",
            "MA-01",
            ("Tanger-Tétouan-Al Hoceïma", "طنجة-تطوان-الحسيمة", "Tangier-Tetouan-Al Hoceima"),
        ),
        ("partner", "ES", ("Espagne", "إسبانيا", "Spain")),
        ("reporter", "W", ("Monde", "العالم", "World")),
        (
            "partner",
            "_X490",
            ("Autre Asie, non précisé", "آسيا الأخرى، غير محدد", "Other Asia, not specified"),
        ),
        ("sector", "aero", ("Aéronautique", "صناعة الطيران", "Aerospace")),
        ("flow", "RX", ("Réexportations", "إعادة التصدير", "Re-exports")),
        ("mode", "1", ("Mer", "بحرا", "Sea")),
        ("unit", "8", ("kilogrammes", "كيلوغرام", "kilograms")),
        ("period", "2024-03", ("mars 2024", "مارس 2024", "March 2024")),
    ],
)
def test_labels_in_three_languages(dimension: str, code: str, names: tuple[str, str, str]) -> None:
    found = tuple(selectors.labels(dimension, [code], language)[code] for language in ("fr", "ar", "en"))
    assert found == names


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_a_subheading_goes_by_its_headings_name_in_the_same_language(language: str) -> None:
    found = selectors.labels("product", ["070200", "0702"], language)
    assert found["070200"] == found["0702"]
    assert found["0702"] == getattr(selectors.product_get("0702"), f"name_{language}")


def test_what_is_not_known_stands_for_itself() -> None:
    assert selectors.labels("product", ["999998", "S99"], "fr") == {"999998": "999998", "S99": "S99"}
    assert selectors.labels("partner", ["_X777"], "ar") == {"_X777": "_X777"}
    assert selectors.labels("mode", ["8"], "en") == {"8": "8"}
    assert selectors.labels("period", ["soon"], "fr") == {"soon": "soon"}
    assert selectors.labels("region", ["_U"], "en") == {"_U": "Not allocated"}
    assert selectors.labels("region", ["_U"], "fr")["_U"] != "_U"
    with pytest.raises(KeyError):
        selectors.labels("colour", ["red"], "fr")


def test_an_edition_without_a_list_has_names_for_what_never_changes() -> None:
    found = selectors.labels("product", ["S02", "08", "0702"], "en", edition="HS2017")
    assert found["08"] == "Fruit, citrus and nuts, fresh, frozen or dried"
    assert found["S02"] == "Fruit, vegetables, cereals and other plant products"
    assert found["0702"] == "0702"


def test_labels_are_one_query_for_three_and_for_three_hundred(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    codes = sorted(selectors.product_codes("HS2022"))
    for some in (codes[:3], codes[:300]):
        with django_assert_num_queries(1):
            selectors.labels("product", some, "ar")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (504, "MA"),
        (732, "MA"),
        (842, "US"),
        (840, "US"),
        (251, "FR"),
        (757, "CH"),
        (699, "IN"),
        (579, "NO"),
        (381, "IT"),
        (380, "IT"),
        (0, "W"),
        (490, "_X490"),
        (736, "_X736"),
        (899, "_X899"),
        (492, "_X492"),
    ],
)
def test_numbers_of_the_united_nations(number: int, code: str) -> None:
    assert selectors.codes_of_un()[number] == code


def test_every_country_of_baci_has_a_code(shared: Callable[[str], Path]) -> None:
    known = selectors.codes_of_un()
    with shared("data/baci/country_codes_V202201.csv").open(encoding="latin-1") as file:
        rows = list(csv.DictReader(file))
    assert [row["country_name_abbreviation"] for row in rows if int(row["country_code"]) not in known] == []
    pairs = [(known[int(row["country_code"])], row["iso_2digit_alpha"]) for row in rows]
    apart = {ours for ours, theirs in pairs if ours != theirs}
    # Namibia's cell is empty there (its NA was read as "not available"); FQ is an old code of the southern lands.
    assert {code for code in apart if not code.startswith("_X")} == {"NA", "TF"}


def test_three_letters() -> None:
    known = selectors.codes_of_alpha3()
    assert (known["MAR"], known["ESH"]) == ("MA", "MA")
    assert (known["WLD"], known["W00"]) == ("W", "W")
    assert (known["S19"], known["_X"]) == ("_X490", "_X899")
    assert selectors.country_get("eh").code == "MA"
    with pytest.raises(errors.Missing, match="ZZ"):
        selectors.country_get("ZZ")


@pytest.mark.parametrize("typed", ["0702", "07.02", " 0702 "])
def test_a_product_by_its_code_with_or_without_dots(typed: str) -> None:
    assert selectors.product_get(typed).code == "0702"


def test_ten_digits_lead_to_six() -> None:
    assert selectors.product_get("8210.00.00.90").code == "821000"
    with pytest.raises(errors.Missing):
        selectors.product_get("0000")
    with pytest.raises(errors.Missing):
        selectors.product_get("0702", "HS2012")


@pytest.mark.parametrize(
    ("period", "edition"),
    [
        ("2024", "HS2022"),
        ("2022-01", "HS2022"),
        ("2021-12", "HS2017"),
        ("2016-Q4", "HS2012"),
        ("FY2021", "HS2017"),
    ],
)
def test_the_edition_follows_from_the_period(period: str, edition: str) -> None:
    assert selectors.edition_at(period) == edition


@pytest.mark.parametrize("period", ["1987", "2024-13", "yesterday"])
def test_a_period_without_an_edition_is_refused(period: str) -> None:
    with pytest.raises(errors.Invalid):
        selectors.edition_at(period)


def test_sections_of_chapters() -> None:
    sections = selectors.section_of()
    assert len(sections) == 97
    assert (sections["08"], sections["87"], sections["99"]) == ("S02", "S17", "S21")


def test_codes_of_lists() -> None:
    assert len(selectors.product_codes("HS2022")) == 97 + 1229 + 5613
    assert selectors.product_codes("HS2012") == frozenset()
    assert len(selectors.region_codes()) == 12
    assert {"MA", "W", "_X", "_X490"} <= selectors.country_codes()
    assert [node.code for node in selectors.products(parent="07")][:2] == ["0701", "0702"]


@pytest.mark.parametrize(
    ("typed", "language", "kind", "key", "path"),
    [
        ("tomates", "fr", "product", "0702", "/fr/data/products/0702/"),
        ("طماطم", "ar", "product", "0702", "/ar/data/products/0702/"),
        ("0702", "en", "product", "0702", "/en/data/products/0702/"),
        ("0702.00", "fr", "product", "070200", "/fr/data/products/070200/"),
        ("tangier", "en", "region", "MA-01", "/en/data/regions/MA-01/"),
        ("سوس", "ar", "region", "MA-09", "/ar/data/regions/MA-09/"),
        ("ouarzazate", "fr", "province", "08.401", "/fr/data/regions/MA-08/"),
        ("allemagne", "fr", "country", "DE", "/fr/data/markets/DE/"),
    ],
)
def test_the_search_finds_it_first(typed: str, language: str, kind: str, key: str, path: str) -> None:
    first = search.find(typed, language)[0]
    assert (first.kind, first.key, first.url) == (kind, key, path)


def test_the_rest_of_the_world_is_no_market() -> None:
    for words, code in (("soutes", "_X837"), ("monde", "W"), ("non précisé", "_X")):
        assert code not in {entry.key for entry in search.find(words, "fr", kinds=("country",))}
    assert search.find("monaco", "fr", kinds=("country",))[0].key == "MC"
