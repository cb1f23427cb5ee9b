"""Processes of a test's own on its database and its files: workers that are killed, readers that may die."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connection
from pgmq.install import get_embedded_install_sql

ROOT = Path(__file__).resolve().parents[2]


def database_url() -> str:
    """The test's database, as another process names it."""
    params = connection.settings_dict
    password = f":{quote(params['PASSWORD'])}" if params["PASSWORD"] else ""
    port = f"&port={params['PORT']}" if params["PORT"] else ""
    host = quote(params["HOST"] or "localhost", safe="")
    return f"postgresql://{params['USER']}{password}@/{params['NAME']}?host={host}{port}"


def environment(home: Path, **more: str) -> dict[str, str]:
    """What another process needs to work on the test's database and files."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "QAFILA_HOME": str(home),
        "STORAGE_URL": f"file://{home / 'private'}",
        "SECRET_KEY": settings.SECRET_KEY,
        "CELERY_BROKER_URL": "",
        **more,
    }


def broker_made(url: str) -> None:
    """The broker's own tables in a database that has none."""
    with psycopg.connect(url, autocommit=True) as session:
        if session.execute("SELECT to_regclass('pgmq.meta')").fetchone() == (None,):
            session.execute(get_embedded_install_sql())  # type: ignore[arg-type]


@contextmanager
def worker(env: dict[str, str], home: Path, name: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker with its scheduler, in a process group of its own; killed at the end."""
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool", "threads", "--concurrency", "2",
               "-B", "-s", str(home / f"schedule-{name}"), "-n", name]  # fmt: skip
    with (home / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield process
        finally:
            kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL to the process and all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def until(happened: Callable[[], bool], seconds: float, *, every: float = 0.05) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(every)
