"""Files without a URL: uploads, rejects, parts. Named by the SHA-256 of what they hold, so never overwritten.

Any Django storage serves as the alias `private`; with the default folder, a file appears under its name only when
it is whole and on disk (written beside, fsynced, renamed).
"""

import datetime as dt
import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

BLOCK = 1 << 20
# A copy that has no name yet, and after how many seconds nobody can be writing to it any more.
INCOMING = ".incoming-"
LOST_AFTER = 6 * 3600


class PrivateFiles(FileSystemStorage):
    """A folder that no address leads to."""

    def url(self, name: str | None) -> str:
        raise ValueError("This file is not accessible via a URL.")


def private() -> Storage:
    return storages["private"]


def put(path: Path, *, folder: str, suffix: str = "") -> tuple[str, str]:
    """Copy a local file in; its storage name and its checksum. Putting the same content twice stores it once.

    The checksum is that of the copy: a file that somebody writes to meanwhile cannot lie under another's name.
    """
    storage = private()
    inside = Path(storage.path(folder)) if isinstance(storage, FileSystemStorage) else None
    if inside is not None:
        inside.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=inside, prefix=INCOMING)
    copy = Path(beside)
    try:
        with os.fdopen(handle, "wb") as writer, path.open("rb") as reader:
            checksum = _copy(reader, writer)
        name = f"{folder}/{checksum[:2]}/{checksum}{suffix}"
        if inside is not None:
            _appear(copy, Path(storage.path(name)))
        elif not storage.exists(name):
            with copy.open("rb") as source:
                storage.save(name, File(source))
    finally:
        copy.unlink(missing_ok=True)
    return name, checksum


def _copy(reader: BinaryIO, writer: BinaryIO) -> str:
    """Copy to disk; the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    while block := reader.read(BLOCK):
        digest.update(block)
        writer.write(block)
    writer.flush()
    os.fsync(writer.fileno())
    return digest.hexdigest()


def _appear(copy: Path, target: Path) -> None:
    """Give a whole copy its name, and make sure that the name is on disk too."""
    if target.exists():
        # Handed in once more: whoever tidies up sees that it is wanted.
        os.utime(target)
        return
    target.parent.mkdir(exist_ok=True)
    copy.chmod(0o600)
    copy.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def local_path(name: str) -> Path:
    """Where a stored file can be read on this machine; an object store's file is fetched once and kept."""
    storage = private()
    if isinstance(storage, FileSystemStorage):
        return Path(storage.path(name))
    cached = Path(settings.QAFILA_HOME) / "cache" / name
    if not cached.exists():
        cached.parent.mkdir(parents=True, exist_ok=True)
        with (
            storage.open(name) as source,
            tempfile.NamedTemporaryFile(dir=cached.parent, delete=False) as copy,
        ):
            while block := source.read(BLOCK):
                copy.write(block)
        Path(copy.name).replace(cached)
    return cached


def size(name: str) -> int:
    """Bytes of a stored file."""
    return private().size(name)


def names(folder: str) -> Iterator[str]:
    """The stored files of a folder; a copy that has no name yet is none."""
    storage = private()
    try:
        shelves, _files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for shelf in sorted(shelves):
        for name in sorted(storage.listdir(f"{folder}/{shelf}")[1]):
            if not name.startswith(INCOMING):
                yield f"{folder}/{shelf}/{name}"


def modified(name: str) -> dt.datetime:
    """When a stored file was written, or last handed in once more."""
    return private().get_modified_time(name)


def delete(name: str) -> None:
    private().delete(name)


def no_space(error: BaseException) -> bool:
    """Whether a disk is full; Polars and DuckDB say so in words only."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return os.strerror(errno.ENOSPC) in str(error)


def tidy() -> None:
    """Remove copies that were never finished: whoever made them was killed."""
    storage = private()
    if isinstance(storage, FileSystemStorage):
        for path in Path(storage.path("")).glob(f"*/{INCOMING}*"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > LOST_AFTER:
                    path.unlink()
