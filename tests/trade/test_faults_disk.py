"""A disk that fills up during an import: the run says so, readers keep their release, the next run succeeds."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from portal.base.errors import Unavailable
from tests.trade.faults import Shown, extracts, published_first, shown
from tests.trade.importing import imported
from trade.models import Run

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk"),
]
SIZE = 24 << 20
BALLAST = "ballast"


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The home and the private storage on a real disk of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], check=True)
    settings.QAFILA_HOME = place
    private = {**settings.STORAGES["private"], "OPTIONS": {"location": str(place / "private")}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def filled(disk: Path, leave: int) -> None:
    """Fill the disk until only so many bytes are free."""
    there = os.statvfs(disk)
    with (disk / BALLAST).open("wb") as ballast:
        ballast.write(bytes(max(0, there.f_bavail * there.f_frsize - leave)))


def attempt(files: list[Path]) -> str:
    """Where the run met the full disk: its state and phase, or that its files could not even be kept."""
    try:
        run = imported("customs", *files)
    except Unavailable:
        return "handing in"
    if run.state == Run.State.FAILED:
        assert run.reason["code"] == "no_space", run.reason
    else:
        assert run.state == Run.State.PUBLISHED, run.reason
    return str(run.state)


def test_a_full_disk_is_told_and_changes_nothing_for_readers(
    disk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.setattr("celery.current_app.send_task", lambda *args, **kwargs: None)
    published_first(tmp_path)
    files = extracts(tmp_path, 1)
    needed = sum(path.stat().st_size for path in files)
    before = shown()
    met = []
    # From too little for the files themselves, by small steps, to what the run needs for all of its work.
    for share in (0.3, 1.02, 1.1, 1.2, 1.3, 1.5, 1.8):
        filled(disk, round(share * needed))
        met.append(attempt(files))
        (disk / BALLAST).unlink()
        now: Shown = shown()
        if met[-1] == Run.State.PUBLISHED:
            break
        assert now == before, met
        _only_whole_files(disk)
    record_property("full disks", len(met))
    assert met[0] == "handing in"
    assert "failed" in met
    run = imported("customs", *files)
    assert run.state in ("published", "unchanged"), run.reason
    after = shown()
    assert after.number > before.number
    assert after.facts == run.rows_accepted


def _only_whole_files(disk: Path) -> None:
    """Nothing begun lies about: neither copies without a name nor an attempt's folder."""
    assert not [*(disk / "private").glob("*/.incoming-*")]
    assert not (disk / "work").exists() or not [*(disk / "work").iterdir()]
