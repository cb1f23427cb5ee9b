"""Files are named by what they hold, appear only when whole, and are stored once."""

import hashlib
from pathlib import Path

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


def test_private_files_have_no_address() -> None:
    with pytest.raises(ValueError, match="not accessible via a URL"):
        storage.private().url("uploads/x")
