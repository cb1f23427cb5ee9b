"""A real worker over the default broker: how soon a task starts, and how soon a killed worker's run has ended."""

import io
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROWS = 500_000
MAILS = 20


@contextmanager
def _worker(home: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "portal",
        "worker",
        "--pool",
        "threads",
        "--concurrency",
        "2",
    ]
    process = subprocess.Popen(
        [*command, "-B", "-s", str(home / name), "-n", name],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def _until(happened: Callable[[], bool], seconds: float) -> float:
    begun = time.monotonic()
    while not happened():
        if time.monotonic() - begun > seconds:
            raise SystemExit(f"it did not happen within {seconds:.0f} s")
        time.sleep(0.005)
    return time.monotonic() - begun


def _prepared() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django
    from django.core.management import call_command

    django.setup()
    for command in ("migrate", "load_reference", "load_datasets"):
        call_command(command, stdout=io.StringIO())


def measure() -> Iterator[dict[str, Any]]:
    _prepared()
    with tempfile.TemporaryDirectory(prefix="qafila-bench-") as folder:
        home = Path(folder)
        seconds = _recovery(home)
        yield {
            "bench": "recovery",
            "value": round(seconds, 1),
            "unit": "s",
            "target": 60.0,
            "ok": seconds <= 60,
        }
        with _worker(home, "third"):
            _mail_seconds()
            found = statistics.median(_mail_seconds() for _ in range(MAILS)) * 1000
        # From the commit to the end of a small task; the rest of it is the task itself.
        yield {"bench": "task_end", "value": round(found), "unit": "ms", "target": 250, "ok": found <= 250}


def _recovery(home: Path) -> float:
    """Seconds from a second worker's start until the run whose worker was killed has ended."""
    from trade.demo.generator import customs_files
    from trade.models import Run

    files = customs_files(24, ROWS, 1, home / "demo")
    with _worker(home, "first") as first:
        command = [sys.executable, "manage.py", "import_trade", "customs", *map(str, files), "--publish"]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        _until(lambda: Run.objects.filter(state="running", done__gt=2).exists(), 120)
        os.killpg(first.pid, signal.SIGKILL)
    with _worker(home, "second"):
        return _until(lambda: Run.objects.latest("number").state in Run.ENDED, 120)


def _mail_seconds() -> float:
    from portal.base.mail import mail_queue
    from portal.base.models import Mail

    row = mail_queue("bench", to="nobody@qafila.example", language="fr", subject="bench", body="bench")
    return _until(lambda: Mail.objects.get(pk=row.pk).state != Mail.State.WAITING, 60)
