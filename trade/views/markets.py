"""Markets: countries as partners, and what is known of the trade with each."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.base import i18n
from portal.base.errors import Missing
from portal.base.kept import kept
from portal.base.permissions import public
from portal.base.search import fold
from reference import selectors as reference
from reference.models import Country
from trade.charts import figures
from trade.charts.answers import of_one_release
from trade.cube import catalogue
from trade.models import Dataset
from trade.tables import Block, block_make, sentences
from trade.tables.order import Asked
from trade.tables.rows import Layout
from trade.views import choices, market_blocks

HOME = "MA"
WORLD = "W"


@dataclass(frozen=True, slots=True)
class Letter:
    """The countries that begin with a letter."""

    title: str
    anchor: str
    links: list[choices.Link]


@public
def markets(request: HttpRequest) -> HttpResponse:
    """Every country by name; the letters of the alphabet are steps to it."""
    countries = [
        country
        for country in reference.countries()
        if country.code not in {WORLD, HOME} and country.code[0] != "_"
    ]
    named = sorted(
        ((i18n.localized(country), country) for country in countries), key=lambda pair: fold(pair[0])
    )
    letters: dict[str, list[choices.Link]] = {}
    for name, country in named:
        link = choices.Link(name, reverse("market", args=[country.code]))
        letters.setdefault(fold(name)[:1].upper(), []).append(link)
    found = [
        Letter(title, f"letter-{place}", links) for place, (title, links) in enumerate(letters.items(), 1)
    ]
    return render(
        request,
        "trade/markets.html",
        {
            "letters": found,
            "steps": [choices.Choice(each.title, each.title, f"#{each.anchor}", False) for each in found],
            "crumbs": [(_("Data"), reverse("data"))],
        },
    )


@public
@kept(catalogue.stamp)
@of_one_release
def market(request: HttpRequest, code: str) -> HttpResponse:
    """One country: what Morocco reports of its trade with it, what it reports itself, and customs' own figures."""
    try:
        country = reference.country_get(code)
    except Missing as error:
        raise Http404(str(error)) from error
    if country.code != code:
        return redirect("market", code=country.code, permanent=True)
    language, name = i18n.current(), i18n.localized(country)
    datasets = choices.datasets_with_companies(False)
    dataset = choices.chosen(request, "dataset", [d.code for d in datasets], figures.COMTRADE)
    asked = choices.asked(request)
    found = market_blocks.Found()
    if dataset:
        about = market_blocks.Subject(dataset, country, name, language, asked)
        found = market_blocks.both_sides(request, about)
    customs = [_customs(d, country, name, language, asked) for d in choices.datasets_with_companies(True)]
    return render(
        request,
        "trade/market.html",
        {
            "country": country,
            "name": name,
            "figures": found.figures,
            "lead": found.lead,
            "first": next(iter(found.blocks), None),
            "blocks": found.blocks[1:],
            "years": found.years,
            "said": choices.said([*found.blocks, *customs]),
            "customs": customs,
            "datasets": choices.chips(
                request, "dataset", [(d.code, i18n.localized(d)) for d in datasets], dataset
            ),
            "demonstration": choices.demonstration([*found.blocks, *customs]),
            "crumbs": [(_("Data"), reverse("data")), (_("Markets"), reverse("markets"))],
        },
    )


def _customs(dataset: Dataset, country: Country, name: str, language: str, asked: Asked) -> Block:
    """Customs' figures by country: refused with its reason until that grain is cleared."""
    return block_make(
        figures.ask(
            dataset.code, by="period,flow", partner=country.code, level="0", flow="X,M", order="period"
        ),
        language=language,
        anchor=f"customs-{dataset.code}",
        title=i18n.localized(dataset),
        place=name,
        kind="line",
        words=sentences.trend,
        layout=Layout(caption=name, pivot="flow"),
        asked=asked,
    )
