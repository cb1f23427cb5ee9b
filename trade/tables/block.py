"""One question, one answer, and everything that a page makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, override

from portal.base.errors import DomainError
from trade.charts import answers, chart_size
from trade.charts.reading import Reading
from trade.tables.cells import Table
from trade.tables.order import Asked
from trade.tables.rows import Layout, table_make
from trade.tables.sentences import Writer

DOWNLOADS = ("csv", "xlsx", "json")
# As many rows as one answer brings where all of them are put in order or shown, and as many as a ranking draws.
EVERYTHING, DRAWN = "10000", "12"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing at its own addresses: SVG, PNG, and the specification that a reader may explore."""

    src: str
    alt: str = ""
    title: str = ""
    png: str = ""
    explore: str = ""
    width: int = 340
    height: int = 260


@dataclass(frozen=True, slots=True)
class Block:
    """What `components/block.html` draws. `refusal` stands in place of an answer, with what to do."""

    anchor: str
    title: str
    reading: Reading | None = None
    refusal: DomainError | None = None
    sentences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    table: Table | None = None
    chart: Chart | None = None
    downloads: list[tuple[str, str]] = field(default_factory=list)
    citation: str = ""
    # How many rows there are where not all are shown, else 0; and the address that shows all, or the first again.
    more: int = 0
    all_url: str = ""
    few_url: str = ""
    status: str = ""
    # The table stands behind one line that opens it: where the drawing says it all, or the table is long.
    folded: bool = False
    # The reader asked something of this table: it stays open.
    opened: bool = False

    @property
    def empty(self) -> bool:
        return self.reading is None or not self.reading.rows

    @property
    def demonstration(self) -> bool:
        return self.reading is not None and self.reading.result.demonstration

    @property
    def said(self) -> str:
        """What a screen reader is told after the block was put in another order or shown whole."""
        if self.table is None:
            return ""
        if self.table.order:
            return gettext("%(table)s: in the order of the column %(column)s.") % {
                "table": self.title,
                "column": self.table.order,
            }
        whole = self.few_url and not self.more
        return gettext("%(table)s: all rows are shown.") % {"table": self.title} if whole else ""


def block_make(
    params: Mapping[str, str],
    *,
    language: str,
    anchor: str,
    title: str,
    place: str = "",
    kind: str = "",
    words: Writer | None = None,
    layout: Layout | None = None,
    asked: Asked | None = None,
    folded: bool = False,
) -> Block:
    """Ask once and make the words, the table, the chart's address and the downloads of that one answer.

    `params` may name a `limit`: so many rows are asked for, unless the reader wants all of them or another order,
    which is made of all of them.
    """
    layout = layout or Layout(caption=title)
    everything = asked is not None and (asked.everything(anchor) or asked.order(anchor) is not None)
    limited = "limit" in params
    if limited:
        layout = replace(layout, show=int(params["limit"]))
    try:
        reading = answers.reading(
            {**params, "limit": EVERYTHING} if limited and everything else params, language
        )
    except DomainError as error:
        return Block(anchor, title, refusal=error)
    result = reading.result
    address = result.pinned().to_params()
    address.pop("limit", None)
    with override(language):
        sentences = words(reading, place, layout.total) if words and reading.rows else []
    table = table_make(reading, layout, anchor=anchor, asked=asked)
    count = max(table.count, result.total_rows if limited else 0)
    shown_whole = asked is not None and asked.everything(anchor)
    some = bool(layout.show) and count > layout.show
    return Block(
        anchor=anchor,
        title=title,
        reading=reading,
        sentences=sentences,
        notes=result.texts(language),
        table=table,
        chart=chart_make(reading, address, kind, title, sentences) if kind else None,
        downloads=[(name.upper(), download_address(address, name, language)) for name in DOWNLOADS],
        citation=result.citation(language),
        more=count if count > len(table.rows) else 0,
        all_url=asked.url(all=anchor) if asked is not None and some and not shown_whole else "",
        few_url=asked.url(all="") if asked is not None and some and shown_whole else "",
        status=result.status(language),
        folded=folded,
        opened=everything,
    )


def chart_make(
    reading: Reading, params: Mapping[str, str], kind: str, title: str, sentences: list[str]
) -> Chart | None:
    """The addresses of an answer's drawing; a ranking draws its first bars only. None where nothing can be drawn."""
    if not any(row.shown for row in reading.rows):
        return None
    try:
        width, height = chart_size(reading, kind)
    except DomainError:
        return None
    params = {**params, "limit": DRAWN} if kind == "ranked" else params
    return Chart(
        src=chart_address(params, kind),
        alt=alternative(title, sentences, reading.language),
        title=title,
        png=chart_address(params, kind, "chart_png"),
        explore=chart_address(params, kind, "chart_spec"),
        width=width,
        height=height,
    )


def chart_address(params: Mapping[str, str], kind: str, name: str = "chart") -> str:
    return f"{reverse(name)}?{urlencode({**params, 'kind': kind})}"


def download_address(params: Mapping[str, str], name: str, language: str) -> str:
    return f"{reverse('data_download')}?{urlencode({**params, 'format': name, 'lang': language})}"


def alternative(title: str, sentences: list[str], language: str) -> str:
    """What the chart's `alt` says: its name, its message, and that the table holds the figures."""
    with override(language):
        text = gettext("Chart of %(title)s. %(message)s The table beside it holds the figures.")
    return text % {"title": title, "message": " ".join(sentences)}
