"""Folders and waiting for the tests of the supervisor."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.run.errors import RunError
from portal.run.venv import Venv


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter; pytest's own lie below one that only root may."""
    folder = Path(tempfile.mkdtemp(prefix="qafila-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of PostgreSQL's programs."""
    try:
        return Venv().postgres
    except RunError:
        pytest.skip("no PostgreSQL in .venv")


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be collected by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(condition: Callable[[], object], seconds: float = 10.0) -> bool:
    """Whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes its account")
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux has /proc")
