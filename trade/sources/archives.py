"""Packed files, unpacked in blocks: what swells beyond measure, lies within itself or is cut off is refused."""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from trade.sources.base import SourceFile
from trade.sources.reasons import Refusal

BLOCK = 1 << 20
# No statistics are larger, and none packs better: real extracts to a tenth, columns of equal cells to a hundredth.
LARGEST = 16 << 30
RATIO = 250
# Up to here the ratio proves nothing.
SMALL = 16 << 20
MEMBERS = 500
# A central directory of so many members with long names.
DIRECTORY = 1 << 20
PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
}
# What systems add to an archive by themselves.
_ADDED = ("__MACOSX/", ".")
_END, _END64 = b"PK\x05\x06", b"PK\x06\x07"


def kind_of(head: bytes) -> str:
    """`gzip`, `zip` and so on by the first bytes; "" for what is not packed."""
    return next((kind for magic, kind in PACKED.items() if head.startswith(magic)), "")


@dataclass(slots=True)
class Meter:
    """Counts what comes out of a packed file against what went in. Raises Refusal beyond all measure."""

    file: SourceFile
    packed: int
    out: int = 0

    def add(self, size: int) -> None:
        self.out += size
        if self.out > LARGEST or (self.out > SMALL and self.out > RATIO * self.packed):
            raise Refusal("archive_bomb", file=self.file.name)


def gunzip(file: SourceFile, into: Path) -> None:
    """Unpack a gzip file, of one member or of several behind one another. Raises Refusal where it is cut off."""
    meter = Meter(file, file.path.stat().st_size)
    try:
        with gzip.open(file.path) as source, into.open("wb") as target:
            _copy(source, target, meter)
    except EOFError as error:
        raise Refusal("archive_cut_off", file=file.name, kind="gzip") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Refusal("archive_broken", file=file.name, kind="gzip") from error


def members(file: SourceFile, keep: Callable[[str], bool] | None) -> list[zipfile.ZipInfo]:
    """The files within a zip that are to be read: all of one kind. Raises Refusal."""
    try:
        if _directory(file.path) > DIRECTORY:
            raise Refusal("archive_members", file=file.name, limit=MEMBERS)
        with zipfile.ZipFile(file.path) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, OverflowError, NotImplementedError) as error:
        raise Refusal("archive_cut_off", file=file.name, kind="zip") from error
    found = [member for member in listed if not member.is_dir() and not _added(member.filename)]
    if any(member.filename == "[Content_Types].xml" for member in found):
        raise Refusal("workbook_here", file=file.name)
    wanted = [member for member in found if keep is None or keep(PurePosixPath(member.filename).name)]
    if len(wanted) > MEMBERS:
        raise Refusal("archive_members", file=file.name, limit=MEMBERS)
    if not wanted:
        raise Refusal("archive_empty", file=file.name)
    kinds = sorted({PurePosixPath(member.filename).suffix.lower() for member in wanted})
    if len(kinds) > 1:
        raise Refusal("archive_mixed", file=file.name, kinds=", ".join(kinds))
    if any(member.flag_bits & 1 for member in wanted):
        raise Refusal("archive_locked", file=file.name)
    # A damaged list of members may place one before the file's beginning: the system refuses to look there.
    if any(member.header_offset < 0 for member in wanted):
        raise Refusal("archive_cut_off", file=file.name, kind="zip")
    return wanted


def _added(name: str) -> bool:
    return name.startswith(_ADDED[0]) or PurePosixPath(name).name.startswith(_ADDED[1])


def _directory(path: Path) -> int:
    """Bytes of a zip's list of members, which Python would read whole: read from the archive's end beforehand."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - (1 << 16) - 22))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0:
        raise zipfile.BadZipFile
    if at >= 20 and tail[at - 20 : at - 16] == _END64:
        # The record of large archives stands right before its locator; the size is its seventh field.
        return int(struct.unpack_from("<Q", tail, at - 36)[0]) if at >= 76 else DIRECTORY + 1
    return int(struct.unpack_from("<L", tail, at + 12)[0])


def unzip(file: SourceFile, wanted: list[zipfile.ZipInfo], into: Path) -> Iterator[tuple[str, Path]]:
    """Each member's name and its unpacked copy, one after the other; a copy is gone when the next one is asked for."""
    meter = Meter(file, file.path.stat().st_size)
    with zipfile.ZipFile(file.path) as archive:
        for member in wanted:
            try:
                with archive.open(member) as source, into.open("wb") as target:
                    _copy(source, target, meter)
            except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                raise Refusal("archive_cut_off", file=file.name, kind="zip") from error
            except (NotImplementedError, RuntimeError, OverflowError, ValueError) as error:
                raise Refusal("archive_broken", file=file.name, kind="zip") from error
            yield PurePosixPath(member.filename).name, into
            into.unlink(missing_ok=True)


def _copy(source: IO[bytes] | gzip.GzipFile, target: IO[bytes], meter: Meter) -> None:
    while block := source.read(BLOCK):
        meter.add(len(block))
        target.write(block)
