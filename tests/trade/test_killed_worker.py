"""A real worker, killed in the middle of a run: the run is taken up again, and readers see whole releases only."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from pgmq.install import get_embedded_install_sql

from reference.services.places import countries_load, territory_load
from reference.services.products import editions_load, products_load
from tests.trade.importing import customs_file, customs_row, imported
from trade import services
from trade.cube import Query, answer
from trade.demo.generator import customs_files
from trade.models import Release, Run

ROOT = Path(__file__).resolve().parents[2]
ROWS = 500_000

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def environment(private_home: Path) -> dict[str, str]:
    """What a worker needs to work on the test's database and files."""
    params = connection.settings_dict
    password = f":{quote(params['PASSWORD'])}" if params["PASSWORD"] else ""
    port = f"&port={params['PORT']}" if params["PORT"] else ""
    host = quote(params["HOST"] or "localhost", safe="")
    url = f"postgresql://{params['USER']}{password}@/{params['NAME']}?host={host}{port}"
    with psycopg.connect(url, autocommit=True) as session:
        if session.execute("SELECT to_regclass('pgmq.meta')").fetchone() == (None,):
            session.execute(get_embedded_install_sql())  # type: ignore[arg-type]
    return {
        **os.environ,
        "DATABASE_URL": url,
        "QAFILA_HOME": str(private_home),
        "STORAGE_URL": f"file://{private_home / 'private'}",
        "SECRET_KEY": settings.SECRET_KEY,
        "CELERY_BROKER_URL": "",
    }


@contextmanager
def worker(environment: dict[str, str], home: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with its scheduler, in a process group of its own."""
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool", "threads", "--concurrency", "2",
               "-B", "-s", str(home / f"schedule-{name}"), "-n", name]  # fmt: skip
    with (home / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def until(happened: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


class Reader(threading.Thread):
    """Asks the same question over and over and keeps every different answer, with the release it came from."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped, self.seen, self.broken = threading.Event(), {}, []  # type: ignore[var-annotated]

    def run(self) -> None:
        query = Query.parse({"dataset": "ma-customs", "measures": "value", "by": "flow,period"})
        while not self.stopped.wait(0.05):
            try:
                result = answer(query)
                self.seen.setdefault(result.release.number, set()).add(tuple(sorted(result.rows)))
            except Exception as error:
                self.broken.append(error)
        connection.close()


def test_a_killed_worker_s_run_ends_whole_and_readers_never_see_half(
    environment: dict[str, str], private_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This process's own settings name another broker; the worker's schedule sends what is waiting.
    monkeypatch.setattr("celery.current_app.send_task", lambda *args, **kwargs: None)
    territory_load()
    countries_load()
    editions_load()
    products_load("HS2022")
    services.datasets_load()
    before = imported("customs", customs_file(tmp_path, [customs_row(office="DEMO1")])).release
    files = customs_files(24, ROWS, 1, tmp_path / "demo")
    reader = Reader()
    reader.start()
    try:
        with worker(environment, private_home, "first") as first:
            command = [sys.executable, "manage.py", "import_trade", "customs", *map(str, files), "--publish"]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
            run = Run.objects.latest("number")
            until(lambda: Run.objects.filter(pk=run.pk, state="running", done__gt=2).exists(), 60)
            kill(first)
        run.refresh_from_db()
        assert run.state == "running"
        assert before == Release.objects.get(state="published")
        with worker(environment, private_home, "second"):
            started = time.monotonic()
            until(lambda: Run.objects.get(pk=run.pk).state in Run.ENDED, 60)
            assert time.monotonic() - started < 60
            until(lambda: not any((private_home / "work").iterdir()), 20)
    finally:
        reader.stopped.set()
        reader.join()
    run.refresh_from_db()
    assert (run.state, run.attempts, run.rows_accepted) == ("published", 2, ROWS)
    assert reader.broken == []
    assert set(reader.seen) <= {before.number, run.release.number}
    assert all(len(answers) == 1 for answers in reader.seen.values())
    assert before.number in reader.seen
