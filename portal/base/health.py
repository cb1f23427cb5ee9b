"""Does everything answer? Heartbeats of the background processes and a probe of each part."""

import datetime as dt
import io
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.core.files.base import File
from django.db import connection
from django.utils import timezone

from portal.base import storage
from portal.base.models import Heartbeat

PROBE = "health/probe"


def beat(name: str) -> None:
    """Write that the named process lives."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _broker() -> str:
    with current_app.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, timeout=3)
    return ""


def _heartbeat(name: str) -> str:
    last = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    if last is None:
        return "has not started"
    age = (timezone.now() - last) // dt.timedelta(seconds=1)
    return f"last seen {age} s ago" if age > settings.HEARTBEAT_STALE_SECONDS else ""


def _storage() -> str:
    store = storage.private()
    if not store.exists(PROBE):
        store.save(PROBE, File(io.BytesIO(b"qafila")))
    with store.open(PROBE) as probe:
        return "" if probe.read(1) else "the probe file is empty"


PROBES: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "worker": lambda: _heartbeat("worker"),
    "scheduler": lambda: _heartbeat("scheduler"),
    "storage": _storage,
}


def report() -> dict[str, str]:
    """Part → "" when it answers, else what is wrong. Never raises."""
    answers = {}
    for name, probe in PROBES.items():
        try:
            answers[name] = probe()
        except Exception as error:
            answers[name] = type(error).__name__
    return answers
