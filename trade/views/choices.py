"""What the pages of figures share: which dataset, which year, in which order, and the errors that become pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from portal.base import formats
from trade.cube import catalogue
from trade.models import Dataset
from trade.tables import Block
from trade.tables.order import Asked

# How many rows a table shows at first: as many as a ranking draws; few in a long page.
SHOWN, FEW = 12, 6


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several: what a chip or an option shows."""

    code: str
    text: str
    url: str
    chosen: bool
    # By which the focus finds its way back after the page's figures were swapped.
    id: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One of many things that have a page: what `components/links.html` draws. `lang` where it is not the reader's."""

    text: str
    url: str
    code: str = ""
    lang: str = ""


def asked(request: HttpRequest) -> Asked:
    """What the address asks of the page's tables."""
    return Asked(request.GET.dict())


def chosen(request: HttpRequest, name: str, codes: Iterable[str], default: str = "") -> str:
    """The parameter's value where it is one of the codes, else the default, else the first."""
    codes = list(codes)
    wanted = request.GET.get(name, "")
    if wanted in codes:
        return wanted
    return default if default in codes else next(iter(codes), "")


def chips(request: HttpRequest, name: str, options: Iterable[tuple[str, str]], now: str) -> list[Choice]:
    """Links to this page with one parameter changed; the others stay."""
    found = []
    for code, text in options:
        kept = {key: value for key, value in request.GET.items() if key not in {name, "offset"} and value}
        found.append(Choice(code, text, "?" + urlencode({**kept, name: code}), code == now, f"{name}-{code}"))
    return found


def years(
    request: HttpRequest, periods: Iterable[str], language: str, default: str = ""
) -> tuple[str, list[Choice]]:
    """The chosen period, the default or the newest unless asked otherwise, and the choice of all."""
    codes = sorted(set(periods), reverse=True)
    now = chosen(request, "period", codes, default)
    return now, chips(request, "period", [(code, formats.period(code, language)) for code in codes], now)


def published() -> list[Dataset]:
    return list(catalogue.datasets())


def datasets_with_companies(companies: bool) -> list[Dataset]:
    """Published datasets of one nature: national customs facts, or what countries report to each other."""
    return [dataset for dataset in published() if dataset.has_companies == companies]


def demonstration(blocks: Iterable[Block]) -> bool:
    return any(block.demonstration for block in blocks)


def said(blocks: Iterable[Block]) -> str:
    """What a screen reader is told after a table of the page was put in another order."""
    return next(filter(None, (block.said for block in blocks)), "")
