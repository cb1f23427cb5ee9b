"""How the columns of a table are named, and how their figures are written."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext

from portal.base import formats
from trade.charts.reading import Scale

MEASURES: dict[str, Callable[[int, Scale, str], str]] = {
    "value": lambda value, scale, language: scale.text(value, language),
    "net_kg": lambda value, scale, language: formats.figure(Decimal(value) / 1_000_000, language, decimals=1),
    "quantity": lambda value, scale, language: formats.number(value / 1000, language),
    "unit_value": lambda value, scale, language: formats.number(value / 1000, language, decimals=2),
    "firms": lambda value, scale, language: formats.number(value, language),
}


def measure_title(name: str, unit: str) -> str:
    titles = {
        "value": gettext("Value (%(unit)s)") % {"unit": unit},
        "net_kg": gettext("Net weight (tonnes)"),
        "quantity": gettext("Quantity"),
        "unit_value": gettext("Value per kilogram"),
        "firms": gettext("Firms"),
    }
    return titles.get(name, name)


def dimension_title(name: str) -> str:
    titles = {
        "period": gettext("Period"),
        "flow": gettext("Flow"),
        "region": gettext("Region"),
        "product": gettext("Product"),
        "partner": gettext("Partner"),
        "reporter": gettext("Reporter"),
        "sector": gettext("Sector"),
        "mode": gettext("Transport"),
    }
    return titles.get(name, name)
