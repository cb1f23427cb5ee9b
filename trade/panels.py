"""What this room draws into other pages' slots."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base import formats, i18n
from trade import selectors
from trade.charts import figures
from trade.models import Release, Run
from trade.permissions import is_trade_staff
from trade.tables import headlines
from trade.tables.atlas import Atlas
from trade.tables.block import block_make
from trade.tables.headlines import Headline

RUNS = 5


def headline(request: HttpRequest, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The country's exports, imports, exporting firms, and the share of the first three regions."""
    language = i18n.current()
    block = block_make(figures.country(figures.CUSTOMS), language=language, anchor="country", title="")
    reading = block.reading
    if reading is None or not reading.rows:
        return None
    period = max(reading.distinct("period"))
    found: list[Headline] = []
    titles = {
        "X": _("Exports of goods, %(period)s") % {"period": formats.period(period, language)},
        "M": _("Imports of goods, %(period)s") % {"period": formats.period(period, language)},
    }
    for flow, title in titles.items():
        figure = headlines.of_period(reading, title, period, flow=flow)
        if figure is not None:
            found.append(figure)
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
