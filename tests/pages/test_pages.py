"""The public pages by their addresses, in three languages, over a small world with known figures."""

import pytest
from django.test import Client

from tests.pages.reading import block, get, links, text
from tests.pages.world import comtrade_world, customs_world, firms
from tests.trade import factories

pytestmark = pytest.mark.django_db
LANGUAGES = ("fr", "ar", "en")
PATHS = (
    "", "about/", "search/", "search/?q=produit", "data/", "data/regions/", "data/regions/MA-08/", "data/products/",
    "data/products/08/", "data/products/0802/", "data/products/080270/", "data/products/080270/?dataset=comtrade",
    "data/products/080279/", "data/markets/", "data/markets/FR/", "data/releases/",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_answers_in_every_language(reader: Client, language: str) -> None:
    customs_world()
    comtrade_world()
    for path in PATHS:
        body = get(reader, f"/{language}/{path}").content.decode()  # type: ignore[attr-defined]
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in body, path
        assert body.count("<h1") == 1, path
        for other in LANGUAGES:
            assert f'hreflang="{other}"' in body, path
        assert " style=" not in body, path


def test_a_page_leads_to_itself_in_the_other_languages(reader: Client) -> None:
    customs_world()
    found = links(get(reader, "/fr/data/regions/MA-08/?period=2023"), "period=2023")
    assert "/ar/data/regions/MA-08/?period=2023" in found
    assert "/en/data/regions/MA-08/?period=2023" in found


def test_demonstration_data_is_marked_and_real_data_is_not(reader: Client) -> None:
    customs_world()
    comtrade_world()
    assert 'class="banner"' in get(reader, "/en/data/regions/MA-08/").content.decode()  # type: ignore[attr-defined]
    real = get(reader, "/en/data/products/080270/?dataset=comtrade").content.decode()  # type: ignore[attr-defined]
    assert 'class="banner"' not in real


def test_a_region_page_says_compares_and_shares(reader: Client) -> None:
    customs_world()
    page = get(reader, "/en/data/regions/MA-08/")
    words = text(page)
    assert "Region 8: exports of 510,000 dirhams in 2024, 30.8% more than in 2023." in words
    assert "S02 comes first, with 420,000 dirhams: 82.4% of the total." in words
    assert "420,000" in block(page, "sections-x")
    assert "45,000" in block(page, "sections-m")


def test_the_year_is_a_choice(reader: Client) -> None:
    customs_world()
    page = get(reader, "/en/data/regions/MA-08/?period=2023")
    assert "300,000" in block(page, "sections-x")
    assert "420,000" not in block(page, "sections-x")


def test_a_hidden_figure_says_so_and_is_not_zero(reader: Client) -> None:
    customs_world(more=firms(30_000_000, 1, region="MA-08", product="3105300000", period="2024-06"))
    section = block(get(reader, "/en/data/regions/MA-08/"), "sections-x")
    assert 'title="confidential"' in section
    assert "fewer than three firms" in section
    assert "30,000" not in section


def test_a_year_that_is_not_whole_says_how_much_there_is(reader: Client) -> None:
    customs_world(more=firms(60_000_000, region="MA-08", product="0802700000", period="2025-02"))
    page = get(reader, "/en/data/regions/MA-08/")
    assert "1 of 12 months" in text(page)
    assert "less than in 2024" not in text(page)


def test_a_product_page_has_customs_and_a_choice_of_sources(reader: Client) -> None:
    customs_world()
    comtrade_world()
    page = get(reader, "/en/data/products/080270/")
    assert "exports of" in text(page)
    assert any("dataset=comtrade" in link for link in links(page, "?dataset="))


def test_morocco_and_its_partners_are_found_on_the_product_page(reader: Client) -> None:
    comtrade_world()
    page = get(reader, "/en/data/products/080270/?dataset=comtrade&reporter=MA")
    partners = block(page, "partners-x")
    assert "4,000" in partners
    assert "3,000" in partners
    assert "57.1%" in partners
    assert "7,000" in partners
    assert "9,900" in block(page, "world-m")


def test_a_code_of_an_earlier_edition_has_a_page_while_there_are_figures(reader: Client) -> None:
    comtrade_world()
    words = text(get(reader, "/en/data/products/080279/"))
    assert "earlier edition" in words
    assert "HS2017" in words
    assert reader.get("/en/data/products/080278/").status_code == 404


def test_a_ten_digit_code_leads_to_its_six(reader: Client) -> None:
    customs_world()
    assert reader.get("/fr/data/products/0802.70.00.00/")["Location"] == "/fr/data/products/080270/"


def test_a_market_page_tells_both_sides_and_what_customs_says(reader: Client) -> None:
    customs_world()
    comtrade_world()
    page = get(reader, "/en/data/markets/FR/")
    assert "4,000" in block(page, "home-x")
    assert "4,400" in block(page, "mirror-m")
    assert "1,356" in text(page)


@pytest.mark.parametrize(
    "path", ["data/regions/MA-13/", "data/products/12345678901/", "data/markets/QQ/", "nothing/"]
)
def test_what_is_not_there_is_said_in_the_readers_language(reader: Client, path: str) -> None:
    customs_world()
    for language in LANGUAGES:
        response = reader.get(f"/{language}/{path}")
        assert response.status_code == 404
        assert f'lang="{language}"' in response.content.decode()


def test_empty_pages_say_what_to_do(reader: Client) -> None:
    factories.forget_vocabulary()
    assert "Nothing has been published yet" in text(get(reader, "/en/data/"))
    assert "manage.py load_reference" in text(get(reader, "/en/data/products/"))
    assert "Nothing found" in text(get(reader, "/en/search/?q=qqqqzzzz"))
    assert "No figures have been published here yet" in text(get(reader, "/en/data/regions/"))


def test_the_home_page_answers_three_questions(reader: Client) -> None:
    customs_world()
    words = text(get(reader, "/en/"))
    for question in ("What does my region export?", "Where is my office?", "How do I start?"):
        assert question in words
    assert reader.get("/en/data/regions/?region=MA-08")["Location"] == "/en/data/regions/MA-08/"
    office = reader.get("/en/data/regions/?region=MA-08&to=office")["Location"]
    assert office == "/en/data/regions/MA-08/#office"


def test_the_home_page_answers_for_one_region_in_place(reader: Client) -> None:
    customs_world()
    words = text(get(reader, "/en/?region=MA-08"))
    assert "510,000" in words
    assert "+30.8%" in words
    assert "S02" in words
    assert "82.4%" in words
    assert "Seat of the region" in words
    assert "Seat of the region" not in text(get(reader, "/en/?region=MA-99"))


def test_a_hidden_region_is_not_told_on_the_home_page(reader: Client) -> None:
    customs_world(more=firms(900_000_000, 1, region="MA-03", product="3105300000", period="2024-06"))
    words = text(get(reader, "/en/?region=MA-03"))
    assert "This figure is not shown, to protect the firms behind it." in words


def test_the_bare_address_follows_the_browser(reader: Client) -> None:
    assert reader.get("/", headers={"accept-language": "ar-MA,ar;q=0.9"})["Location"] == "/ar/"
    assert reader.get("/", headers={"accept-language": "de"})["Location"] == "/fr/"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/fr/data/regions/?region=a/b", 404),
        ("/fr/data/regions/?region=%00", 404),
        ("/fr/data/regions/?region=ma-08", 302),
        ("/fr/data/releases/?dataset=%00", 200),
        ("/fr/data/releases/?dataset=nothing", 200),
    ],
)
def test_a_bad_parameter_breaks_no_page(reader: Client, path: str, status: int) -> None:
    customs_world()
    assert reader.get(path).status_code == status
