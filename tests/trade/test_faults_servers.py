"""The database and the broker restarted during an import: the run is taken up, readers keep their release."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from portal.run.commands import StopFlag
from portal.run.home import open_home
from portal.run.place import find_place
from portal.run.postgres import Server
from portal.run.postgres import database_url as url_of_home
from portal.run.venv import Venv
from tests.run.conftest import open_folder as _open_folder
from tests.trade.faults import Moment, extracts, handed_in, published_first, shown, wait_for
from tests.trade.processes import broker_made, database_url, environment, kill, worker
from trade.models import Run

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
open_folder = _open_folder
WHOLE = "QAFILA_FAULTS_KILLS" in os.environ
Record = Callable[[str, object], None]
# How the database goes away: asked to, as for an upgrade, or killed with all that it had in hand.
WAYS = {"restarted": signal.SIGINT, "killed": signal.SIGKILL}
PHASES = ("reading", "summing", "comparing")


@pytest.fixture
def server() -> Server:
    """The server of this test run, which the command that runs the tests has started for it."""
    home = open_home(Path(os.environ["QAFILA_HOME"]))
    if url_of_home(home.path) != os.environ["DATABASE_URL"]:
        pytest.skip("DATABASE_URL names a server of somebody else's: it is not restarted")
    return Server(home, find_place(home, Venv().postgres), durable=False)


@pytest.fixture
def env(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr("celery.current_app.send_task", lambda *args, **kwargs: None)
    broker_made(database_url())
    return environment(private_home)


def restarted(server: Server, how: signal.Signals) -> None:
    """Take the server away and start it again; this process's connections are new ones then."""
    pid = server.pid
    assert pid is not None
    if how == signal.SIGKILL:
        os.kill(pid, how)
        while server.pid is not None:
            time.sleep(0.01)
    server.stop()
    connection.close()
    server.start(StopFlag())
    connection.close_pool()
    # It is not this process's to end: the groups of tests after this one work on it.
    started, server._process = server._process, None
    assert started is not None
    started.returncode = 0


def ended(run: Run, seconds: float) -> Run:
    end = time.monotonic() + seconds
    while True:
        try:
            run.refresh_from_db()
            if run.state in Run.ENDED:
                return run
        except OperationalError:
            connection.close()
        assert time.monotonic() < end, (run.state, run.phase, run.attempts)
        time.sleep(0.1)


@pytest.mark.parametrize("way", WAYS)
def test_the_database_and_with_it_the_queue_restarts_under_a_run(
    way: str, server: Server, env: dict[str, str], private_home: Path, tmp_path: Path, record_property: Record
) -> None:
    published_first(tmp_path)
    before = shown()
    phases = PHASES if WHOLE else PHASES[:1] if way == "restarted" else PHASES[1:2]
    with worker(env, private_home, "worker") as process:
        for seed, phase in enumerate(phases):
            run = handed_in(extracts(tmp_path, seed))
            wait_for(run, Moment(phase, 0.1))
            restarted(server, WAYS[way])
            assert shown() == before
            assert ended(run, 90).state == "published", run.reason
            before = shown()
            assert before.number == run.release.number
            assert before.facts == run.rows_accepted == run.rows_read
        assert process.poll() is None, "the worker outlives its database"
        # What comes next finds the queue as it was.
        assert ended(handed_in(extracts(tmp_path, 9)), 60).state == "published"
    record_property("database restarts", len(phases))


@pytest.fixture
def broker(open_folder: Path) -> Iterator[Server]:
    """A second server, for the queue alone."""
    home = open_home(open_folder / "broker")
    made = Server(home, find_place(home, Venv().postgres), durable=False)
    made.start(StopFlag())
    broker_made(made.url)
    yield made
    made.stop()


def test_a_broker_on_another_server_goes_away_and_comes_back(
    broker: Server, env: dict[str, str], private_home: Path, tmp_path: Path
) -> None:
    more = {"DJANGO_SETTINGS_MODULE": "tests.trade.settings_broker", "BROKER": broker.url}
    published_first(tmp_path)
    before = shown()
    with worker({**env, **more}, private_home, "worker") as process:
        run = handed_in(extracts(tmp_path, 1), broker=broker.url)
        wait_for(run, Moment("reading", 0.1))
        broker.stop()
        # The run needs its database only.
        assert shown().number == before.number
        assert ended(run, 60).state == "published", run.reason
        # Handed in while nothing can be queued: the sweep finds it once the broker is back.
        lost = handed_in(extracts(tmp_path, 2), send=False)
        broker.start(StopFlag())
        assert ended(lost, 90).state == "published", lost.reason
        queued = handed_in(extracts(tmp_path, 3), broker=broker.url)
        assert ended(queued, 60).state == "published", queued.reason
        assert shown().number == queued.release.number
        kill(process)
