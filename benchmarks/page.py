"""How long the server takes for a page whose charts and answers are kept, beside a page of three lines.

Both go through the whole stack of middleware in one process, in turn, so that the ratio holds on any machine.
"""

import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

ROUNDS, TARGET = 60, 30.0  # milliseconds at the median
PATHS = {
    "home": "/fr/",
    "region": "/ar/data/regions/MA-08/",
    "product": "/fr/data/products/870321/",
    "market": "/en/data/markets/FR/",
}
BARE = "/fr/bare/"


def bare_urlconf() -> Any:
    """The portal's addresses and one page that asks nothing of anybody."""
    from types import ModuleType

    from django.conf.urls.i18n import i18n_patterns
    from django.http import HttpRequest, HttpResponse
    from django.template import engines
    from django.urls import path

    from portal import urls
    from portal.base.permissions import public

    template = engines["django"].from_string("<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1>")

    @public
    def bare(request: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render({"title": "Bare"}, request))

    conf = ModuleType("bare")
    conf.urlpatterns = [*i18n_patterns(path("bare/", bare)), *urls.urlpatterns]  # type: ignore[attr-defined]
    conf.handler404 = urls.handler404  # type: ignore[attr-defined]
    return conf


def milliseconds(client: Any, path: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path, headers={"accept-encoding": "gzip"})
    spent = 1000 * (time.perf_counter() - begun)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answers {answer.status_code}")
    return spent


def measure() -> Iterator[dict[str, Any]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import override_settings

    from scripts import world

    with override_settings(**{**world.SETTINGS, "ROOT_URLCONF": bare_urlconf(), "ALLOWED_HOSTS": ["*"]}):
        call_command("compile_catalogues", verbosity=0)
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        world.static_collect()
        world.world_make(rows=60_000, real=False)
        client = Client()
        for path in (*PATHS.values(), BARE):
            for _warming in range(3):
                milliseconds(client, path)
        for name, path in PATHS.items():
            ours, reference = [], []
            for _round in range(ROUNDS):
                ours.append(milliseconds(client, path))
                reference.append(milliseconds(client, BARE))
            mine, theirs = statistics.median(ours), statistics.median(reference)
            yield {
                "bench": f"page_{name}",
                "ours": round(mine, 1),
                "reference": round(theirs, 1),
                "ratio": round(mine / theirs, 2),
                "unit": "ms",
                "target": TARGET,
                "ok": mine <= TARGET,
            }
