"""Figures at a glance: what, number, unit, how it moved and since when."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.base import formats
from trade.charts.reading import Reading, Row
from trade.tables import sentences


@dataclass(frozen=True, slots=True)
class Headline:
    """What `components/figure.html` draws. `trend` is up, down or nothing."""

    label: str
    value: str
    unit: str = ""
    change: str = ""
    note: str = ""
    trend: str = ""
    url: str = ""


def amount(
    label: str, thousandths: int | None, reading: Reading, *, note: str = "", url: str = ""
) -> Headline:
    """An amount of money: the number stands large; its unit, which begins with a letter, smaller beside it."""
    text = formats.money(thousandths, reading.language, reading.currency)
    number, *unit = re.split(r"\s(?=[^\W\d])", text, maxsplit=1)
    return Headline(label, number, "".join(unit), note=note, url=url)


def of_period(reading: Reading, label: str, period: str, *, url: str = "", **codes: str) -> Headline | None:
    """The amount of one period, compared with the one before where both are whole; None where it is not shown."""
    rows = sorted(
        (row for row in reading.rows if all(row.codes.get(name) == code for name, code in codes.items())),
        key=lambda row: row.codes["period"],
    )
    place = next((place for place, row in enumerate(rows) if row.codes["period"] == period), None)
    if place is None or not rows[place].shown:
        return None
    found = amount(label, rows[place].values["value"], reading, url=url)
    before = rows[place - 1] if place else None
    if before is None or not before.shown or not sentences.comparable(reading, before, rows[place]):
        return found
    return moved(found, reading, before, rows[place])


def moved(headline: Headline, reading: Reading, before: Row, row: Row) -> Headline:
    then = before.values["value"]
    if not then:
        return headline
    ratio = (row.values["value"] or 0) / then - 1
    note = _("compared with %(period)s") % {
        "period": formats.period(before.codes["period"], reading.language)
    }
    return Headline(
        headline.label,
        headline.value,
        headline.unit,
        formats.percent(ratio, reading.language, signed=True),
        note,
        "up" if ratio > 0 else "down" if ratio < 0 else "",
        headline.url,
    )
