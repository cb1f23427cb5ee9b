"""Dead processes start again; with the supervisor all of them end, however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.run.commands import CHECKOUT
from portal.run.processes import end_leftovers
from portal.run.supervisor import Backoff
from tests.run.conftest import alive, eventually, needs_proc


def test_the_delay_grows_to_half_a_minute_and_a_minute_of_health_forgives() -> None:
    backoff = Backoff()
    assert [backoff.delay(0.1) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.delay(61) == 1
    assert backoff.delay(59) == 2


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.run.standin", str(tmp_path)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert eventually(lambda: all((tmp_path / name).exists() for name in ("steady", "stubborn", "crashes")))
    assert eventually(lambda: len(_pids(tmp_path)) == 3)
    yield process
    process.kill()
    process.communicate()
    end_leftovers(tmp_path)


def _pids(folder: Path) -> dict[str, int]:
    names = ("steady", "stubborn", "grandchild")
    return {name: int(text) for name in names if (text := (folder / name).read_text().strip())}


@pytest.mark.faults
@needs_proc
def test_a_killed_process_starts_again_after_a_second(
    supervisor: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    before = _pids(tmp_path)
    os.kill(before["steady"], signal.SIGKILL)
    assert eventually(lambda: _pids(tmp_path).get("steady") not in (None, before["steady"]))
    assert eventually(lambda: not alive(before["grandchild"]))  # the dead process's own child went with it
    supervisor.terminate()
    output, _ = supervisor.communicate(timeout=20)
    assert "The steady process ended (SIGKILL); it starts again in 1 s." in output


@pytest.mark.faults
@needs_proc
def test_sigterm_leaves_no_process(supervisor: "subprocess.Popen[str]", tmp_path: Path) -> None:
    pids = _pids(tmp_path)
    supervisor.terminate()
    output, _ = supervisor.communicate(timeout=20)
    assert supervisor.returncode == 0
    assert [name for name, pid in pids.items() if alive(pid)] == []
    assert "stubborn process did not end by itself" in output
    assert "crashing | ERROR a reason" in output
    assert "(exit 3)" in output
    assert "crashing | ERROR a reason\n" in (tmp_path / "crashing.log").read_text()


@pytest.mark.faults
@needs_proc
def test_a_second_ctrl_c_waits_for_nobody(supervisor: "subprocess.Popen[str]", tmp_path: Path) -> None:
    pids = _pids(tmp_path)
    for _ in range(2):
        supervisor.send_signal(signal.SIGINT)
    supervisor.communicate(timeout=10)
    assert [name for name, pid in pids.items() if alive(pid)] == []


@pytest.mark.faults
@needs_proc
def test_a_killed_supervisor_takes_its_processes_along(
    supervisor: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    pids = _pids(tmp_path)
    supervisor.kill()
    assert eventually(lambda: not alive(pids["steady"]) and not alive(pids["stubborn"]), 5)
    # A child of a child hears nothing of it; the next start ends it.
    assert alive(pids["grandchild"])
    assert end_leftovers(tmp_path) >= 1
    assert not alive(pids["grandchild"])
    assert end_leftovers(tmp_path) == 0
