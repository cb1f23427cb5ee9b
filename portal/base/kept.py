"""Whole pages that are the same for everybody, kept in the process for a minute.

Only for readers who bring nothing of their own: no session, no message waiting. A page is known by its address and by
a stamp of what it shows, so that a change that matters (a release published or taken back) is seen at once; what
changes otherwise (a name that staff correct) is seen within the minute. Such pages hold no token and no nonce.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Concatenate, NamedTuple, ParamSpec

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

PAGES, BYTES, SECONDS = 128, 300_000, 60.0
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class Page(NamedTuple):
    until: float
    content: bytes
    content_type: str


_kept: OrderedDict[tuple[Hashable, ...], Page] = OrderedDict()
_lock = Lock()


def kept(stamp: Callable[[], Hashable]) -> Callable[[View[P]], View[P]]:
    """A view whose answers to readers without a session are kept as long as `stamp()` stays the same."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def answering(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not anonymous(request):
                return view(request, *args, **kwargs)
            key = (stamp(), request.get_host(), request.get_full_path())
            if (page := find(key)) is not None:
                response = HttpResponse(page.content, content_type=page.content_type)
                # What was drawn has it because it looked for a session: caches on the way must still tell people apart.
                patch_vary_headers(response, ["Cookie"])
                return response
            response = view(request, *args, **kwargs)
            keep(key, response)
            return response

        return answering

    return decorate


def anonymous(request: HttpRequest) -> bool:
    own = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}
    return request.method == "GET" and own.isdisjoint(request.COOKIES)


def find(key: tuple[Hashable, ...]) -> Page | None:
    with _lock:
        page = _kept.get(key)
        if page is None or page.until < time.monotonic():
            return None
        _kept.move_to_end(key)
        return page


def keep(key: tuple[Hashable, ...], response: HttpResponse) -> None:
    if response.status_code != 200 or response.cookies or len(response.content) > BYTES:
        return
    with _lock:
        _kept[key] = Page(time.monotonic() + SECONDS, response.content, response.headers["Content-Type"])
        while len(_kept) > PAGES:
            _kept.popitem(last=False)


def forget() -> None:
    """Drop what is kept, for example between tests."""
    with _lock:
        _kept.clear()
