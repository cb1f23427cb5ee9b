"""How long `make run` takes until `/healthz` answers 200: in a fresh checkout, and a second time."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _seconds_until_healthy(checkout: Path, limit: float) -> float:
    port = _free_port()
    # The benchmark's own database and home must not reach the portal under test.
    ours = ("QAFILA", "DATABASE", "SECRET", "DJANGO")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    begun = time.monotonic()
    portal = subprocess.Popen(
        ["make", "run"],
        cwd=checkout,
        env={**env, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while time.monotonic() - begun < limit and portal.poll() is None:
            if _healthy(port):
                return time.monotonic() - begun
            time.sleep(0.1)
        raise SystemExit(f"the portal did not answer within {limit:.0f} s")
    finally:
        os.killpg(portal.pid, signal.SIGINT)
        portal.wait(60)


def measure() -> Iterator[dict[str, Any]]:
    folder = Path(tempfile.mkdtemp(prefix="qafila-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    checkout = folder / "qafila"
    try:
        subprocess.run(["git", "clone", "-q", str(ROOT), str(checkout)], check=True)
        for bench, target in (("start_cold", 180.0), ("start_second", 10.0)):
            value = _seconds_until_healthy(checkout, target * 2)
            yield {
                "bench": bench,
                "value": round(value, 1),
                "unit": "s",
                "target": target,
                "ok": value <= target,
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
