"""A run that waits can be taken back; one that has begun cannot, and one that was taken back is never taken up."""

import threading
from pathlib import Path

import pytest
from django.db import connection

from portal.accounts.models import User
from portal.base.errors import Conflict, Missing
from portal.base.locks import try_lock
from portal.base.models import Event, Mail
from tests.trade import factories
from tests.trade.importing import aged, imported, month
from trade import selectors, services
from trade.models import Release, Run
from trade.services import run_cancel, run_create, run_execute, runs_sweep
from trade.services.announce import run_announce

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()
    services.datasets_load()


def waiting(folder: Path, by: User | None = None) -> Run:
    return run_create(acting_user=by, source="customs", files=[month(folder, "2024-01")], publish=True)


def test_a_cancelled_run_is_never_taken_up(tmp_path: Path, amina: User) -> None:
    run = waiting(tmp_path, amina)
    run_cancel(run.number, acting_user=amina, reason="The wrong month.")
    aged(run)

    assert run_execute(run.pk) is False
    assert runs_sweep() == []
    run.refresh_from_db()
    assert (run.state, run.attempts, run.started_at) == ("cancelled", 0, None)
    assert run.ended_at is not None
    assert not Release.objects.exists()


def test_who_took_it_back_and_why_is_kept(tmp_path: Path, amina: User, youssef: User) -> None:
    run = waiting(tmp_path, amina)
    run_cancel(run.number, acting_user=youssef, reason="The wrong month.")
    run.refresh_from_db()

    last = selectors.history(run, ("state",))[0]
    assert (last.who, last.why, last.fields) == (
        str(youssef), "The wrong month.", {"state": ("queued", "cancelled")},
    )  # fmt: skip


def test_a_second_time_it_stays_as_it_is_and_is_told_once(tmp_path: Path, amina: User) -> None:
    run = waiting(tmp_path, amina)
    ended = run_cancel(run.number, acting_user=amina, reason="The wrong month.").ended_at
    again = run_cancel(run.number, acting_user=amina, reason="Once more.")

    assert (again.state, again.ended_at) == ("cancelled", ended)
    event = Event.objects.get(name="trade.run_ended")
    assert run_announce(str(event.pk), str(run.pk))
    assert "أُلغي إيداعكم" in Mail.objects.get().body


def test_the_same_files_can_be_handed_in_again(tmp_path: Path) -> None:
    run_cancel(waiting(tmp_path).number, acting_user=None)

    assert imported("customs", month(tmp_path, "2024-01")).state == "published"


def test_a_run_that_ended_or_is_not_there_cannot_be_cancelled(tmp_path: Path) -> None:
    run = imported("customs", month(tmp_path, "2024-01"))
    with pytest.raises(Conflict, match="has begun"):
        run_cancel(run.number, acting_user=None)
    with pytest.raises(Missing):
        run_cancel(77, acting_user=None)
    run.refresh_from_db()
    assert run.state == "published"


def test_a_run_that_a_worker_holds_cannot_be_cancelled(tmp_path: Path) -> None:
    run = waiting(tmp_path)
    with try_lock(f"run:{run.pk}") as held:
        assert held
        with pytest.raises(Conflict, match="has begun"):
            run_cancel(run.number, acting_user=None)
    run.refresh_from_db()
    assert run.state == "queued"


@pytest.mark.django_db(transaction=True)
def test_either_the_worker_or_the_person_wins_and_never_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trade.services.runs._queue", lambda _run_id: None)
    told: list[str] = []
    for number in range(6):
        run = run_create(
            acting_user=None,
            source="customs",
            files=[month(tmp_path, f"2024-{number + 1:02d}")],
            publish=False,
        )
        start = threading.Barrier(2)

        def work(run: Run = run, start: threading.Barrier = start) -> None:
            start.wait()
            run_execute(run.pk)
            connection.close()

        worker = threading.Thread(target=work)
        worker.start()
        start.wait()
        try:
            run_cancel(run.number, acting_user=None)
            cancelled = True
        except Conflict:
            cancelled = False
        worker.join()
        run.refresh_from_db()
        # Who met the other's lock left the run alone: it may wait still, and the sweep does it.
        assert run.state == "cancelled" if cancelled else run.state in ("staged", "queued")
        assert Release.objects.filter(run=run).exists() is (run.state == "staged")
        told.append(run.state)
    assert len(told) == 6
