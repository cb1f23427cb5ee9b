"""A drawing in words: its title, and its description for a reader who cannot see it."""

from django.utils.translation import gettext, ngettext, override

from portal.base import formats, i18n
from trade.charts.kinds import Mark, Plan
from trade.charts.layout import clean
from trade.charts.reading import Reading

# Marks that are all read out; of more, only the largest are.
READ, LARGEST = 40, 12


def title(reading: Reading) -> str:
    with override(reading.language):
        text = gettext("Chart: %(citation)s") % {"citation": reading.result.citation(reading.language)}
    return clean(text)


def describe(reading: Reading, plan: Plan, *, sums: bool) -> str:
    """Every mark with its amount; of many, how many there are, their sum where they add up, and the largest."""
    language = reading.language
    parts = list(plan.notes)
    marks = plan.marks
    if len(marks) > READ:
        count = formats.number(len(marks), language)
        known = [mark for mark in marks if mark.value is not None]
        marks = sorted(known, key=lambda mark: -(mark.value or 0))[:LARGEST]
        with override(language):
            text = ngettext("%(count)s amount is drawn.", "%(count)s amounts are drawn.", len(plan.marks))
            parts.append(text % {"count": count})
            if sums:
                total = formats.money(sum(m.value or 0 for m in known), language, reading.currency)
                parts.append(gettext("Their sum is %(amount)s.") % {"amount": total})
            parts.append(gettext("The largest:"))
    parts.append(i18n.way(language).between.join(told(mark, language) for mark in marks))
    return clean(" ".join(part for part in parts if part))


def told(mark: Mark, language: str) -> str:
    """A mark's name and amount, as its language joins them."""
    return i18n.way(language).told.format(name=mark.name, text=mark.text)


def nothing(reading: Reading) -> str:
    """Why there is no drawing."""
    with override(reading.language):
        if reading.hidden():
            return gettext("Nothing can be drawn: every amount of this answer is confidential.")
        if reading.rows:
            return gettext("Nothing can be drawn: every amount of this answer is missing.")
        return gettext("Nothing can be drawn: this answer has no rows.")
