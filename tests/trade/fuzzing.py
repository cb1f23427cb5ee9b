"""Fuzzing: how many cases, and a reader in a process of its own, whose death is seen and does not end the test."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase
from hypothesis import settings as bounded

from tests.trade import fuzz_reader
from trade.sources.reasons import FILE_REASONS, ROW_REASONS

# `make fuzz` asks for so many in all; without it a fixed part of them runs, the same ones every time.
ASKED = int(os.environ.get("QAFILA_FUZZ_CASES", "0"))
FIXED = 300
# A case is a few kilobytes: a reader that thinks longer hangs.
PATIENCE = 30


def cases(share: float) -> bounded:
    """The settings of a test that has this share of all cases."""
    return bounded(
        max_examples=max(1, round((ASKED or FIXED) * share)),
        derandomize=not ASKED,
        database=None,
        deadline=None,
        print_blob=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@dataclass
class Count:
    """Counts the cases of a test, and how they ended; `make fuzz` and `make test` print the sum."""

    record: Callable[[str, object], None]
    by_end: dict[str, int] = field(default_factory=dict)

    def add(self, end: str) -> None:
        self.by_end[end] = self.by_end.get(end, 0) + 1

    @property
    def all(self) -> int:
        return sum(self.by_end.values())

    def close(self) -> None:
        self.record("cases", self.all)
        self.record("of them read", self.by_end.get("read", 0))


@dataclass(frozen=True)
class Read:
    """What became of a file. Rows: `read`, `accepted`, `kept` in the laid files, `folded` from EH, `told` as rejected.

    `rejects`: line and code of each fault; `sums`: thousandths of value, weight and quantity by "period flow".
    """

    refused: str
    read: int
    accepted: int
    kept: int
    folded: int
    told: int
    rejects: list[tuple[int, str]]
    sums: dict[str, list[int]]

    @property
    def rejected_lines(self) -> set[int]:
        return {line for line, _code in self.rejects}

    def check(self) -> None:
        """Nothing got lost without a word: every row is kept, or told with its line and a reason that we know."""
        assert self.read == self.accepted + self.told
        assert all(line > 0 and code in ROW_REASONS for line, code in self.rejects)
        if self.refused:
            assert self.refused in FILE_REASONS, self.refused
        else:
            # A row of EH may be summed with the row of the same key.
            assert self.accepted - self.folded <= self.kept <= self.accepted


class Reader:
    """The child that reads, on the test's database."""

    def __init__(self, environment: dict[str, str], work: Path) -> None:
        self.environment, self.work = environment, work
        self.process: subprocess.Popen[str] | None = None

    def read(self, path: Path, source: str, *, name: str = "", options: dict[str, str] | None = None) -> Read:
        """Ask the child. Fails where it dies, hangs, or where anything but a refusal comes out of the reading."""
        if self.process is None:
            self.process = self._start()
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        asked = {"source": source, "path": str(path), "name": name or path.name, "options": options or {}}
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
        ready, _w, _x = select.select([process.stdout], [], [], PATIENCE)
        line = process.stdout.readline() if ready else ""
        if not line:
            code = self.stop()
            raise AssertionError(f"the reader {'died' if ready else 'hung'} ({code}) over {asked}")
        answer: dict[str, Any] = json.loads(line)
        assert "error" not in answer, answer["error"]
        return Read(**{**answer, "rejects": [(line, code) for line, code in answer["rejects"]]})

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", fuzz_reader.__name__, str(self.work)], text=True, env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def stop(self) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        if process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]
        return code


@contextmanager
def reader(environment: dict[str, str], work: Path) -> Iterator[Reader]:
    made = Reader(environment, work)
    try:
        yield made
    finally:
        made.stop()
