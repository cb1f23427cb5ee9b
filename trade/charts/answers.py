"""The cube's answers as pages ask them: of one release a page, and kept for a while.

A published release never changes, so an answer that is known by its release and its question is right as long as it
is kept. What a reader's page shows comes from one release throughout, even where another is published meanwhile.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from trade import cube
from trade.charts.reading import Reading
from trade.cube import catalogue
from trade.models import Release

# Kept in each process: this many answers of at most so many rows. Names of codes may be corrected meanwhile.
KEPT, ROWS, SECONDS = 256, 100, 300.0
P = ParamSpec("P")

_seen: ContextVar[dict[tuple[str, int | None], Release] | None] = ContextVar("releases_of_page", default=None)
_kept: OrderedDict[tuple[Any, ...], tuple[float, Reading]] = OrderedDict()
_lock = Lock()


def of_one_release(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view whose questions are all answered from the release that was published when it began."""

    @wraps(view)
    def looking(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        token = _seen.set({})
        try:
            return view(request, *args, **kwargs)
        finally:
            _seen.reset(token)

    return looking


def reading(params: Mapping[str, str], language: str) -> Reading:
    """The answer to a question in the cube's grammar, in one language. Raises what the cube raises."""
    query = cube.Query.parse(params)
    release = release_for(query)
    key = (release.pk, release.state, release.published_at, language, query)
    now = time.monotonic()
    with _lock:
        until, found = _kept.get(key, (0.0, None))
        if found is not None and until > now:
            _kept.move_to_end(key)
            return found
    found = Reading(cube.answer(query, release), language)
    if len(found.rows) <= ROWS:
        with _lock:
            _kept[key] = (now + SECONDS, found)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return found


def release_for(query: cube.Query) -> Release:
    """The release that answers; inside `of_one_release` it is looked up once."""
    seen = _seen.get()
    if seen is None:
        return catalogue.release_for(query)
    key = (query.dataset, query.release)
    if key not in seen:
        seen[key] = catalogue.release_for(query)
    return seen[key]


def forget() -> None:
    """Drop what is kept, for example between tests."""
    with _lock:
        _kept.clear()
