"""The twelve regions on the map and in the table beside it, from one answer of the cube."""

from dataclasses import dataclass, field, replace

from django.urls import reverse
from django.utils.translation import gettext, override

from portal.base import formats, i18n
from reference import selectors as reference
from trade.charts import figures
from trade.charts.limits import legend, step_of
from trade.charts.outlines import middles
from trade.charts.reading import SUPPRESSED, Scale, scale_for
from trade.tables import sentences
from trade.tables.block import Block, block_make
from trade.tables.cells import Table
from trade.tables.order import Asked
from trade.tables.ranking import RANKING, Outline, ranked, ranking_make
from trade.tables.rows import Layout

NOT_ALLOCATED = "_U"


@dataclass(frozen=True, slots=True)
class Atlas:
    block: Block
    period: str
    periods: list[str]
    viewbox: str
    outlines: list[Outline]
    legend: list[tuple[int, str]] = field(default_factory=list)
    unit: str = ""
    table: Table | None = None
    # The country's exports, in thousandths.
    total: int | None = None

    @property
    def demonstration(self) -> bool:
        return self.block.demonstration

    @property
    def ranking(self) -> list[Outline]:
        return ranked(self.outlines)

    @property
    def has_hidden(self) -> bool:
        return any(outline.hidden for outline in self.outlines)

    @property
    def said(self) -> str:
        """What a screen reader is told once the ranking stands in another order."""
        return replace(self.block, table=self.table).said if self.table else ""


def atlas_make(language: str, *, period: str = "", asked: Asked | None = None) -> Atlas:
    """Shares of the country's exports by region, in the newest year or the one asked for."""
    whole = block_make(figures.country(figures.CUSTOMS), language=language, anchor="country", title="")
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
        anchor=RANKING,
        title=title,
        kind="map",
        words=sentences.regions,
        layout=Layout(caption=title, total=total),
    )
    before = _before(period, periods, language)
    values = [row.values["value"] for row in block.reading.rows] if block.reading else []
    scale = scale_for(values, block.reading.currency if block.reading else "MAD", language, table=True)
    outlines = _outlines(block, before, total, scale, language)
    with override(language):
        table = ranking_make(
            [*ranked(outlines), *_rest(block, total, scale, language)], total, scale, period, asked
        )
    return Atlas(
        block=block,
        period=period,
        periods=periods,
        viewbox=reference.outlines_viewbox(),
        outlines=outlines,
        unit=scale.unit,
        legend=legend(language),
        total=total,
        table=table if block.reading and block.reading.rows else None,
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
    partial = {*(block.reading.partial if block.reading else ()), *(_partial(before))}
    paths, inside = reference.outlines(), middles()
    found = []
    for region in reference.regions():
        row, last = rows.get(region.code), earlier.get(region.code)
        value = row.values["value"] if row is not None and row.shown else None
        share = value / total if value is not None and total else None
        then = last.values["value"] if last is not None and last.shown else None
        # A year that is not whole is compared with none.
        growth = value / then - 1 if value is not None and then and not partial else None
        hidden = row is not None and row.status == SUPPRESSED
        found.append(
            Outline(
                code=region.code,
                name=i18n.localized(region, "name", language),
                url=reverse("region", args=[region.code]),
                path=paths.get(region.code, ""),
                step=step_of(share),
                text=formats.percent(share, language),
                share=share,
                value=scale.text(value, language),
                change=formats.percent(growth, language, signed=True) if growth is not None else "",
                hidden=hidden,
                amount=value,
                growth=growth,
                at=inside.get(region.code, (0, 0)),
            )
        )
    return found


def _partial(block: Block | None) -> set[str]:
    return set(block.reading.partial) if block and block.reading else set()


def _rest(block: Block, total: int | None, scale: Scale, language: str) -> list[Outline]:
    """What is in no region, where there is any."""
    for row in block.reading.rows if block.reading else []:
        if row.codes["region"] == NOT_ALLOCATED and row.shown and total:
            value = row.values["value"] or 0
            share = value / total
            text = formats.percent(share, language)
            name, amount = row.names["region"], scale.text(value, language)
            return [Outline(NOT_ALLOCATED, name, "", "", 0, text, share, amount, "", False, value)]
    return []
