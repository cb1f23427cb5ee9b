"""Runs one command to its end, giving way to Ctrl-C and SIGTERM."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from portal.run.errors import RunError, Stopped

CHECKOUT = Path(__file__).resolve().parents[2]
_POLL_SECONDS = 0.1
_TAIL_LINES = 25


@dataclass
class StopFlag:
    """Counts the requests to stop.

    The handler only counts: an exception in the middle of starting a process would leave that one unrecorded.
    """

    count: int = 0
    signals: list[int] = field(default_factory=list)

    def install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means to outlive the terminal
            signal.signal(signal.SIGHUP, self._handle)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.count += 1
        self.signals.append(number)

    def check(self) -> None:
        if self.count:
            raise Stopped


def end_group(process: "subprocess.Popen[bytes]", number: int, limit: float) -> None:
    """Asks a process that leads a group to end, then ends whatever is left of the whole group."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(limit)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    stop: StopFlag,
    log: Path | None = None,
    doing: str = "",
) -> None:
    """Runs `command` in the checkout; raises RunError with the end of its output when it fails.

    Its output goes to the terminal, or to `log` (appended) where one is given.
    """
    stop.check()
    output = log.open("ab") if log else None
    try:
        begun = output.tell() if output else 0
        code = _wait(command, env, stop, output)
    finally:
        if output:
            output.close()
    if code:
        what = doing or " ".join(str(part) for part in command)
        raise RunError(f"{what} failed (exit {code}).{_tail(log, begun)}")


def _wait(
    command: Sequence[str | Path], env: Mapping[str, str], stop: StopFlag, output: IO[bytes] | None
) -> int:
    # A group of its own: Ctrl-C reaches this process alone, which then ends the whole group in good order.
    process = subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        process_group=0,
    )
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(_POLL_SECONDS)
            stop.check()
    finally:
        end_group(process, signal.SIGTERM, 5)


def _tail(log: Path | None, begun: int) -> str:
    if log is None:
        return ""
    with log.open("rb") as file:
        file.seek(begun)
        lines = file.read().decode(errors="replace").splitlines()
    shown = "\n".join(f"    {line}" for line in lines[-_TAIL_LINES:])
    return f" The end of {log}:\n{shown}"
