"""The figures of the main pages: each is one question to the cube. Pages ask them; `warm` draws them beforehand.

Every function returns the parameters of a query in the cube's public grammar, so a figure is also an address.
"""

from collections.abc import Mapping

from trade.cube import grammar

Params = dict[str, str]
CUSTOMS = "ma-customs"
COMTRADE = "comtrade"


def regions(dataset: str, flow: str = "X", **filters: str) -> Params:
    """Every region's total, all years."""
    return ask(dataset, by="region,period", flow=flow, level="0", order="-value", **filters)


def country(dataset: str) -> Params:
    """The country's total by year and flow."""
    return ask(dataset, by="period,flow", level="0", flow="X,M", order="period")


def region_trend(dataset: str, region: str) -> Params:
    return ask(
        dataset,
        by="period,flow",
        region=region,
        level="0",
        flow="X,M",
        order="period",
        measures="value,firms",
    )


def region_sections_years(dataset: str, region: str, flow: str) -> Params:
    """A region's sections over the years."""
    return ask(dataset, by="product,period", region=region, level="1", flow=flow, order="-value")


def regions_years(dataset: str, flow: str) -> Params:
    """Every region over the years."""
    return ask(dataset, by="region,period", flow=flow, level="0", order="-value")


def regions_sections(dataset: str, flow: str, period: str) -> Params:
    """Every region's sections in one year."""
    return ask(dataset, by="region,product", flow=flow, level="1", period=period, order="-value")


def region_sections(dataset: str, region: str, flow: str, period: str) -> Params:
    return ask(
        dataset,
        by="product",
        region=region,
        level="1",
        flow=flow,
        period=period,
        order="-value",
        measures="value,firms",
    )


def product_trend(dataset: str, product: str, level: int, **filters: str) -> Params:
    return ask(
        dataset, by="period,flow", product=product, level=str(level), flow="X,M", order="period", **filters
    )


def products_below(dataset: str, product: str, *, flow: str, period: str, limit: str) -> Params:
    """The subheadings of a chapter or heading in one year, the largest first."""
    return ask(
        dataset,
        by="product",
        product=product,
        level="6",
        flow=flow,
        period=period,
        order="-value",
        limit=limit,
    )


def flows_with_world(dataset: str, product: str, level: int, *, reporter: str, period: str) -> Params:
    """One reporter's trade of a product with the whole world, by flow: the whole of which partners are shares."""
    return ask(
        dataset, by="flow", product=product, level=str(level), reporter=reporter, period=period, partner="W"
    )


def partners(
    dataset: str, product: str, level: int, *, reporter: str, flow: str, period: str, limit: str = ""
) -> Params:
    """One reporter's partners for one product and flow."""
    return ask(
        dataset,
        by="partner",
        product=product,
        level=str(level),
        reporter=reporter,
        flow=flow,
        period=period,
        order="-value",
        measures="value,net_kg",
        limit=limit,
    )


def reporters(dataset: str, product: str, level: int, *, flow: str, period: str, limit: str = "") -> Params:
    """Who reports trade of one product with the whole world."""
    return ask(
        dataset,
        by="reporter",
        product=product,
        level=str(level),
        flow=flow,
        period=period,
        partner="W",
        order="-value",
        limit=limit,
    )


def market_totals(dataset: str, reporter: str, partner: str, level: int) -> Params:
    """What one country reports of its trade with another by year and flow, all products that were reported."""
    return ask(
        dataset,
        by="period,flow",
        reporter=reporter,
        partner=partner,
        level=str(level),
        flow="X,M",
        order="period",
    )


def market_products(
    dataset: str, reporter: str, partner: str, level: int, *, flow: str, period: str, limit: str = ""
) -> Params:
    """What one country reports of its trade with another in one year and flow, by product."""
    return ask(
        dataset,
        by="product",
        reporter=reporter,
        partner=partner,
        level=str(level),
        flow=flow,
        period=period,
        order="-value",
        measures="value,net_kg",
        limit=limit,
    )


def ask(dataset: str, *, by: str, measures: str = "value", **filters: str) -> Params:
    return {"dataset": dataset, "measures": measures, "by": by, **{k: v for k, v in filters.items() if v}}


def clean(params: Mapping[str, str]) -> Params:
    """Query parameters of an address without those that only say how to draw it; codes may be repeated or listed."""
    return {
        name: value for name, value in grammar.flat(params).items() if name not in {"kind", "format", "lang"}
    }
