"""A fourth language without a column of its own, as docs/languages.md adds it: Amazigh, with a few words."""

import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.catalog import Catalog
from django.core.management import call_command
from django.http import HttpResponseBase
from django.test import Client
from django.utils.translation import gettext, ngettext, override
from pytest_django import Settings

from portal.base import formats, i18n
from reference.models import Region
from reference.selectors import labels
from tests.pages.reading import get, links, text
from trade.models import Release

pytestmark = pytest.mark.django_db
AMAZIGH = ("zgh", "ⵜⴰⵎⴰⵣⵉⵖⵜ")
# A few words for this test; the rest of the interface has no Amazigh text, and is read in French.
WORDS = {
    "Region": "ⵜⴰⵎⵏⴰⴹⵜ",
    "Region %(code)s": "ⵜⴰⵎⵏⴰⴹⵜ %(code)s",
    "Home": "ⴰⵙⵏⵓⴱⴳ",
    "Languages": "ⵜⵓⵜⵍⴰⵢⵉⵏ",
    "Year": "ⴰⵙⴳⴳⵯⴰⵙ",
    "Search": "ⵔⵣⵓ",
}
PATHS = (
    "", "about/", "search/?q=noix", "data/", "data/regions/", "data/regions/MA-08/", "data/products/",
    "data/products/08/", "data/products/080270/", "data/markets/", "data/markets/FR/", "data/releases/",
    "account/login/", "account/signup/", "nothing/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def amazigh(settings: Settings, tmp_path: Path) -> None:
    """What the how-to does, on a folder of the test's own."""
    catalogue = Catalog(locale="zgh", fuzzy=False)
    for message, string in WORDS.items():
        catalogue.add(message, string)
    # Gaps, as a catalogue has while it is written.
    catalogue.add("Sign in", "")
    catalogue.add(("dirham", "dirhams"), ("", ""))
    folder = tmp_path / "locale" / "zgh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.po").open("wb") as source:
        pofile.write_po(source, catalogue)
    settings.LOCALE_PATHS = [*settings.LOCALE_PATHS, tmp_path / "locale"]
    settings.LANGUAGES = [*settings.LANGUAGES, AMAZIGH]
    call_command("compile_catalogues", verbosity=0)


def html(response: HttpResponseBase) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def test_every_page_answers(reader: Client, country: Release) -> None:
    for path in PATHS:
        body = html(reader.get(f"/zgh/{path}"))
        assert '<html lang="zgh" dir="ltr">' in body, path
        assert body.count("<h1") == 1, path
        # A marked text put into an attribute would end it.
        assert not re.search(r'="[^"<>]*<span lang=', body), path
        assert "&lt;span lang" not in body, path


def test_the_switch_and_the_address_know_four_languages(reader: Client, country: Release) -> None:
    page = get(reader, "/ar/data/regions/MA-08/?period=2023")
    assert "/zgh/data/regions/MA-08/?period=2023" in links(page, "period=2023")
    assert f'lang="zgh" dir="ltr" hreflang="zgh">{AMAZIGH[1]}</a>' in html(page)
    assert reader.get("/", headers={"accept-language": "zgh,fr;q=0.5"})["Location"] == "/zgh/"


def test_words_of_the_catalogue_then_french_never_english() -> None:
    with override("zgh"):
        assert gettext("Region") == "ⵜⴰⵎⵏⴰⴹⵜ"
        assert gettext("Sign in") == "Se connecter"
        assert [ngettext("dirham", "dirhams", count) for count in (0, 1, 2)] == [
            "dirham",
            "dirham",
            "dirhams",
        ]
    with override("en"):
        assert gettext("Sign in") == "Sign in"


def test_a_page_is_in_amazigh_and_says_where_it_is_in_french(reader: Client, country: Release) -> None:
    page = get(reader, "/zgh/data/regions/MA-08/")
    words, body = text(page), html(page)
    assert "ⵜⴰⵎⵏⴰⴹⵜ MA-08" in words
    assert "Exportations" in words
    assert "Exports" not in words
    assert re.search(r'<td>|<th scope="row">', body)
    assert re.search(r'<span lang="fr" dir="ltr">[^<]*(?:fruits|Fruits)', body), "a section's name is French"
    named = get(reader, "/zgh/data/regions/")
    assert '<span lang="fr" dir="ltr">Drâa-Tafilalet</span>' in html(named)


def test_countries_have_the_names_of_cldr(reader: Client, country: Release) -> None:
    assert labels("partner", ["FR", "W"], "zgh") == {"FR": "ⴼⵔⴰⵏⵙⴰ", "W": "Monde"}
    page = get(reader, "/zgh/data/markets/")
    assert ">ⴼⵔⴰⵏⵙⴰ</a>" in html(page)
    assert "<h1>ⴼⵔⴰⵏⵙⴰ</h1>" in html(get(reader, "/zgh/data/markets/FR/"))


def test_names_fall_back_to_french_and_say_so(vocabulary: None) -> None:
    region = Region.objects.get(pk="MA-08")
    name = i18n.localized(region, "name", "zgh")
    assert isinstance(name, i18n.Text)
    assert (str(name), name.language) == ("Drâa-Tafilalet", "fr")
    assert not isinstance(i18n.localized(region, "name", "ar"), i18n.Text)
    for dimension, code in (("region", "MA-08"), ("product", "08"), ("flow", "X"), ("sector", "agri")):
        found = labels(dimension, [code], "zgh")[code]
        assert isinstance(found, i18n.Text), dimension
        assert (found, found.language) == (labels(dimension, [code], "fr")[code], "fr")


def test_a_column_is_taken_up_as_soon_as_there_is_one(vocabulary: None) -> None:
    region = Region.objects.get(pk="MA-08")
    region.name_zgh = "ⴷⵔⵄⴰ-ⵜⴰⴼⵉⵍⴰⵍⵜ"  # type: ignore[attr-defined]
    assert i18n.localized(region, "name", "zgh") == "ⴷⵔⵄⴰ-ⵜⴰⴼⵉⵍⴰⵍⵜ"
    assert not isinstance(i18n.localized(region, "name", "zgh"), i18n.Text)


def test_numbers_and_dates_are_those_of_cldr() -> None:
    assert formats.date(dt.date(2026, 8, 14), "zgh") == "14 ⵖⵓⵛⵜ 2026"
    assert formats.period("2024-03", "zgh") == "ⵎⴰⵕⵚ 2024"
    assert formats.number(1234567.5, "zgh", decimals=1) == "1\u00a0234\u00a0567,5"
    assert formats.percent(0.5, "zgh") == "50,0\u00a0%"
    with override("zgh"):
        assert formats.money(2_500_000_000, "zgh") == "2,5\u00a0millions de dirhams"


def test_downloads_and_the_search_work_in_it(reader: Client, country: Release) -> None:
    for address in links(get(reader, "/zgh/data/regions/MA-08/"), "lang=zgh")[:3]:
        assert reader.get(address).status_code == 200, address
    for form in ("csv", "xlsx", "parquet", "json", "jsonstat"):
        assert reader.get(f"/api/v1/data/?by=region&period=2024&lang=zgh&format={form}").status_code == 200
    answer = reader.get("/api/v1/data/?by=region&period=2024&lang=zgh").json()
    assert any(row["region_label"] == "Drâa-Tafilalet" for row in answer["rows"])
    assert reader.get("/api/v1/regions/").json()["results"][0]["names"].keys() == {"fr", "ar", "en"}
