"""What the pages of figures share: which dataset, which year, and the errors that become pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from portal.base import formats
from trade.cube import catalogue
from trade.models import Dataset
from trade.tables import Block

SHOWN, ALL = "20", "5000"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several: what a chip or an option shows."""

    code: str
    text: str
    url: str
    chosen: bool


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
        found.append(Choice(code, text, "?" + urlencode({**kept, name: code}), code == now))
    return found


def years(
    request: HttpRequest, periods: Iterable[str], language: str, default: str = ""
) -> tuple[str, list[Choice]]:
    """The chosen period, the default or the newest unless asked otherwise, and the choice of all."""
    codes = sorted(set(periods), reverse=True)
    now = chosen(request, "period", codes, default)
    return now, chips(request, "period", [(code, formats.period(code, language)) for code in codes], now)


def limit(request: HttpRequest, anchor: str) -> str:
    """How many rows a block asks for: twenty, or all that one answer may hold where the reader asked for them."""
    return ALL if request.GET.get("all") == anchor else SHOWN


def published() -> list[Dataset]:
    return list(catalogue.datasets())


def datasets_with_companies(companies: bool) -> list[Dataset]:
    """Published datasets of one nature: national customs facts, or what countries report to each other."""
    return [dataset for dataset in published() if dataset.has_companies == companies]


def demonstration(blocks: Iterable[Block]) -> bool:
    return any(block.demonstration for block in blocks)
