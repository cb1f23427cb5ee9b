"""What the examples of the group "data" show: tables, blocks and maps made by hand, which need no database."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.base import formats, i18n
from portal.base.errors import Missing
from reference import selectors as reference
from trade.charts.limits import legend, step_of
from trade.charts.outlines import middles
from trade.charts.reading import Reading, Scale
from trade.tables.atlas import Atlas
from trade.tables.block import Block, Chart
from trade.tables.cells import Cell, Header, Table
from trade.tables.ranking import Outline, ranked, ranking_make
from trade.views.choices import Link

COMPONENTS: tuple[str, ...] = (
    "table",
    "cell",
    "chart",
    "block",
    "source",
    "map",
    "legend",
    "ranking",
    "links",
    "fold",
)
# Shares of a country that does not exist, in thousandths: one region is hidden, one has no figure.
SHARES = (260, 17, 24, 120, 15, 470, 31, 7, 29, 4, None, None)
HIDDEN = "MA-11"
TOTAL = 100_000_000_000


def samples(request: HttpRequest) -> dict[str, Any]:
    language = i18n.current()
    table = _table(language)
    chart = Chart(
        src=static("img/chart.svg"),
        alt=_("Example of a chart: five bars that get shorter."),
        title=_("Exports by product"),
        png=static("img/chart.svg"),
        width=340,
        height=150,
    )
    whole = _block("sample-block", table, chart)
    return {
        "data_table": table,
        "data_plain": Table(_("Exports by year"), table.headers[:2], [row[:2] for row in table.rows[:2]]),
        "data_cells": _cells(language),
        "data_chart": chart,
        "data_chart_explored": replace(chart, explore=static("img/chart.json")),
        "data_block": whole,
        "data_block_folded": _block("sample-folded", table, chart, folded=True),
        "data_block_alone": _block("sample-alone", table, None, more=97, all_url="#sample-alone"),
        "data_block_empty": Block("sample-empty", _("Imports by section, 2024")),
        "data_block_refused": Block(
            "sample-refused", _("Imports by section, 2024"), refusal=Missing(_("Nothing."))
        ),
        "data_atlas": _atlas(language, "sample-ranking"),
        "data_atlas_empty": _atlas("", ""),
        "data_links": [
            Link(_("Fruit and nuts"), "#links", "08"),
            Link(_("Coffee, tea and spices"), "#links", "09"),
            Link("Other vegetable saps", "#links", "130219", "en"),
        ],
    }


def _table(language: str) -> Table:
    """Sorted by value; a number with its bar, a provisional one, a zero, a hidden and a missing one."""

    def number(value: float, share: float, mark: str = "") -> list[Cell]:
        return [
            Cell("number", formats.number(value, language, decimals=1), mark=mark),
            Cell("number", formats.percent(share, language), share=share * 100),
        ]

    names = (
        _("Fruit and nuts"),
        _("Fish"),
        _("Carpets"),
        _("Coffee, tea and spices"),
        _("Clocks and watches"),
    )
    figures = [
        number(1739.0, 0.69),
        number(781.4, 0.31, "p"),
        number(0, 0),
        [Cell("hidden"), Cell("hidden")],
        [Cell("missing"), Cell("missing")],
    ]
    codes = ("08", "03", "57", "09", "91")
    rows = [
        [Cell("name", name, href="#table", code=code), *cells]
        for name, code, cells in zip(names, codes, figures, strict=True)
    ]
    unit = formats.currency_name("MAD", "million")
    return Table(
        caption=_("Exports by product, 2024"),
        headers=[
            Header(_("Product"), column="product", url="?sort=sample:product:asc"),
            Header(
                _("Value (%(unit)s)") % {"unit": unit}, True, "value", "?sort=sample:value:asc", "descending"
            ),
            Header(_("Share"), True, "share", "?sort=sample:share:desc"),
        ],
        rows=rows,
        total=[
            Cell("name", _("Total")),
            *number(2520.4, 1)[:1],
            Cell("number", formats.percent(1, language)),
        ],
        has_hidden=True,
        has_missing=True,
        has_provisional=True,
    )


def _cells(language: str) -> list[tuple[str, Cell]]:
    return [
        (_("A name with its code"), Cell("name", _("Fruit and nuts"), href="#cell", code="08")),
        (
            _("A name with its official text in English"),
            Cell("name", "", code="130219", official="Other saps"),
        ),
        (_("A year that is not whole"), Cell("name", "2025", mark=_("7 of 12 months"), short=True)),
        (_("A number with its share as a bar"), Cell("number", formats.percent(0.4, language), share=40)),
        (_("A provisional number"), Cell("number", formats.number(781.4, language, decimals=1), mark="p")),
        (_("Zero"), Cell("number", formats.number(0, language))),
        (_("Confidential"), Cell("hidden")),
        (_("Not reported"), Cell("missing")),
        (_("Nothing to say"), Cell("blank")),
    ]


def _block(anchor: str, table: Table, chart: Chart | None, **more: Any) -> Block:
    provider = _("An office that does not exist")
    dataset = SimpleNamespace(**{f"provider_{code}": provider for code in i18n.languages()})
    release = SimpleNamespace(number=7, published_at=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    reading = SimpleNamespace(
        rows=[None], result=SimpleNamespace(dataset=dataset, release=release, demonstration=True)
    )
    return Block(
        anchor=anchor,
        title=_("Exports by product, 2024"),
        reading=cast("Reading", reading),
        sentences=[_("Fruit and nuts come first.")],
        notes=[_("A note on how the figures were made.")],
        table=table,
        chart=chart,
        downloads=[("CSV", f"#{anchor}"), ("XLSX", f"#{anchor}"), ("JSON", f"#{anchor}")],
        citation=_("An office that does not exist, example, release 7."),
        status=_("provisional"),
        **more,
    )


def _atlas(language: str, anchor: str) -> Atlas:
    """Without a language, the atlas of a portal that has published nothing."""
    speaking = language or i18n.current()
    names = reference.region_names(speaking)
    paths, inside = reference.outlines(), middles()
    outlines = [
        Outline(
            code=code,
            name=names[code],
            url=reverse("region", args=[code]),
            path=path,
            step=step_of(share / 1000 if share and language else None),
            text=formats.percent(share / 1000 if share else None, speaking),
            share=share / 1000 if share and language else None,
            value=formats.number(share and share / 10, speaking, decimals=1),
            change=formats.percent(0.052, speaking, signed=True) if share else "",
            hidden=bool(language) and code == HIDDEN,
            amount=share and TOTAL * share // 1000,
            growth=0.052 if share else None,
            at=inside[code],
        )
        for (code, path), share in zip(sorted(paths.items()), SHARES, strict=True)
    ]
    period = "2024" if language else ""
    scale = Scale(10**9, formats.currency_name("MAD", "million"), 1)
    return Atlas(
        block=Block(anchor, _("Exports by region, %(period)s") % {"period": period}),
        period=period,
        periods=[period],
        viewbox=reference.outlines_viewbox(),
        outlines=outlines,
        legend=legend(speaking),
        table=ranking_make(ranked(outlines), TOTAL, scale, period, None),
    )
