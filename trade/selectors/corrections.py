"""The rejected rows of a file as the file has them, byte for byte: to be corrected and handed in again."""

import gzip
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from django.utils.translation import gettext as _

from portal.base import storage
from portal.base.errors import Missing
from trade.models import Run, RunFile
from trade.selectors.rejects import rejects_scan

# Formats whose rows are lines of text under a header.
LINES = ("customs", "comtrade-csv", "baci")
BLOCK = 1 << 16
LONGEST_LINE = 1 << 20


def rejects_own(run: Run, position: int) -> tuple[str, Iterator[bytes]]:
    """A name for the file of rejected rows, and its bytes: the header and every line on which a fault was found.

    In the file's own encoding and with its own separators; a packed file is unpacked. A breakdown, which is no error,
    is left out. Raises Missing where the format has no lines, nothing was rejected, or the file was pruned.
    """
    stored = RunFile.objects.filter(run=run, position=position).first()
    found = rejects_scan(run)
    if stored is None or not stored.stored_as or found is None or run.source_code not in LINES:
        raise Missing(
            _("The rejected rows of this file cannot be had in its own columns."),
            hint=_("The reject list names every line and its fault."),
        )
    path = storage.local_path(stored.stored_as)
    table = found.filter(file=position).select("line", "code").collect()
    wanted = set(table.filter(table["code"] != "breakdown")["line"].drop_nulls().to_list())
    if not path.exists() or not wanted:
        raise Missing(
            _("No row of this file was rejected, or the file was pruned."),
            hint=_("The run's page says what became of it."),
        )
    name = Path(stored.name).name.removesuffix(".gz").removesuffix(".zip")
    return f"run-{run.number}-rejected-{Path(name).stem}.csv", _lines(path, wanted)


def _lines(path: Path, wanted: set[int]) -> Iterator[bytes]:
    last = max(wanted)
    with _opened(path) as stream:
        number, inside = 0, False
        kept: list[bytes] = []
        while number < last and (line := stream.readline(LONGEST_LINE)):
            number += 1
            # A cell in quotation marks may go on over several lines: the row is all of them.
            begins, inside = not inside, inside ^ (line.count(b'"') % 2 == 1)
            if begins:
                keep = number == 1 or number in wanted
                kept = [line] if keep else []
            elif kept:
                kept.append(line)
            if not inside and kept:
                yield b"".join(kept)
                kept = []
        if kept:
            yield b"".join(kept)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The text of a plain, gzip or zip file; of a zip file its first member."""
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic[:2] == b"\x1f\x8b":
        with gzip.open(path, "rb") as packed:
            yield cast(IO[bytes], packed)
    elif magic == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            members = [name for name in archive.namelist() if not name.endswith("/")]
            with archive.open(members[0]) as member:
                yield member
    else:
        with path.open("rb") as plain:
            yield plain
