"""A small world with known figures: two years of customs facts, one year of what countries report."""

from typing import Any

from tests.trade import factories
from trade.models import Release

# Amounts in thousandths. Region 8 sells fruit worth 300,000 dirhams in 2023 and 420,000 in 2024, three firms in each.
FRUIT, FISH, CLOTHES = "0802700000", "0303110000", "6109100000"


def firms(value: int, count: int = 3, **values: Any) -> list[dict[str, Any]]:
    """`value` spread over some firms, equally."""
    return [
        factories.customs_fact(value=value // count, company=factories.ice(number), **values)
        for number in range(1, count + 1)
    ]


def customs_facts() -> list[dict[str, Any]]:
    facts = []
    for year, fruit in (("2023", 300_000_000), ("2024", 420_000_000)):
        facts += firms(fruit, region="MA-08", product=FRUIT, period=f"{year}-01")
        facts += firms(90_000_000, region="MA-08", product=CLOTHES, period=f"{year}-02")
        facts += firms(600_000_000, region="MA-06", product=FRUIT, period=f"{year}-03")
        facts += firms(150_000_000, region="MA-06", product=CLOTHES, period=f"{year}-03")
        facts += firms(60_000_000, region="MA-01", product=CLOTHES, period=f"{year}-04")
        facts += firms(45_000_000, region="MA-08", product=FRUIT, flow="M", period=f"{year}-05")
        for month in range(1, 13):
            facts += firms(3_000_000, region="MA-06", product=FRUIT, period=f"{year}-{month:02d}")
    return facts


def customs_world(*, more: list[dict[str, Any]] | None = None) -> Release:
    factories.vocabulary()
    return factories.release(factories.customs(), customs_facts() + (more or []))


def comtrade_world() -> Release:
    """Morocco sells 7,000 dollars of fruit: 4,000 to France, 3,000 to Spain; France says it bought 4,400."""
    factories.vocabulary()
    fact = factories.comtrade_fact
    return factories.release(
        factories.comtrade(),
        [
            fact(partner="FR", value=4_000_000),
            fact(partner="ES", value=3_000_000),
            fact(partner="W", value=7_000_000),
            fact(reporter="FR", flow="M", partner="MA", value=4_400_000),
            fact(reporter="FR", flow="M", partner="W", value=9_900_000),
            fact(product="080279", edition="HS2017", partner="FR", value=1_000_000),
            fact(product="080279", edition="HS2017", partner="W", value=1_000_000),
        ],
        demonstration=False,
    )
