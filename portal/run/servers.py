"""Finds the processes of a PostgreSQL server by its data folder."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_STATUS_LINE = 7  # in postmaster.pid, which the server writes: starting, ready, stopping
_END_SECONDS = 5.0


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def postmaster(data: Path) -> int | None:
    """The running postmaster of `data`; a stale file is not believed, even if its number is in use again."""
    lines = _pid_file(data)
    if not lines or not lines[0].isdigit():
        return None
    pid = int(lines[0])
    return pid if _is_server(pid, data) else None


def ready(data: Path, pid: int) -> bool:
    """Whether the server with this number takes connections; read from its own file, as pg_ctl does."""
    lines = _pid_file(data)
    return len(lines) > _STATUS_LINE and lines[0] == str(pid) and lines[_STATUS_LINE].strip() == "ready"


def end_orphans(data: Path) -> None:
    """Ends the processes that a killed postmaster left: they hold its shared memory while a query runs."""
    deadline = time.monotonic() + _END_SECONDS
    number = signal.SIGQUIT
    while pids := list(_processes(data)):
        if time.monotonic() > deadline:
            number = signal.SIGKILL
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        time.sleep(0.05)


def _is_server(pid: int, data: Path) -> bool:
    if _PROC.joinpath("self").exists():
        return _works_in(pid, data)
    shown = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return "postgres" in shown.stdout and str(data) in shown.stdout


def _works_in(pid: int, data: Path) -> bool:
    """Every process of a server works in the data folder; a person's shell may too, so the program counts."""
    try:
        folder, program = ((_PROC / str(pid) / name).readlink() for name in ("cwd", "exe"))
    except OSError:  # gone, a zombie, or another account's
        return False
    return folder == data.resolve() and program.name.startswith("postgres")


def _processes(data: Path) -> Iterator[int]:
    if _PROC.joinpath("self").exists():
        for entry in _PROC.iterdir():
            if entry.name.isdigit() and _works_in(int(entry.name), data):
                yield int(entry.name)
