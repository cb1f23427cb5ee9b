"""News that travels up: a service emits, listeners named in the settings hear it after commit.

`emit` writes the outbox row in the caller's transaction. After commit the dispatcher queues one task a listener;
a row whose dispatch was lost (a crash, a broker that was away) is found by the sweep. Listeners are idempotent
through `once`.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.base.models import Event, EventDelivery

log = structlog.get_logger(__name__)
LOST_AFTER = dt.timedelta(seconds=15)


def emit(name: str, **payload: Any) -> Event:
    """State a fact. Must be called inside the transaction that made it true."""
    event = Event.objects.create(name=name, payload=payload)
    transaction.on_commit(lambda: dispatch(event.id), robust=True)
    return event


def dispatch(event_id: uuid.UUID) -> int:
    """Queue the listeners of one waiting event; the number queued. Safe to call twice."""
    with transaction.atomic():
        event = (
            Event.objects.select_for_update(skip_locked=True).filter(pk=event_id, dispatched_at=None).first()
        )
        if event is None:
            return 0
        listeners = settings.EVENTS.get(event.name, [])
        for task in listeners:
            current_app.send_task(task, kwargs={"event_id": str(event.id), **event.payload})
        event.dispatched_at = timezone.now()
        event.save(update_fields=["dispatched_at"])
    log.info("event_dispatched", name=event.name, event_id=str(event.id), listeners=len(listeners))
    return len(listeners)


def sweep(limit: int = 500) -> int:
    """Dispatch what was stated and never queued; the number of events taken up."""
    lost = Event.objects.filter(dispatched_at=None, created_at__lt=timezone.now() - LOST_AFTER)
    ids = list(lost.order_by("created_at").values_list("pk", flat=True)[:limit])
    for event_id in ids:
        dispatch(event_id)
    return len(ids)


class AlreadyHeard(Exception):
    """This listener has done its work for this event."""


@contextmanager
def once(event_id: str, listener: str) -> Iterator[None]:
    """Run a listener's work at most once an event: the receipt commits with the work.

    Raises AlreadyHeard where the receipt exists; callers return.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                EventDelivery.objects.create(event_id=event_id, listener=listener)
        except IntegrityError as error:
            raise AlreadyHeard(listener) from error
        yield
