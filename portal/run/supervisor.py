"""Keeps the portal's processes alive until it is told to stop."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from portal.run.commands import end_group
from portal.run.logs import Log
from portal.run.postgres import Server
from portal.run.processes import Spec, spawn
from portal.run.terminal import warn

_LONGEST_DELAY = 30.0
_HEALTHY_SECONDS = 60.0
_READ_BYTES = 65_536


@dataclass
class Backoff:
    """The wait before a dead process is started again: 1, 2, 4 … 30 s; 1 s again after a minute of health."""

    failures: int = 0

    def delay(self, lived: float) -> float:
        if lived >= _HEALTHY_SECONDS:
            self.failures = 0
        self.failures += 1
        return min(_LONGEST_DELAY, 2.0 ** (self.failures - 1))


@dataclass
class Child:
    """One supervised process through its lives."""

    spec: Spec
    log: Log
    backoff: Backoff = field(default_factory=Backoff)
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    due_at: float = 0.0
    output: int = -1  # the descriptor that its output is read from


class Supervisor:
    """One thread: it reads the processes' output, notices their deaths and starts them again.

    A second thread would make `preexec_fn` unsafe, and a child lives as long as the thread that started it.
    """

    def __init__(
        self, specs: Sequence[Spec], env: Mapping[str, str], logs: Path, server: Server | None = None
    ) -> None:
        self.children = [Child(spec, Log(logs / f"{spec.name}.log", spec.name)) for spec in specs]
        self.later: list[Callable[[], bool]] = []  # asked every round until they say that they are done
        self._env = env
        self._server = server
        self._server_backoff = Backoff()
        self._server_due: float | None = None
        self._server_since = time.monotonic()
        self._selector = selectors.DefaultSelector()

    def start(self) -> None:
        for child in self.children:
            self._start(child)

    def wait(self, until: Callable[[], bool], limit: float | None = None) -> bool:
        """Supervises until the condition holds (true) or the limit has passed (false)."""
        deadline = None if limit is None else time.monotonic() + limit
        while not until():
            if deadline is not None and time.monotonic() >= deadline:
                return False
            self.tick()
        return True

    def tick(self, timeout: float = 0.2) -> None:
        """One round: output, deaths, starts that are due."""
        self._read(timeout)
        now = time.monotonic()
        for child in self.children:
            if child.process and child.process.poll() is not None:
                self._died(child, child.process, now)
            elif child.process is None and now >= child.due_at:
                self._start(child)
        self.later = [task for task in self.later if not task()]
        if self._server:
            self._watch(self._server, now)

    def stop(self, quick: Callable[[], bool]) -> None:
        """Ends the processes in the reverse of their order; `quick` says that the person asked twice."""
        for child in reversed(self.children):
            if child.process:
                self._stop(child, child.process, quick)
        self._selector.close()

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        try:
            child.process, child.output = spawn(child.spec, self._env)
        except OSError as error:  # the program is gone, say while .venv is made anew
            child.due_at = child.started_at + child.backoff.delay(0)
            warn(f"The {child.spec.name} process cannot start: {error}")
            return
        self._selector.register(child.output, selectors.EVENT_READ, child)

    def _died(self, child: Child, process: "subprocess.Popen[bytes]", now: float) -> None:
        end_group(process, signal.SIGKILL, 0)  # what its own children would hold: a port, a lock
        self._drain(child)
        delay = child.backoff.delay(now - child.started_at)
        child.process, child.due_at = None, now + delay
        how = _how(process.returncode)
        warn(
            f"The {child.spec.name} process ended ({how}); it starts again in {delay:.0f} s. "
            f"The end of {child.log.path}:\n{child.log.end()}"
        )

    def _stop(self, child: Child, process: "subprocess.Popen[bytes]", quick: Callable[[], bool]) -> None:
        if process.poll() is None:
            process.terminate()
        deadline = time.monotonic() + child.spec.stop_seconds
        while process.poll() is None and time.monotonic() < deadline and not quick():
            self._read(0.05)
        if process.poll() is None:
            warn(f"The {child.spec.name} process did not end by itself and is ended.")
            end_group(process, signal.SIGKILL, 0)
        else:
            end_group(process, signal.SIGTERM, 0)
        self._drain(child)
        child.process = None

    def _read(self, timeout: float) -> None:
        if not self._selector.get_map():
            time.sleep(timeout)
            return
        for key, _ in self._selector.select(timeout):
            data = _read_now(key.fd)
            if data:
                self._show(key.data, data)
            elif data is not None:
                self._selector.unregister(key.fd)

    def _drain(self, child: Child) -> None:
        if child.output in self._selector.get_map():
            self._selector.unregister(child.output)
        while data := _read_now(child.output):
            self._show(child, data)
        self._show(child, b"\n" if child.log.unfinished else b"")
        os.close(child.output)

    def _show(self, child: Child, data: bytes) -> None:
        for line in child.log.write(data):
            warn(line)

    def _watch(self, server: Server, now: float) -> None:
        """PostgreSQL again, after the same delays; its clients reconnect by themselves."""
        if self._server_due is not None:
            if now >= self._server_due:
                self._server_due, self._server_since = None, now
                server.launch()
        elif server.pid is None:
            delay = self._server_backoff.delay(now - self._server_since)
            self._server_due = now + delay
            warn(f"PostgreSQL ended; it starts again in {delay:.0f} s. See {server.log}.")


def _read_now(descriptor: int) -> bytes | None:
    """What is there to read: b"" after the end, None when there is nothing yet."""
    try:
        return os.read(descriptor, _READ_BYTES)
    except BlockingIOError:
        return None


def _how(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name
