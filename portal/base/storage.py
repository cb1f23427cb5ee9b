"""Files without a URL: uploads, rejects, parts. Named by the SHA-256 of what they hold, so never overwritten.

Any Django storage serves as the alias `private`; with the default folder, a file appears under its name only when
it is whole and on disk (written beside, fsynced, renamed).
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

BLOCK = 1 << 20


class PrivateFiles(FileSystemStorage):
    """A folder that no address leads to."""

    def url(self, name: str | None) -> str:
        raise ValueError("This file is not accessible via a URL.")


def private() -> Storage:
    return storages["private"]


def sha256(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := source.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def put(path: Path, *, folder: str, suffix: str = "") -> tuple[str, str]:
    """Copy a local file in; its storage name and its checksum. Putting the same content twice stores it once."""
    with path.open("rb") as source:
        checksum = sha256(source)
    name = f"{folder}/{checksum[:2]}/{checksum}{suffix}"
    storage = private()
    if storage.exists(name):
        return name, checksum
    if isinstance(storage, FileSystemStorage):
        _copy_whole(path, Path(storage.path(name)))
    else:
        with path.open("rb") as source:
            storage.save(name, File(source))
    return name, checksum


def _copy_whole(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
    try:
        with source.open("rb") as reader, os.fdopen(handle, "wb") as writer:
            while block := reader.read(BLOCK):
                writer.write(block)
            writer.flush()
            os.fsync(writer.fileno())
        Path(beside).chmod(0o600)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
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


def delete(name: str) -> None:
    private().delete(name)
