"""The one door to vl-convert, which holds a JavaScript runtime: one drawing at a time in a process, nothing fetched."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import vl_convert
from django.db import connection

from trade.charts.frame import Spec

# The runtime belongs to one thread; callers from several would wait inside it without order, holding memory.
_lock = Lock()
VERSION = "6.4"


@contextmanager
def turn() -> Iterator[None]:
    """One caller at a time. Who waits and draws needs no database: its connection goes back to the pool meanwhile."""
    if not connection.in_atomic_block:
        connection.close()
    with _lock:
        yield


def to_svg(spec: Spec) -> str:
    with turn():
        drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[])
    return drawn


def to_png(svg: str, scale: float) -> bytes:
    with turn():
        drawn: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return drawn


def bundle() -> str:
    """Vega, Vega-Lite and vega-embed as one script that sets `vegaEmbed` on the window."""
    with _lock:
        made: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VERSION)
    return made


def versions() -> dict[str, Any]:
    return {
        "vega": vl_convert.get_vega_version(),
        "vega-lite": VERSION,
        "vega-embed": vl_convert.get_vega_embed_version(),
    }
