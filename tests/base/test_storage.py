"""Files are named by what they hold, appear only when whole, and are stored once."""

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from portal.base import storage


def test_a_file_is_named_by_its_checksum_and_stored_once(tmp_path: Path) -> None:
    source = tmp_path / "month.csv"
    source.write_bytes(b"period,flow\n")
    name, checksum = storage.put(source, folder="uploads", suffix=".csv")
    assert checksum == hashlib.sha256(b"period,flow\n").hexdigest()
    assert name == f"uploads/{checksum[:2]}/{checksum}.csv"
    assert storage.local_path(name).read_bytes() == b"period,flow\n"
    assert storage.local_path(name).stat().st_mode & 0o077 == 0
    assert storage.put(source, folder="uploads", suffix=".csv") == (name, checksum)
    assert len(list(storage.local_path(name).parent.iterdir())) == 1


def test_a_copy_that_fails_leaves_nothing(
    tmp_path: Path, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "month.csv"
    source.write_bytes(b"x" * 10)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        storage.put(source, folder="uploads")
    assert [path for path in (private_home / "private").rglob("*") if path.is_file()] == []


def test_the_checksum_is_the_copys_even_while_somebody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "month.csv"
    source.write_bytes(b"a" * 2_000)
    monkeypatch.setattr(storage, "BLOCK", 1_000)
    read, copied = storage.hashlib.sha256, []

    def written_to(*data: bytes) -> Any:
        if not copied:
            copied.append(source.write_bytes(b"a" * 1_000 + b"b" * 500))
        return read(*data)

    monkeypatch.setattr(storage.hashlib, "sha256", written_to)
    name, checksum = storage.put(source, folder="uploads")
    assert read(storage.local_path(name).read_bytes()).hexdigest() == checksum


def test_copies_that_nobody_finished_are_removed_once_they_are_old(private_home: Path) -> None:
    folder = private_home / "private" / "uploads"
    folder.mkdir(parents=True)
    young, old = (folder / f"{storage.INCOMING}{name}" for name in ("young", "old"))
    for path in (young, old):
        path.touch()
    os.utime(old, (0, 0))
    storage.tidy()
    assert list(folder.iterdir()) == [young]


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "?"), True),
        (OSError(errno.EIO, "?"), False),
        (RuntimeError("No space left on device (os error 28): .../part.parquet"), True),
        (RuntimeError("broken"), False),
    ],
)
def test_a_full_disk_is_told_from_other_errors(error: Exception, full: bool) -> None:
    assert storage.no_space(error) is full


def test_private_files_have_no_address() -> None:
    with pytest.raises(ValueError, match="not accessible via a URL"):
        storage.private().url("uploads/x")
