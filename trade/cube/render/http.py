"""An answer over HTTP: the format asked for, what a cache may do with it, and the citation in the headers."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from trade.cube import catalogue, engine
from trade.cube.grammar import MAX_LIMIT
from trade.cube.query import Presentation, Query
from trade.cube.render.grid import ENGLISH
from trade.cube.render.jsonstat import jsonstat_body
from trade.cube.render.parquet import parquet_bytes
from trade.cube.render.plain import ADDRESS, csv_stream, following, json_body
from trade.cube.render.sdmx import sdmx_csv
from trade.cube.render.xlsx import xlsx_bytes
from trade.cube.result import Result
from trade.models import Release

# Part of every ETag: raised when a rendering changes while the figures do not.
VERSION = 1
# A named release can still be withdrawn, so even its answers are asked for again after a while.
PINNED_SECONDS = 3600
CURRENT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Form:
    """How a format is written, what it is called, and how its file's name ends."""

    write: Callable[[Result, str | None], bytes | Iterable[bytes]]
    media_type: str
    suffix: str


FORMS = {
    "json": Form(json_body, "application/json", "json"),
    "csv": Form(csv_stream, "text/csv; charset=utf-8", "csv"),
    "xlsx": Form(xlsx_bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "parquet": Form(parquet_bytes, "application/vnd.apache.parquet", "parquet"),
    "jsonstat": Form(jsonstat_body, "application/json", "json"),
    "sdmx-csv": Form(sdmx_csv, "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8", "sdmx.csv"),
}
INLINE = frozenset({"json", "jsonstat"})


def response(
    params: Mapping[str, str],
    *,
    language: str | None = None,
    attachment: bool = False,
    request: HttpRequest | None = None,
    address: str = ADDRESS,
) -> HttpResponseBase:
    """The answer to an address's parameters in the format that they name; 304 where the reader has it already.

    `language` is used where the parameters name none. Without `limit` a file holds up to 100,000 rows, JSON 1,000.
    Raises Invalid, Missing, NotCleared.
    """
    query, presentation = Query.parse(params), Presentation.parse(params)
    language = presentation.language or language
    release = catalogue.release_for(query)
    etag = _etag(query, release, presentation.format, language)
    changed = _changed(release)
    if request is not None:
        known = get_conditional_response(request, etag=etag, last_modified=changed)
        if known is not None:
            return _cacheable(known, query, etag, changed)
    result = _answer(query, release, presentation.format)
    form = FORMS[presentation.format]
    found = _written(result, form, language, address)
    if attachment or presentation.format not in INLINE:
        name = f"qafila-{release.dataset.code}-{release.number}.{form.suffix}"
        found["Content-Disposition"] = f'attachment; filename="{name}"'
    _cite(found, result, address, _presentation(presentation))
    return _cacheable(found, query, etag, changed)


def _presentation(presentation: Presentation) -> dict[str, str]:
    """The parameters that say how to write, for the address of the next page."""
    params = {"lang": presentation.language or ""}
    params["format"] = "" if presentation.format == "json" else presentation.format
    return {name: value for name, value in params.items() if value}


def _answer(query: Query, release: Release, format_name: str) -> Result:
    if query.limit is not None or format_name == "json":
        return engine.answer(query, release)
    # The default of the format is not part of the question: the citation stays the same in every format.
    return replace(engine.answer(query.with_changes(limit=MAX_LIMIT), release), query=query)


def _written(result: Result, form: Form, language: str | None, address: str) -> HttpResponseBase:
    if form.write is json_body:
        return HttpResponse(json_body(result, language, address=address), content_type=form.media_type)
    body = form.write(result, language)
    if isinstance(body, bytes):
        return HttpResponse(body, content_type=form.media_type)
    return StreamingHttpResponse(body, content_type=form.media_type)


def _etag(query: Query, release: Release, format_name: str, language: str | None) -> str:
    """The same release, question, format and language give the same bytes; a change of the dataset's texts does not."""
    text = json.dumps(
        [
            VERSION,
            release.number,
            query.to_params(),
            format_name,
            language,
            release.dataset.updated_at.isoformat(),
        ]
    )
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _changed(release: Release) -> int:
    """When the answer may last have changed: after a withdrawal that is the dataset's switch, not the older release."""
    moments = [release.dataset.updated_at, release.published_at or release.dataset.updated_at]
    return int(max(moments).timestamp())


def _cacheable(found: HttpResponseBase, query: Query, etag: str, changed: int) -> HttpResponseBase:
    seconds = CURRENT_SECONDS if query.release is None else PINNED_SECONDS
    found["ETag"] = etag
    found["Last-Modified"] = http_date(changed)
    found["Cache-Control"] = f"public, max-age={seconds}"
    return found


def _cite(found: HttpResponseBase, result: Result, address: str, params: Mapping[str, str]) -> None:
    """Formats without a place for notes carry the citation, the licence and the next page in their headers."""
    citation = " ".join(result.citation(ENGLISH).split())
    found["X-Citation"] = citation.encode("ascii", "xmlcharrefreplace").decode()
    links = []
    if result.dataset.licence_url:
        links.append(f'<{result.dataset.licence_url}>; rel="license"')
    if later := following(result, address, **params):
        links.append(f'<{later}>; rel="next"')
    if links:
        found["Link"] = ", ".join(links)
