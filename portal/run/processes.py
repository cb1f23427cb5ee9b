"""Child processes that end with their supervisor, and the ones that an earlier supervisor left."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal.run.commands import CHECKOUT

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
MARK = "QAFILA_PROCESS"


@dataclass(frozen=True)
class Spec:
    """A process to keep alive, how long it may take to end, and what it gets when the supervisor dies."""

    name: str
    command: tuple[str, ...]
    stop_seconds: float = 10.0
    # SIGTERM lets a process that has children of its own take them along.
    death_signal: int = signal.SIGTERM


def die_with_parent(number: int) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel signals the child when the thread that started it dies. Linux only.

    `preexec_fn` is safe here: this program has one thread, and libc is loaded before the fork.
    """
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange


def spawn(spec: Spec, env: Mapping[str, str]) -> "tuple[subprocess.Popen[bytes], int]":
    """Starts one process as the leader of its own session; its output is read from the descriptor."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    try:
        process = subprocess.Popen(
            spec.command,
            cwd=CHECKOUT,
            env={**env, MARK: spec.name},
            stdin=subprocess.DEVNULL,
            stdout=write,
            stderr=write,
            start_new_session=True,
            preexec_fn=die_with_parent(spec.death_signal),  # noqa: PLW1509
        )
    except OSError:
        os.close(read)
        raise
    finally:
        os.close(write)
    return process, read


def end_leftovers(home: Path, limit: float = 5.0) -> int:
    """Ends what a supervisor killed by SIGKILL left running for this home; says how many processes."""
    found: set[int] = set()
    deadline = time.monotonic() + 2 * limit
    while pids := set(_leftovers(home)):
        found |= pids
        late = time.monotonic() > deadline - limit
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return len(found)


def _leftovers(home: Path) -> Iterator[int]:
    """Told by the environment they were started with, which this process does not carry."""
    wanted = f"QAFILA_HOME={home}".encode()
    mark = f"{MARK}=".encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        pid = int(entry.parent.name)
        if pid == os.getpid():
            continue
        try:
            variables = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in variables and any(variable.startswith(mark) for variable in variables):
            yield pid
