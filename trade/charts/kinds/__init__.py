"""The kinds of charts, each with what it needs: one list for addresses, pages, errors and documentation."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid
from trade.charts.kinds import area, bar, heat, line, multiples, ranked, regions, treemap
from trade.charts.kinds.base import Kind, Mark, Plan, Sheet, varying
from trade.charts.reading import Reading
from trade.cube import Query

__all__ = ["KINDS", "Kind", "Mark", "Plan", "Sheet", "check", "check_limit", "kind_get", "plan_make"]

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "ranked",
            _("Ranked bars"),
            _("Ranked bars need at least one dimension."),
            lambda reading, telling: bool(reading.dimensions),
            ranked.plan,
        ),
        Kind(
            "bar",
            _("Bars"),
            _("Bars need one or two dimensions; more are fixed by a filter to one code."),
            lambda reading, telling: bool(reading.dimensions) and len(telling) <= 2,
            bar.plan,
        ),
        Kind(
            "line",
            _("Lines"),
            _("Lines need periods, and at most one dimension beside them."),
            lambda reading, telling: "period" in reading.dimensions and len({*telling, "period"}) <= 2,
            line.plan,
        ),
        Kind(
            "area",
            _("Stacked areas"),
            _("Stacked areas need periods and one dimension whose parts add up: not the flow."),
            area.fits,
            area.plan,
            parts=True,
        ),
        Kind(
            "treemap",
            _("Treemap"),
            _("A treemap needs one dimension whose parts add up, of one period and one flow."),
            treemap.fits,
            treemap.plan,
            parts=True,
        ),
        Kind(
            "heat",
            _("Heat table"),
            _("A heat table needs two dimensions; more are fixed by a filter to one code."),
            lambda reading, telling: len(reading.dimensions) >= 2 and len(telling) <= 2,
            heat.plan,
            parts=True,
        ),
        Kind(
            "multiples",
            _("Small lines by region"),
            _("Small lines need periods and regions, of one flow."),
            multiples.fits,
            multiples.plan,
            parts=True,
        ),
        Kind(
            "map",
            _("Map of the regions"),
            _("A map needs regions, of one period and one flow."),
            regions.fits,
            regions.plan,
            parts=True,
        ),
    )
}


def kind_get(name: str) -> Kind:
    """A kind by its name. Raises Invalid naming those there are."""
    if name not in KINDS:
        raise Invalid(
            _now("kind: %(value)s is not a kind of chart.") % {"value": name[:30]},
            hint=_now("Allowed: %(allowed)s.") % {"allowed": " ".join(KINDS)},
        )
    return KINDS[name]


def check_limit(query: Query, kind: Kind) -> None:
    """Raises Invalid where more rows are asked for than could be drawn: before the cube is asked for them."""
    if (query.limit or 0) > kind.most:
        raise Invalid(
            _now("This kind of chart cannot show that question."),
            hint=_now("At most %(most)s can be drawn: add a filter.") % {"most": kind.most},
        )


def check(reading: Reading, kind: Kind) -> None:
    """Raises Invalid where the kind cannot show the answer, saying what it needs."""
    if "value" not in reading.measures:
        raise Invalid(
            _now("A chart shows values, and this question does not ask for them."),
            hint=_now("Add value to measures."),
        )
    if not kind.fits(reading, varying(reading)):
        raise Invalid(_now("This kind of chart cannot show that question."), hint=kind.needs)
    if len(reading.rows) > kind.most:
        raise Invalid(
            _now("The answer has %(count)s rows: too many for a chart.") % {"count": len(reading.rows)},
            hint=_now("At most %(most)s can be drawn: add a filter.") % {"most": kind.most},
        )
    if kind.parts and (reading.result.next_offset or reading.result.query.offset):
        raise Invalid(
            _now("This kind of chart needs the whole answer, and this is one page of it."),
            hint=_now("Leave limit and offset out, or add a filter."),
        )


def plan_make(reading: Reading, kind: Kind) -> Plan:
    """The drawing of an answer before it is drawn. The answer has been checked and shows at least one amount."""
    return kind.plan(Sheet(reading))
