"""The ledger: what ends how, what is taken up again, who publishes what."""

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.files.base import ContentFile
from django.db import OperationalError, connection

from portal.accounts.models import User
from portal.base.errors import Invalid, Unavailable
from portal.base.locks import try_lock
from portal.base.models import Event, Mail
from tests.trade import factories
from tests.trade.importing import (
    aged,
    csv_text,
    executed,
    facts,
    good_rows,
    imported,
    month,
    published_release,
    swept,
    written,
)
from trade import services
from trade.models import Part, Release, Run
from trade.permissions import releases_visible_to, runs_visible_to
from trade.services import release_publish, release_withdraw, run_create, run_execute, runs_sweep
from trade.services.announce import run_announce

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()
    services.datasets_load()


def test_a_run_without_publish_is_staged_and_readers_see_what_they_saw(tmp_path: Path, amina: User) -> None:
    first = imported("customs", month(tmp_path, "2024-01"))
    run = imported("customs", month(tmp_path, "2024-02"), publish=False, by=amina)

    assert (run.state, run.release.state) == ("staged", "staged")
    assert published_release("ma-customs") == first.release
    assert run.preview["periods"] == ["2024-02"]
    assert run.preview["totals"] == [
        {"flow": "X", "period": "2024-02", "level": 10, "is_total": False, "old": None, "new": 4_500_750}
    ]
    release_publish(run.release.number, acting_user=amina)
    run.refresh_from_db()
    assert (run.state, published_release("ma-customs")) == ("published", run.release)
    assert {row["period"] for row in facts(run.release)} == {"2024-01", "2024-02"}


def test_a_run_leaves_nothing_in_its_work_folder(tmp_path: Path, private_home: Path) -> None:
    imported("customs", month(tmp_path, "2024-01"))
    assert list((private_home / "work").iterdir()) == []


def test_the_same_files_again_are_unchanged_whatever_their_order(tmp_path: Path) -> None:
    first, second = month(tmp_path, "2024-01"), month(tmp_path, "2024-02")
    done = imported("customs", first, second)
    again = imported("customs", second, first)

    assert (again.state, again.rows_read, again.rows_accepted) == ("unchanged", 6, 6)
    assert published_release("ma-customs") == done.release
    release_withdraw(done.release.number, acting_user=None)
    assert imported("customs", second, first).state == "published"


def test_an_unchanged_months_part_is_shared_by_both_releases(tmp_path: Path) -> None:
    one = imported("customs", month(tmp_path, "2024-01")).release
    two = imported("customs", month(tmp_path, "2024-02")).release

    assert set(one.parts.all()) < set(two.parts.all())
    assert Part.objects.count() == 2


def test_a_release_number_is_one_sequence_over_datasets(tmp_path: Path) -> None:
    from tests.trade.importing import comtrade_file, comtrade_record

    one = imported("customs", month(tmp_path, "2024-01")).release
    two = imported("comtrade-json", comtrade_file(tmp_path, [comtrade_record()])).release
    assert (one.number, two.number) == (1, 2)


def test_an_upload_held_in_memory_is_taken(amina: User) -> None:
    upload = ContentFile(csv_text(good_rows(3)).encode(), name="customs.csv")
    run = run_create(acting_user=amina, source="customs", files=[upload])
    run_execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.rows_read, run.files.get().name) == ("staged", 3, "customs.csv")


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"source": "lotus"}, "lotus"),
        ({"dataset": "nowhere"}, "nowhere"),
        ({"dataset": "comtrade"}, "comtrade"),
        ({"files": []}, ""),
        ({"files": [Path("/nowhere/x.csv")]}, "/nowhere/x.csv"),
        ({"options": {"edition": "HS1066"}}, "HS1066"),
    ],
)
def test_what_cannot_be_handed_in_is_refused_at_once(
    wrong: dict[str, Any], word: str, tmp_path: Path
) -> None:
    given = {"acting_user": None, "source": "customs", "files": [month(tmp_path, "2024-01")], **wrong}
    with pytest.raises(Invalid) as caught:
        run_create(**given)
    assert word in str(caught.value)
    assert not Run.objects.exists()


# --- interrupted ---


def test_a_run_that_somebody_works_on_is_left_alone(tmp_path: Path) -> None:
    run = run_create(acting_user=None, source="customs", files=[month(tmp_path, "2024-01")])
    aged(run)
    with try_lock(f"run:{run.pk}") as held:
        assert held
        assert runs_sweep() == []
        run_execute(run.pk)
    run.refresh_from_db()
    assert run.state == "queued"
    swept(run)
    run.refresh_from_db()
    assert run.state == "staged"
    assert runs_sweep() == []


PLACES = (
    "trade.services.execution.collect",
    "trade.imports.parts.put",
    "trade.cube.rollups.build",
    "trade.imports.preview.compare",
    "trade.services.execution.publish_in_transaction",
)


@pytest.mark.parametrize("place", PLACES)
def test_a_run_broken_off_anywhere_starts_again_and_ends_whole(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = imported("customs", month(tmp_path, "2024-01")).release
    run = run_create(acting_user=None, source="customs", files=[month(tmp_path, "2024-02")], publish=True)
    with monkeypatch.context() as broken:
        broken.setattr(place, _database_gone)
        with pytest.raises(OperationalError):
            run_execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("running", 1)
    assert published_release("ma-customs") == before
    aged(run)
    swept(run)

    run.refresh_from_db()
    assert (run.state, run.attempts, run.release.state) == ("published", 2, "published")
    assert len(facts(run.release)) == 6
    assert Release.objects.count() == 2


def _database_gone(*args: Any, **kwargs: Any) -> None:
    raise OperationalError("the connection is lost")


def test_after_three_attempts_a_run_fails_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_create(acting_user=None, source="customs", files=[month(tmp_path, "2024-02")], publish=True)
    monkeypatch.setattr("trade.cube.rollups.build", _database_gone)
    for _attempt in range(3):
        with pytest.raises(OperationalError):
            executed(run)
    executed(run)
    run.refresh_from_db()
    assert (run.state, run.reason["code"], run.release.state) == ("failed", "gave_up", "discarded")
    assert published_release("ma-customs") is None


def test_an_error_of_ours_fails_the_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("trade.cube.rollups.build", broken)
    run = imported("customs", month(tmp_path, "2024-01"))
    assert (run.state, run.reason["code"]) == ("failed", "unexpected")
    assert "ZeroDivisionError" in run.reason["en"]


def test_a_full_disk_ends_the_run_at_once_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("trade.imports.parts.put", full)
    run = imported("customs", month(tmp_path, "2024-01"))
    assert (run.state, run.reason["code"]) == ("failed", "no_space")

    monkeypatch.setattr("portal.base.storage.put", full)
    with pytest.raises(Unavailable, match="no room left"):
        run_create(acting_user=None, source="customs", files=[month(tmp_path, "2024-02")])


def test_an_attempt_that_lost_its_lock_changes_nothing_when_it_ends(
    tmp_path: Path, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server was started again meanwhile: a second attempt has begun and works in its own folder."""
    run = run_create(acting_user=None, source="customs", files=[month(tmp_path, "2024-01")], publish=True)
    theirs = private_home / "work" / str(run.pk) / "2"

    def overtaken(*args: Any) -> dict[str, Any]:
        Run.objects.filter(pk=run.pk).update(attempts=2)
        theirs.mkdir(parents=True)
        return {}

    monkeypatch.setattr("trade.imports.preview.compare", overtaken)
    assert run_execute(run.pk) is True
    run.refresh_from_db()
    assert (run.state, run.attempts, run.release.state) == ("running", 2, "staged")
    assert published_release("ma-customs") is None
    assert theirs.exists()
    assert not theirs.with_name("1").exists()


def test_one_run_that_cannot_go_on_does_not_keep_the_others_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [
        run_create(acting_user=None, source="customs", files=[month(tmp_path, period)])
        for period in ("2024-01", "2024-02")
    ]
    for run in runs:
        aged(run)
    execute = services.runs.execute

    def first_breaks(run: Run) -> None:
        if run.pk == runs[0].pk:
            raise OperationalError
        execute(run)

    monkeypatch.setattr("trade.services.runs.execute", first_breaks)
    assert runs_sweep() == [runs[1].number]
    assert [run.state for run in Run.objects.order_by("number")] == ["running", "staged"]


def test_a_name_is_kept_as_text_that_a_message_can_hold(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\n\xff \xd9\x85.csv"))
    path.write_bytes(b"")
    run = imported("customs", path)
    assert run.files.get().name == "a\ufffd\ufffd م.csv"
    assert run.reason["en"].startswith("a\ufffd\ufffd م.csv is empty")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(Invalid, match=r"pipe\.csv"):
        run_create(acting_user=None, source="customs", files=[tmp_path / "pipe.csv"])


def test_a_stored_copy_that_is_gone_is_told(tmp_path: Path, private_home: Path) -> None:
    run = run_create(acting_user=None, source="customs", files=[month(tmp_path, "2024-01")])
    (private_home / "private" / run.files.get().stored_as).unlink()
    run_execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.reason["code"]) == ("refused", "file_lost")


def test_a_pointer_moved_while_staging_loses_nobodys_slices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release is published by hand between another run's staging and its end."""
    imported("customs", month(tmp_path, "2024-01"))
    waiting = imported("customs", month(tmp_path, "2024-02"), publish=False).release
    from trade.imports import preview

    compare, moved = preview.compare, []

    def meddle(*args: Any) -> Any:
        if not moved:
            moved.append(release_publish(waiting.number, acting_user=None))
        return compare(*args)

    monkeypatch.setattr("trade.imports.preview.compare", meddle)
    run = imported("customs", month(tmp_path, "2024-03"))

    assert {row["period"] for row in facts(run.release)} == {"2024-01", "2024-02", "2024-03"}
    assert run.release.predecessor == waiting


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_keep_each_others_months(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("celery.current_app.send_task", lambda *args, **kwargs: None)
    runs = [
        run_create(acting_user=None, source="customs", files=[month(tmp_path, period)], publish=True)
        for period in ("2024-01", "2024-02", "2024-03")
    ]

    def work(run: Run) -> None:
        run_execute(run.pk)
        connection.close()

    threads = [threading.Thread(target=work, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {run.state for run in Run.objects.all()} == {"published"}
    last = published_release("ma-customs")
    assert last is not None
    assert {row["period"] for row in facts(last)} == {"2024-01", "2024-02", "2024-03"}


# --- news, people ---


def test_the_person_is_told_once_in_their_language(tmp_path: Path, amina: User) -> None:
    run = imported("customs", written(tmp_path, "", "empty.csv"), by=amina)
    event = Event.objects.get(name="trade.run_ended")
    assert event.payload == {"run_id": str(run.pk)}

    assert run_announce(str(event.pk), str(run.pk)) is True
    assert run_announce(str(event.pk), str(run.pk)) is False
    sent = Mail.objects.get()
    assert (sent.to, sent.language) == (amina.email, "ar")
    assert str(run.number) in sent.subject
    assert run.reason["ar"] in sent.body
    assert mail.outbox == []


def test_nobody_is_told_of_the_machines_own_run(tmp_path: Path) -> None:
    run = imported("customs", month(tmp_path, "2024-01"))
    event = Event.objects.filter(name="trade.run_ended").get()
    assert run_announce(str(event.pk), str(run.pk)) is False
    assert not Mail.objects.exists()


def test_only_those_who_answer_for_figures_see_runs_and_staged_releases(
    tmp_path: Path, amina: User, youssef: User
) -> None:
    from django.contrib.auth.models import AnonymousUser

    imported("customs", month(tmp_path, "2024-01"))
    imported("customs", month(tmp_path, "2024-02"), publish=False)
    assert (runs_visible_to(amina).count(), releases_visible_to(amina).count()) == (2, 2)
    for stranger in (youssef, AnonymousUser()):
        assert (runs_visible_to(stranger).count(), releases_visible_to(stranger).count()) == (0, 0)


def test_the_audit_trail_knows_who_handed_in_and_who_published(
    tmp_path: Path, amina: User, youssef: User
) -> None:
    run = imported("customs", month(tmp_path, "2024-01"), publish=False, by=amina)
    release_publish(run.release.number, acting_user=youssef, reason="checked against the bulletin")
    model = apps.get_model("trade", "ReleaseEvent")
    last = model.objects.filter(state="published").latest("pgh_created_at")
    assert last.pgh_context.metadata["user"] == str(youssef.pk)
    assert last.pgh_context.metadata["why"] == "checked against the bulletin"


def test_the_sweep_removes_what_a_worker_left_that_died_after_its_last_step(
    tmp_path: Path, private_home: Path
) -> None:
    run = imported("customs", month(tmp_path, "2024-01"))
    left = private_home / "work" / str(run.pk)
    left.mkdir()
    (left / "part.parquet").write_bytes(b"x")
    runs_sweep()
    assert not left.exists()
