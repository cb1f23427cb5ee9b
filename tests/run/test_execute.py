"""Commands on a database that is thrown away."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.run.commands import CHECKOUT
from portal.run.execute import THROWAWAY_FOLDER, sweep
from portal.run.postgres import database_url
from portal.run.servers import postmaster
from portal.run.venv import Venv
from tests.run.conftest import alive, eventually, needs_proc

pytestmark = pytest.mark.faults


@pytest.fixture(autouse=True)
def installed() -> None:
    """These tests start commands that would install what is missing."""
    if Venv().outdated(dev=False):
        pytest.skip(".venv was not made by `make`")


@pytest.fixture
def started(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A command that says its home and waits."""
    said = tmp_path / "said"
    code = f"import os, time, pathlib; p = pathlib.Path({str(said)!r}); q = p.with_suffix('.new'); "
    code += "q.write_text(os.environ['QAFILA_HOME']); q.rename(p); time.sleep(60)"
    process = _exec("python", "-c", code)
    assert eventually(said.exists, 30)
    yield process
    process.kill()
    process.communicate()
    sweep(THROWAWAY_FOLDER)


def _exec(*command: str) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-m", "portal.run", "exec", "--database", "throwaway", "--", *command],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_the_commands_exit_code_is_passed_on_and_nothing_stays() -> None:
    process = _exec("python", "-c", "import os, sys; print(os.environ['QAFILA_HOME']); sys.exit(7)")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 7, output
    assert not Path(output.strip()).exists()


def test_a_command_that_is_not_there_is_told() -> None:
    process = _exec("no-such-program")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "There is no program no-such-program" in output


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_and_removes_the_database(
    started: "subprocess.Popen[str]", tmp_path: Path, number: int
) -> None:
    home = Path((tmp_path / "said").read_text())
    assert database_url(home) is not None
    os.killpg(started.pid, number)  # as the terminal does
    started.communicate(timeout=30)
    assert started.returncode != 0
    assert not home.exists()


@needs_proc
def test_what_a_killed_command_left_is_removed_by_the_next(
    started: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    home = Path((tmp_path / "said").read_text())
    pid = postmaster(home / "postgres" / "data")
    assert pid is not None
    started.kill()
    started.wait()
    assert eventually(lambda: not alive(pid))  # such a server does not outlive its command
    sweep(THROWAWAY_FOLDER)
    assert not home.exists()
