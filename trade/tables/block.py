"""One question, one answer, and everything that a page makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, override

from portal.base.errors import DomainError
from trade.charts import answers
from trade.charts.reading import Reading
from trade.tables.rows import Layout, Table, table_make
from trade.tables.sentences import Writer

DOWNLOADS = ("csv", "xlsx", "json")


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
    chart: str = ""
    chart_words: str = ""
    downloads: list[tuple[str, str]] = field(default_factory=list)
    citation: str = ""
    # How many rows there are where not all are shown, else 0.
    more: int = 0
    status: str = ""

    @property
    def empty(self) -> bool:
        return self.reading is None or not self.reading.rows

    @property
    def demonstration(self) -> bool:
        return self.reading is not None and self.reading.result.demonstration


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
) -> Block:
    """Ask once and make the words, the table, the chart's address and the downloads of that one answer."""
    try:
        reading = answers.reading(params, language)
    except DomainError as error:
        return Block(anchor, title, refusal=error)
    result = reading.result
    layout = layout or Layout(caption=title)
    address = result.pinned().to_params()
    with override(language):
        sentences = words(reading, place, layout.total) if words and reading.rows else []
    return Block(
        anchor=anchor,
        title=title,
        reading=reading,
        sentences=sentences,
        notes=result.texts(language),
        table=table_make(reading, layout),
        chart=chart_address(address, kind) if kind and any(row.shown for row in reading.rows) else "",
        chart_words=alternative(title, sentences, language),
        downloads=[(name.upper(), download_address(address, name, language)) for name in DOWNLOADS],
        citation=result.citation(language),
        more=result.total_rows if result.next_offset else 0,
        status=result.status(language),
    )


def chart_address(params: Mapping[str, str], kind: str) -> str:
    return f"{reverse('chart')}?{urlencode({**params, 'kind': kind})}"


def download_address(params: Mapping[str, str], name: str, language: str) -> str:
    return f"{reverse('data_download')}?{urlencode({**params, 'format': name, 'lang': language})}"


def alternative(title: str, sentences: list[str], language: str) -> str:
    """What the chart's `alt` says: its name, its message, and that the table holds the figures."""
    with override(language):
        text = gettext("Chart of %(title)s. %(message)s The table beside it holds the figures.")
    return text % {"title": title, "message": " ".join(sentences)}
