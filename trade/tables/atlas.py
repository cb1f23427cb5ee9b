"""The twelve regions on the map and in the table beside it, from one answer of the cube."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext, override

from portal.base import formats
from reference import selectors as reference
from trade.charts import figures
from trade.charts.reading import SUPPRESSED, Scale, scale_for
from trade.tables import sentences
from trade.tables.block import Block, block_make
from trade.tables.rows import Layout

# Bounds of the five steps, as shares of the country's exports: the same every year, so that maps compare.
NOT_ALLOCATED = "_U"
STEPS = (0.01, 0.03, 0.10, 0.25)


@dataclass(frozen=True, slots=True)
class Outline:
    """A region on the map: its path, its step from 1 to 5 (0 without a figure), and what it says when reached."""

    code: str
    name: str
    url: str
    path: str
    step: int
    text: str
    share: float | None
    value: str
    change: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Atlas:
    block: Block
    period: str
    periods: list[str]
    viewbox: str
    outlines: list[Outline]
    legend: list[tuple[int, str]] = field(default_factory=list)
    unit: str = ""
    # What is in no region: name, share, value; empty where there is none.
    rest: tuple[str, str, str] | tuple[()] = ()

    @property
    def demonstration(self) -> bool:
        return self.block.demonstration

    @property
    def ranking(self) -> list[Outline]:
        return sorted(self.outlines, key=lambda outline: -(outline.share or 0))

    @property
    def scale_end(self) -> float:
        return max((outline.share or 0 for outline in self.outlines), default=0) or 1


def atlas_make(language: str, *, period: str = "") -> Atlas:
    """Shares of the country's exports by region, in the newest year or the one asked for."""
    whole = block_make(
        figures.country(figures.CUSTOMS), language=language, anchor="country", title="", words=None
    )
    periods = sorted(whole.reading.distinct("period"), reverse=True) if whole.reading else []
    period = period if period in periods else next(iter(periods), "")
    total = whole.reading.value(period=period, flow="X") if whole.reading else None
    with override(language):
        title = (
            gettext("Exports by region, %(period)s") % {"period": period}
            if period
            else gettext("Exports by region")
        )
    block = block_make(
        figures.regions(figures.CUSTOMS, period=period),
        language=language,
        anchor="regions",
        title=title,
        kind="ranked",
        words=sentences.regions,
        layout=Layout(caption=title, total=total, hide=("period",)),
    )
    before = _before(period, periods, language)
    values = [row.values["value"] for row in block.reading.rows] if block.reading else []
    scale = scale_for(values, block.reading.currency if block.reading else "MAD", language, table=True)
    return Atlas(
        block=block,
        period=period,
        periods=periods,
        viewbox=reference.outlines_viewbox(),
        outlines=_outlines(block, before, total, scale, language),
        unit=scale.unit,
        rest=_rest(block, total, scale, language),
        legend=_legend(language),
    )


def _before(period: str, periods: list[str], language: str) -> Block | None:
    """The year before, for the change; only where it is there."""
    if not period.isdigit() or str(int(period) - 1) not in periods:
        return None
    params = figures.regions(figures.CUSTOMS, period=str(int(period) - 1))
    return block_make(params, language=language, anchor="before", title="")


def _outlines(
    block: Block, before: Block | None, total: int | None, scale: Scale, language: str
) -> list[Outline]:
    rows = {row.codes["region"]: row for row in block.reading.rows} if block.reading else {}
    earlier = {row.codes["region"]: row for row in before.reading.rows} if before and before.reading else {}
    paths = reference.outlines()
    found = []
    for region in reference.regions():
        row, last = rows.get(region.code), earlier.get(region.code)
        value = row.values["value"] if row is not None and row.shown else None
        share = value / total if value is not None and total else None
        then = last.values["value"] if last is not None and last.shown else None
        name = getattr(region, f"name_{language}")
        change = (
            formats.percent(value / then - 1, language, signed=True) if value is not None and then else ""
        )
        found.append(
            Outline(
                code=region.code,
                name=name,
                url=reverse("region", args=[region.code]),
                path=paths.get(region.code, ""),
                step=step_of(share),
                text=formats.percent(share, language),
                share=share,
                value=scale.text(value, language),
                change=change,
                hidden=row is not None and row.status == SUPPRESSED,
            )
        )
    return found


def _rest(block: Block, total: int | None, scale: Scale, language: str) -> tuple[str, str, str] | tuple[()]:
    for row in block.reading.rows if block.reading else []:
        if row.codes["region"] == NOT_ALLOCATED and row.shown and total:
            value = row.values["value"] or 0
            return row.names["region"], formats.percent(value / total, language), scale.text(value, language)
    return ()


def step_of(share: float | None) -> int:
    return 0 if share is None else 1 + sum(share >= bound for bound in STEPS)


def _legend(language: str) -> list[tuple[int, str]]:
    bounds = [formats.percent(bound, language, decimals=0) for bound in STEPS]
    with override(language):
        return [
            (1, gettext("under %(bound)s") % {"bound": bounds[0]}),
            *[
                (step, gettext("%(low)s to %(high)s") % {"low": bounds[step - 2], "high": bounds[step - 1]})
                for step in (2, 3, 4)
            ],
            (5, gettext("%(bound)s and more") % {"bound": bounds[3]}),
        ]
