"""What a page must not let a reader believe: that some products are all trade."""

import pytest
from django.test import Client

from portal.base import formats
from tests.pages.reading import get, plain, text
from tests.pages.world import comtrade_world
from tests.trade import factories
from trade.models import Release

pytestmark = pytest.mark.django_db
MARKET = "/en/data/markets/FR/"


def world(*, whole: bool) -> Release:
    factories.vocabulary()
    fact = factories.comtrade_fact
    facts = [fact(partner="FR", value=4_000_000), fact(partner="W", value=7_000_000)]
    if whole:
        facts += [fact(product="TOTAL", partner=partner, value=10**10) for partner in ("FR", "W")]
    return factories.release(factories.comtrade(), facts, demonstration=False)


def test_some_products_are_not_taken_for_all_goods(reader: Client) -> None:
    world(whole=False)
    page = text(get(reader, MARKET))
    assert "This dataset holds only 1 product of this trade, not all goods." in page
    assert "Share of these products" in page
    assert "of the total" not in page


def test_where_all_goods_are_reported_nothing_is_held_back(reader: Client) -> None:
    world(whole=True)
    page = text(get(reader, MARKET))
    assert "not all goods" not in page
    assert "of the total" in page


def test_sentences_and_tables_name_a_currency_alike(reader: Client) -> None:
    comtrade_world()
    for language, words in (("en", "US dollars"), ("fr", "dollars US"), ("ar", "دولار أمريكي")):
        page = text(get(reader, f"/{language}/data/markets/FR/"))
        assert words in page
        assert "USD" not in page.split("HS2022")[0].replace("currency=USD", "")


@pytest.mark.parametrize(
    ("thousandths", "words"),
    [
        (1_400_000_000_000, "1,4 milliard de dollars US"),
        (2_100_000_000_000, "2,1 milliards de dollars US"),
        (12_000_000_000, "12,0 millions de dollars US"),
    ],
)
def test_french_counts_from_two(thousandths: int, words: str) -> None:
    assert plain(formats.money(thousandths, "fr", "USD")) == words
