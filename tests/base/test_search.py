"""Words, codes and misspellings lead to the same entry in three languages."""

import pytest

from portal.base import search
from portal.base.models import SearchEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def souk() -> None:
    def entry(key: str, fr: str, ar: str, en: str, words: str = "") -> search.Entry:
        titles = {"fr": fr, "ar": ar, "en": en}
        return search.Entry(
            key, titles, {code: f"/{code}/{key}/" for code in titles}, dict.fromkeys(titles, words)
        )

    search.replace(
        "product",
        [
            entry("0702", "Tomates fraîches", "طماطم طازجة", "Fresh tomatoes", "070200"),
            entry("1509", "Huile d'olive vierge", "زيت الزيتون البكر", "Virgin olive oil"),
            entry("0709", "Autres légumes frais", "خضر أخرى طازجة", "Other fresh vegetables"),
        ],
    )


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("tomates", "fr", "0702"),
        ("TOMATE", "fr", "0702"),
        ("tomatess", "fr", "0702"),
        ("l'huile d’olive", "fr", "1509"),
        ("طماطم", "ar", "0702"),
        ("الطماطم", "ar", "0702"),
        ("زيت زيتون", "ar", "1509"),
        ("0702", "en", "0702"),
        ("07.02", "en", "0702"),
        ("olive", "en", "1509"),
    ],
)
def test_finds(text: str, language: str, key: str) -> None:
    assert [entry.key for entry in search.find(text, language)][:1] == [key]


@pytest.mark.parametrize("text", ["", "   ", "%", "'; drop table", "xylophone"])
def test_finds_nothing_without_failing(text: str) -> None:
    assert list(search.find(text, "fr")) == []


def test_only_public_entries_of_the_language_asked() -> None:
    SearchEntry.objects.filter(key="0702", language="fr").update(visibility="staff")
    assert list(search.find("tomates", "fr")) == []
    assert all(entry.language == "en" for entry in search.find("fresh", "en"))


def test_replace_makes_the_index_of_a_kind_exactly_what_it_is_given() -> None:
    search.replace("region", [search.Entry("MA-08", {"fr": "Drâa-Tafilalet"}, {"fr": "/fr/"}, {})])
    assert search.replace("product", []) == 0
    kept = SearchEntry.objects.filter(kind__in=["product", "region"])
    assert [entry.key for entry in kept] == ["MA-08"]


def test_fold() -> None:
    assert search.fold("L'Électricité à Aït-Baha") == "electricite a ait baha"
    assert search.fold("أسماك مُجَمَّدة") == "اسماك مجمده"
