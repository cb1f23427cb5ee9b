"""A fact stated in a transaction reaches its listeners after commit, once, even when the first try is lost."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.base import events
from portal.base.models import Event, EventDelivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> list[tuple[str, dict[str, Any]]]:
    settings.EVENTS = {"tea.poured": ["guests.tasks.drink", "guests.tasks.thank"]}
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(events.current_app, "send_task", lambda name, kwargs: sent.append((name, kwargs)))
    return sent


def test_listeners_hear_after_commit(
    queued: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        event = events.emit("tea.poured", glasses=3)
        assert queued == []
    assert [name for name, _ in queued] == ["guests.tasks.drink", "guests.tasks.thank"]
    assert queued[0][1] == {"event_id": str(event.id), "glasses": 3}


def test_a_dispatched_event_is_not_dispatched_again(queued: list[tuple[str, dict[str, Any]]]) -> None:
    event = events.emit("tea.poured")
    assert events.dispatch(event.id) == 2
    assert events.dispatch(event.id) == 0
    assert len(queued) == 2


def test_the_sweep_takes_up_what_was_lost(queued: list[tuple[str, dict[str, Any]]]) -> None:
    lost, fresh = events.emit("tea.poured"), events.emit("tea.poured")
    Event.objects.filter(pk=lost.pk).update(created_at=timezone.now() - dt.timedelta(minutes=1))
    assert events.sweep() == 1
    lost.refresh_from_db()
    fresh.refresh_from_db()
    assert lost.dispatched_at is not None
    assert fresh.dispatched_at is None


def test_an_event_of_a_transaction_that_fails_never_was(queued: list[tuple[str, dict[str, Any]]]) -> None:
    def spill() -> None:
        with transaction.atomic():
            events.emit("tea.poured")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spill()
    assert not Event.objects.exists()


def test_a_listener_works_once_an_event() -> None:
    event = events.emit("tea.poured")
    done = []
    for _ in range(3):
        try:
            with events.once(str(event.id), "drink"):
                done.append(1)
        except events.AlreadyHeard:
            continue
    assert done == [1]


def test_a_listener_that_fails_may_try_again() -> None:
    event = events.emit("tea.poured")
    with pytest.raises(ZeroDivisionError), events.once(str(event.id), "drink"):
        raise ZeroDivisionError
    assert not EventDelivery.objects.exists()


def test_events_cannot_be_deleted() -> None:
    event = events.emit("tea.poured")
    with pytest.raises(Exception, match="append_only"), transaction.atomic():
        event.delete()
