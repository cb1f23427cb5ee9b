"""From a question to the smallest store that can answer it: rollup cells, the facts' files, or "not cleared"."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid
from trade.cube import cleared_plan, open_plan, plans, splice
from trade.cube.catalogue import Held
from trade.cube.plans import NotCleared, Plan
from trade.cube.query import Query
from trade.models import Part, Release

__all__ = ["NotCleared", "Plan", "plan"]
SECTOR_LEVEL = 6


def plan(
    query: Query, release: Release, rollups: Sequence[Held], parts: list[Part], *, earlier: bool = False
) -> Plan:
    """The plan for a query over one release. Raises NotCleared or Invalid.

    `parts` are only looked at for a dataset without companies. `earlier`: the same months of the year before, told
    under the periods that are asked for.
    """
    dims = plans.dimensions(query)
    level = _level(query)
    if release.dataset.has_companies:
        made = cleared_plan.plan(query, rollups, dims, level, earlier=earlier)
    else:
        depth = plans.DEFAULT_LEVEL if level is None else level
        made = open_plan.plan(query, rollups, parts, dims, depth, earlier=earlier)
    splice.check(query, made.level)
    if overlap := plans.twice(dims, made.targets):
        raise Invalid(
            _("period: %(first)s and %(second)s overlap; their sum would count months twice.")
            % {"first": overlap[0], "second": overlap[1]},
            hint=_("Add period to by, or ask for one of them."),
        )
    return made


def _level(query: Query) -> int | None:
    if "sector" in query.by or "sector" in query.filters:
        if query.filters.get("level", (str(SECTOR_LEVEL),)) != (str(SECTOR_LEVEL),):
            raise Invalid(_("level: sectors are sums of products of level 6."), hint=_("Leave level out."))
        return SECTOR_LEVEL
    return plans.asked_level(query)
