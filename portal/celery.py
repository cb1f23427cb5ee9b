"""The Celery application, the heartbeats of its processes, and the broker's own tables."""

import os
import threading
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from celery import Celery
from celery.beat import PersistentScheduler
from celery.signals import setup_logging, worker_ready, worker_shutting_down

app = Celery("qafila")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
stopping = threading.Event()


def _beat(name: str) -> None:
    """Write a heartbeat; a database that is away must not stop the process whose pulse this is."""
    from django.db import DatabaseError, close_old_connections

    from portal.base import health

    try:
        health.beat(name)
    except (DatabaseError, OSError):
        pass
    finally:
        close_old_connections()


@setup_logging.connect
def use_djangos_logging(**kwargs: Any) -> None:
    """Celery leaves the root logger alone when this signal has a receiver: LOGGING in the settings holds."""


@worker_ready.connect
def start_pulse(**kwargs: Any) -> None:
    from django.conf import settings

    def pulse() -> None:
        while not stopping.wait(settings.WORKER_HEARTBEAT_SECONDS):
            _beat("worker")

    _beat("worker")
    threading.Thread(target=pulse, name="pulse", daemon=True).start()


@worker_shutting_down.connect
def stop_pulse(**kwargs: Any) -> None:
    stopping.set()


class HeartbeatScheduler(PersistentScheduler):
    """Beat's own scheduler; a tick that happens is what proves that it schedules."""

    beaten_at = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        from django.conf import settings

        delay: float = super().tick(*args, **kwargs)
        if time.monotonic() - self.beaten_at >= settings.WORKER_HEARTBEAT_SECONDS:
            _beat("scheduler")
            self.beaten_at = time.monotonic()
        return min(delay, settings.WORKER_HEARTBEAT_SECONDS)
