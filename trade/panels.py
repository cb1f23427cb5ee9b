"""What this room draws into other pages' slots."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base import formats, i18n
from trade import selectors
from trade.charts import figures
from trade.models import Release, Run
from trade.permissions import is_trade_staff
from trade.tables import sentences
from trade.tables.atlas import Atlas
from trade.tables.block import block_make

RUNS = 5


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure at a glance: what, number, how it moved and since when."""

    label: str
    value: str
    unit: str = ""
    change: str = ""
    note: str = ""


def headline(request: HttpRequest, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The country's exports, imports, exporting firms, and the share of the first three regions."""
    language = i18n.current()
    block = block_make(figures.country(figures.CUSTOMS), language=language, anchor="country", title="")
    reading = block.reading
    if reading is None or not reading.rows:
        return None
    period = max(reading.distinct("period"))
    found = []
    titles = {
        "X": _("Exports of goods, %(period)s") % {"period": formats.period(period, language)},
        "M": _("Imports of goods, %(period)s") % {"period": formats.period(period, language)},
    }
    for flow, title in titles.items():
        rows = sorted(
            (row for row in reading.rows if row.codes["flow"] == flow), key=lambda row: row.codes["period"]
        )
        if not rows or not rows[-1].shown or rows[-1].codes["period"] != period:
            continue
        change = note = ""
        before = rows[-2] if len(rows) > 1 else None
        if before is not None and before.shown and sentences.comparable(reading, before, rows[-1]):
            ratio = (rows[-1].values["value"] or 0) / (before.values["value"] or 1) - 1
            change = formats.percent(ratio, language, signed=True)
            note = _("compared with %(period)s") % {
                "period": formats.period(before.codes["period"], language)
            }
        # The number stands large, its unit, which begins with a letter, smaller beside it.
        value, unit = re.split(
            r"\s(?=[^\W\d])", formats.money(rows[-1].values["value"], language), maxsplit=1
        )
        found.append(Headline(title, value, unit, change, note))
    found += _top_three(context.get("atlas"), language)
    return {"figures": found}


def _top_three(atlas: Atlas | None, language: str) -> list[Headline]:
    if atlas is None:
        return []
    shares = [region.share for region in atlas.ranking if region.share is not None]
    if len(shares) < 3:
        return []
    names = _("%(first)s, %(second)s, %(third)s") % dict(
        zip(("first", "second", "third"), (region.name for region in atlas.ranking[:3]), strict=True)
    )
    label = _("Share of the first three regions, %(period)s") % {"period": atlas.period}
    return [Headline(label, formats.percent(sum(shares[:3]), language), note=names)]


def runs(request: HttpRequest, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """For statisticians: what works now, what waits for a decision, the last runs."""
    user = request.user
    if not isinstance(user, User) or not is_trade_staff(user):
        return None
    rows = selectors.runs_visible_to(user).order_by("-number")
    return {
        "latest": list(rows[:RUNS]),
        "working": rows.exclude(state__in=Run.ENDED).count(),
        "waiting": selectors.releases_visible_to(user).filter(state=Release.State.STAGED).count(),
    }
