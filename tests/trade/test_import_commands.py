"""The commands of the trade room: what they print and how they end."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from portal.base import health
from portal.base.errors import Unavailable
from tests.trade import factories
from tests.trade.importing import customs_file, customs_row, good_rows, published_release, written
from trade import services
from trade.management import waiting
from trade.models import Dataset, Release, Run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does its work where the message is sent."""
    factories.vocabulary()

    def send(name: str, args: Any = (), kwargs: Any = None) -> None:
        if name == "trade.tasks.run_execute":
            services.run_execute(args[0])

    monkeypatch.setattr("celery.current_app.send_task", send)


def test_import_publishes_and_ends_with_one_line_of_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*good_rows(40), customs_row(mode="8")]
    call_command("import_trade", "customs", str(customs_file(tmp_path, rows)), "--publish", "--wait")

    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert line.pop("seconds") > 0
    assert line == {
        "run": 1, "release": 1, "read": 41, "accepted": 40, "repaired": 0, "rejected": 1, "unchanged": False,
    }  # fmt: skip
    assert published_release("ma-customs").number == 1  # type: ignore[union-attr]


def test_the_same_again_says_unchanged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(customs_file(tmp_path, good_rows(4)))
    call_command("import_trade", "customs", path, "--publish", "--wait")
    call_command("import_trade", "customs", path, "--publish", "--wait")

    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["run"], line["release"], line["read"], line["unchanged"]) == (2, 1, 4, True)


def test_a_refused_file_ends_with_2_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError) as caught:
        call_command(
            "import_trade", "customs", str(written(tmp_path, b"\x1f\x8b" + b"x" * 9, "x.gz")), "--wait"
        )
    assert caught.value.returncode == 2
    assert "gzip" in str(caught.value)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["release"] is None


@pytest.mark.parametrize(
    "arguments", [["customs", "/nowhere.csv"], ["customs", __file__, "--dataset", "nowhere"]]
)
def test_what_cannot_be_handed_in_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("import_trade", *arguments)
    assert caught.value.returncode == 2


def test_consent_leaves_the_release_staged_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services.datasets_load()
    Dataset.objects.filter(code="ma-customs").update(needs_consent=True)
    call_command("import_trade", "customs", str(customs_file(tmp_path, good_rows(4))), "--publish", "--wait")

    output = capsys.readouterr()
    assert json.loads(output.out.splitlines()[-1])["release"] == 1
    assert "ma-customs" in output.err
    assert Release.objects.get().state == "staged"


def test_without_a_worker_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr("celery.current_app.send_task", lambda *args, **kwargs: None)
    monkeypatch.setattr("trade.management.waiting.PATIENCE", 0)
    health.beat("worker")
    settings.HEARTBEAT_STALE_SECONDS = 0.5
    with pytest.raises(CommandError, match="make run") as caught:
        call_command("import_trade", "customs", str(customs_file(tmp_path, good_rows(4))), "--wait")
    assert caught.value.returncode == 2
    assert Run.objects.get().state == "queued"


@pytest.fixture
def waiting_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[type[BaseException]], Run]:
    """A run that a command waits for when something happens to the command."""

    def wait_through(happens: type[BaseException]) -> Run:
        run = services.run_create(
            acting_user=None, source="customs", files=[customs_file(tmp_path, good_rows(4))], publish=True
        )
        refresh, times = Run.refresh_from_db, []

        def once(self: Run) -> None:
            times.append(1)
            if len(times) == 1:
                raise happens
            refresh(self)

        monkeypatch.setattr(Run, "refresh_from_db", once)
        return waiting.wait(run, io.StringIO())

    return wait_through


def test_a_server_that_starts_again_is_waited_for(
    waiting_for: Callable[[type[BaseException]], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waiting_for(OperationalError).state == "published"
    monkeypatch.setattr("trade.management.waiting.PATIENCE", -1)
    with pytest.raises(Unavailable, match="database does not answer"):
        waiting_for(OperationalError)


def test_a_person_may_stop_waiting(waiting_for: Callable[[type[BaseException]], Run]) -> None:
    with pytest.raises(Unavailable, match="goes on without you"):
        waiting_for(KeyboardInterrupt)


def test_releases_are_listed_published_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_trade", "customs", str(customs_file(tmp_path, good_rows(4))), "--publish", "--wait")
    call_command("import_trade", "customs", str(customs_file(tmp_path, good_rows(5))), "--wait")
    call_command("release_publish", "2")
    call_command("release_withdraw", "2")
    capsys.readouterr()
    call_command("releases")

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["2", "ma-customs", "withdrawn"],
        ["1", "ma-customs", "published"],
    ]
    for command in ("release_withdraw", "release_publish"):
        with pytest.raises(CommandError) as caught:
            call_command(command, "77")
        assert caught.value.returncode == 2


def test_demonstration_data_is_made_once_and_its_files_go(
    settings: Settings, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def generate(months: int, rows: int, seed: int, out: Path) -> list[Path]:
        made.append((months, rows, seed))
        out.mkdir(parents=True)
        return [customs_file(out, [customs_row(office="DEMO1")])]

    monkeypatch.setattr("trade.management.commands.demo_start.customs_files", generate)
    settings.TRADE_DEMO_ROWS = 777
    call_command("demo_start")
    call_command("demo_start")

    assert made == [(24, 777, 2025)]
    assert published_release("ma-customs").demonstration is True  # type: ignore[union-attr]
    assert not (private_home / "demo").exists()
