"""From a file as it was handed in to plain text in UTF-8: unpacked, its encoding found, never whole in memory."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from trade.sources import archives
from trade.sources.base import SourceFile
from trade.sources.encodings import (
    ARABIC,
    UTF8,
    UTF16,
    WESTERN,
    code_page,
    first_fault,
    is_utf16,
    line_of,
    transcode,
)
from trade.sources.reasons import Refusal

BINARY = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"PAR1": "Parquet",
    b"\xd0\xcf\x11\xe0": "Excel (XLS)",
    b"SQLite": "SQLite",
}
HEAD = 1 << 20
NAMES = {UTF16: "UTF-16", WESTERN: "Windows-1252", ARABIC: "Windows-1256"}
# Bytes that are nothing: a copy that was broken off on some systems is as long as the whole and holds zeros.
_NOTHING = b"\xef\xbb\xbf \t\r\n\0"


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain UTF-8 text. `file` is the one handed in or a copy, and of a zip's members one after the other.

    `log` has codes of LOG_TEXTS with their parameters: what was done to the file and is good to know.
    """

    file: SourceFile
    encoding: str = UTF8
    log: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def prepared(
    file: SourceFile, *, source: str, wanted: str, keep: Callable[[str], bool] | None = None
) -> Iterator[Plain]:
    """The texts of one file: itself, unpacked from gzip, or each member of a zip. Raises Refusal.

    A text is there until the next one is asked for. `keep` chooses members of a zip by their names; those that are
    left must be of one kind. A plain file in UTF-8 is read once and not copied. `source` and `wanted` name the format
    in a refusal.
    """
    if file.prepared:
        yield Plain(file)
        return
    with _folder(file) as folder:
        kind = archives.kind_of(_head(file))
        if kind == "gzip":
            archives.gunzip(file, folder / "unpacked")
            unpacked = replace(file, path=folder / "unpacked")
            yield _text(unpacked, folder, source, wanted)
        elif kind == "zip":
            listed = archives.members(file, keep)
            for name, path in archives.unzip(file, listed, folder / "unpacked"):
                member = replace(
                    file, name=f"{file.name}/{name}", path=path, member=name if len(listed) > 1 else ""
                )
                yield _text(member, folder, source, wanted)
        elif kind:
            raise Refusal("compressed", file=file.name, kind=kind)
        else:
            yield _text(file, folder, source, wanted)


@contextmanager
def _folder(file: SourceFile) -> Iterator[Path]:
    """Where copies lie: in the run's own folder if it has one, so that a killed run's are tidied away with it."""
    with tempfile.TemporaryDirectory(prefix="plain-", dir=file.work) as folder:
        yield Path(folder)


def _head(file: SourceFile) -> bytes:
    with file.path.open("rb") as stream:
        return stream.read(HEAD)


def _text(file: SourceFile, folder: Path, source: str, wanted: str) -> Plain:
    """One text, in UTF-8 when this returns. Raises Refusal for what is no text, or packed once more."""
    head = _head(file)
    _check_head(file, head, source, wanted)
    if is_utf16(head):
        return _transcoded(file, folder, UTF16)
    place = first_fault(file.path)
    if place is None:
        return Plain(replace(file, prepared=True))
    found = code_page(file.path)
    if found is None:
        line = line_of(file.path, place)
        raise Refusal("encoding", file=file.name, line=line, byte=place + 1)
    return _transcoded(file, folder, found)


def _check_head(file: SourceFile, head: bytes, source: str, wanted: str) -> None:
    if not head.strip(_NOTHING):
        raise Refusal("empty", file=file.name)
    if kind := archives.kind_of(head):
        raise Refusal("archive_nested", file=file.name, kind=kind)
    for magic, name in BINARY.items():
        if head.startswith(magic):
            raise Refusal("binary", file=file.name, kind=name, source=source, wanted=wanted)


def _transcoded(file: SourceFile, folder: Path, encoding: str) -> Plain:
    into = folder / "text"
    try:
        if encoding == UTF16 and _head(file)[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            raise Refusal("utf16", file=file.name)
        transcode(file.path, into, encoding)
    except UnicodeError as error:
        code = "utf16" if encoding == UTF16 else "encoding"
        raise Refusal(
            code, file=file.name, line=line_of(file.path, first_fault(file.path) or 0), byte=0
        ) from error
    log = [("encoding_read", {"file": file.name, "encoding": NAMES[encoding]})]
    return Plain(replace(file, path=into, prepared=True), encoding, log)


def check_bytes(file: SourceFile, *, source: str, wanted: str) -> None:
    """Refuse what is not plain UTF-8 text as it lies there: empty, packed, binary, another encoding."""
    head = _head(file)
    kind = archives.kind_of(head)
    if kind:
        raise Refusal("compressed", file=file.name, kind="zip / XLSX" if kind == "zip" else kind)
    _check_head(file, head, source, wanted)
    if is_utf16(head):
        raise Refusal("utf16", file=file.name)
    place = first_fault(file.path)
    if place is not None:
        raise Refusal("encoding", file=file.name, line=line_of(file.path, place), byte=place + 1)
