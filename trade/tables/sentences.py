"""A block in words. Whole sentences, each computed from the same reading as the table and the chart."""

from collections.abc import Callable

from django.utils.translation import gettext, ngettext

from portal.base import formats
from trade.charts.reading import Reading, Row

# Given a reading, the name of what the page is about, and the total where there is one.
Writer = Callable[[Reading, str, int | None], list[str]]


def amount(reading: Reading, value: int | None) -> str:
    return formats.money(value, reading.language, reading.currency)


def trend(reading: Reading, place: str, total: int | None, until: str = "") -> list[str]:
    """The last period of each flow (at most `until`), and how it compares with the one before where both are whole."""
    found = []
    for flow in ("X", "M"):
        rows = sorted(
            (
                row
                for row in reading.rows
                if row.codes["flow"] == flow and (not until or row.codes["period"] <= until)
            ),
            key=lambda row: row.codes["period"],
        )
        if rows:
            found.append(last_of(reading, rows, flow, place))
    return found


def last_of(reading: Reading, rows: list[Row], flow: str, place: str) -> str:
    last = rows[-1]
    words = {"place": place, "period": formats.period(last.codes["period"], reading.language)}
    if not last.shown:
        return {
            "X": gettext(
                "%(place)s: the exports of %(period)s are not shown, to protect the firms behind them."
            ),
            "M": gettext(
                "%(place)s: the imports of %(period)s are not shown, to protect the firms behind them."
            ),
        }[flow] % words
    value = last.values["value"] or 0
    words["value"] = amount(reading, value)
    before = rows[-2] if len(rows) > 1 else None
    if (
        before is None
        or not before.shown
        or not before.values["value"]
        or not comparable(reading, before, last)
    ):
        return {
            "X": gettext("%(place)s: exports of %(value)s in %(period)s."),
            "M": gettext("%(place)s: imports of %(value)s in %(period)s."),
        }[flow] % words
    change = value / before.values["value"] - 1
    words["before"] = formats.period(before.codes["period"], reading.language)
    words["change"] = formats.percent(abs(change), reading.language)
    return (RISES if change >= 0 else FALLS)[flow]() % words


RISES = {
    "X": lambda: gettext(
        "%(place)s: exports of %(value)s in %(period)s, %(change)s more than in %(before)s."
    ),
    "M": lambda: gettext(
        "%(place)s: imports of %(value)s in %(period)s, %(change)s more than in %(before)s."
    ),
}
FALLS = {
    "X": lambda: gettext(
        "%(place)s: exports of %(value)s in %(period)s, %(change)s less than in %(before)s."
    ),
    "M": lambda: gettext(
        "%(place)s: imports of %(value)s in %(period)s, %(change)s less than in %(before)s."
    ),
}


def comparable(reading: Reading, before: Row, last: Row) -> bool:
    """Two periods are compared only where they follow each other and both are whole."""
    first, second = before.codes["period"], last.codes["period"]
    if first in reading.partial or second in reading.partial:
        return False
    return not (first.isdigit() and second.isdigit()) or int(second) - int(first) == 1


def products(reading: Reading, place: str, total: int | None) -> list[str]:
    """What weighs most among products, and how many are not shown."""
    shown = [row for row in reading.rows if row.shown and row.values["value"]]
    found = []
    if shown and total:
        found.append(
            gettext("%(first)s comes first, with %(value)s: %(share)s of the total.")
            % {
                "first": product_name(shown[0]),
                "value": amount(reading, shown[0].values["value"]),
                "share": formats.percent((shown[0].values["value"] or 0) / total, reading.language),
            }
        )
    elif shown:
        found.append(
            gettext("%(first)s comes first, with %(value)s.")
            % {"first": product_name(shown[0]), "value": amount(reading, shown[0].values["value"])}
        )
    if len(shown) > 3 and total:
        three = sum(row.values["value"] or 0 for row in shown[:3])
        found.append(
            gettext("The first three make %(share)s.")
            % {"share": formats.percent(three / total, reading.language)}
        )
    return found + hidden(reading)


def some_products(reading: Reading, place: str, total: int | None) -> list[str]:
    """The same where the dataset holds only some products of a trade: that comes first."""
    count = reading.result.total_rows
    found = [
        ngettext(
            "This dataset holds only %(count)s product of this trade, not all goods.",
            "This dataset holds only %(count)s products of this trade, not all goods.",
            count,
        )
        % {"count": formats.number(count, reading.language)}
    ]
    shown = [row for row in reading.rows if row.shown and row.values["value"]]
    if len(shown) > 1 and total:
        found.append(
            gettext("Among them %(first)s comes first, with %(value)s: %(share)s of their sum.")
            % {
                "first": product_name(shown[0]),
                "value": amount(reading, shown[0].values["value"]),
                "share": formats.percent((shown[0].values["value"] or 0) / total, reading.language),
            }
        )
    elif shown:
        found.append(
            gettext("%(first)s: %(value)s.")
            % {"first": product_name(shown[0]), "value": amount(reading, shown[0].values["value"])}
        )
    return found + hidden(reading)


def product_name(row: Row) -> str:
    """A name, with its code where it is one: subheadings may share their heading's name."""
    code, name = row.codes["product"], row.names["product"]
    return (
        gettext("%(name)s (%(code)s)") % {"name": name, "code": code}
        if code.isdigit() and name != code
        else name
    )


def hidden(reading: Reading) -> list[str]:
    count = reading.hidden()
    if not count:
        return []
    return [
        ngettext(
            "%(count)s figure is not shown, to protect the firms behind it; the total holds it.",
            "%(count)s figures are not shown, to protect the firms behind them; the total holds them.",
            count,
        )
        % {"count": formats.number(count, reading.language)}
    ]


def regions(reading: Reading, place: str, total: int | None) -> list[str]:
    """How the country's exports spread over the regions."""
    shown = [row for row in reading.rows if row.shown and row.codes["region"].startswith("MA-")]
    if len(shown) < 3 or not total:
        return hidden(reading)
    three = sum(row.values["value"] or 0 for row in shown[:3])
    return [
        gettext("%(first)s, %(second)s and %(third)s make %(share)s of the country’s exports.")
        % {
            "first": shown[0].names["region"],
            "second": shown[1].names["region"],
            "third": shown[2].names["region"],
            "share": formats.percent(three / total, reading.language),
        },
        *hidden(reading),
    ]


def partners(reading: Reading, place: str, total: int | None) -> list[str]:
    """One reporter's biggest partner in one flow."""
    shown = [row for row in reading.rows if row.shown and row.codes["partner"] not in {"W", ""}]
    if not shown:
        return []
    words = {"first": shown[0].names["partner"], "value": amount(reading, shown[0].values["value"])}
    if total:
        share = formats.percent((shown[0].values["value"] or 0) / total, reading.language)
        return [
            gettext("%(first)s comes first, with %(value)s: %(share)s of the total.")
            % {**words, "share": share},
            *count_of_partners(reading),
        ]
    return [gettext("%(first)s comes first, with %(value)s.") % words, *count_of_partners(reading)]


def count_of_partners(reading: Reading) -> list[str]:
    count = reading.result.total_rows
    text = ngettext("%(count)s partner country in all.", "%(count)s partner countries in all.", count)
    return [text % {"count": formats.number(count, reading.language)}]


def reporters(reading: Reading, place: str, total: int | None) -> list[str]:
    """Who reports most."""
    shown = [row for row in reading.rows if row.shown]
    if not shown:
        return []
    return [
        ngettext(
            "%(count)s country reports it; %(first)s has the most, with %(value)s.",
            "%(count)s countries report it; %(first)s has the most, with %(value)s.",
            reading.result.total_rows,
        )
        % {
            "count": formats.number(reading.result.total_rows, reading.language),
            "first": shown[0].names["reporter"],
            "value": amount(reading, shown[0].values["value"]),
        }
    ]
