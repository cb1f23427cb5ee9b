"""The facts' Parquet files: as SQL reads them, each held against its checksum before a process first reads it."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import structlog
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from portal.base import storage
from portal.base.errors import Unavailable
from trade.models import Part

log = structlog.get_logger(__name__)

# Columns of a fact file as the statement reads them; `weighed` is what a rollup cell stores.
FACTS = """(SELECT period, reporter, flow, COALESCE(region, '') AS region, edition, product, level, partner, is_total,
 COALESCE(mode, '') AS mode, value, net_kg, quantity, COALESCE(unit, '') AS unit, NULL::INTEGER AS firms,
 (value = 0 OR COALESCE(net_kg, 0) > 0) AS weighed, COALESCE(status, '') AS status
 FROM read_parquet([{files}]){where})"""
BLOCK = 1 << 20
# Under this key of the shared cache every process tells the others which files are not what their names say.
DAMAGED = "trade:damaged-parts"
REMEMBERED_SECONDS = 7 * 86_400
_ENTERPRISE = re.compile(r"[0-9]{9}", re.ASCII)


class Damaged(Unavailable):
    """A part's file is missing or is not what was stored: no answer may come from it."""

    code = "damaged_part"


class Seen(NamedTuple):
    """What changes when a file is written again."""

    size: int
    changed: int
    node: int


_verified: dict[tuple[str, str], Seen] = {}


def relation(parts: Iterable[Part], *, enterprises: Iterable[str] = ()) -> str:
    """SQL text that reads the parts, each verified; of these enterprises only, where any are named."""
    return FACTS.format(files=listed(parts), where=of_enterprises(enterprises))


def of_enterprises(enterprises: Iterable[str]) -> str:
    """A WHERE over the first nine digits of the company. Nine digits and nothing else get into the text."""
    named = sorted(enterprises)
    if not named:
        return ""
    if not all(_ENTERPRISE.fullmatch(digits) for digits in named):
        raise ValueError("an enterprise is nine digits")
    return f" WHERE left(company, 9) IN ({', '.join(repr(digits) for digits in named)})"


def listed(parts: Iterable[Part]) -> str:
    """The parts' files as a list in SQL text; their names are checksums under a folder of ours. Raises Damaged."""
    return ", ".join("'" + str(verified(part)).replace("'", "''") + "'" for part in parts)


def verified(part: Part) -> Path:
    """Where the part's file is, its bytes being those that were stored. Raises Damaged.

    SHA-256 is computed when a process meets a file for the first time, and again when its size or time has changed.
    """
    try:
        path = storage.local_path(part.stored_as)
        if not _holds(path, part.sha256) and _is_copy(path):
            # What was fetched from an object store and kept here can be fetched again.
            path.unlink(missing_ok=True)
            path = storage.local_path(part.stored_as)
        if _holds(path, part.sha256):
            return path
    except OSError as error:
        _tell(part, type(error).__name__)
        raise _refusal(part) from error
    _tell(part, "checksum differs")
    raise _refusal(part)


def _holds(path: Path, sha256: str) -> bool:
    found = path.stat()
    seen = Seen(found.st_size, found.st_mtime_ns, found.st_ino)
    key = (str(path), sha256)
    if _verified.get(key) == seen:
        return True
    digest = hashlib.sha256()
    with path.open("rb") as reader:
        while block := reader.read(BLOCK):
            digest.update(block)
    if digest.hexdigest() != sha256:
        _verified.pop(key, None)
        return False
    _verified[key] = seen
    return True


def _is_copy(path: Path) -> bool:
    return path.is_relative_to(Path(settings.QAFILA_HOME) / "cache")


def _refusal(part: Part) -> Damaged:
    return Damaged(
        _("The figures of %(period)s cannot be read: their file is damaged or missing.")
        % {"period": part.period},
        hint=_("An operator has to restore the file %(name)s from a backup.") % {"name": part.stored_as},
    )


def _tell(part: Part, problem: str) -> None:
    log.error("part_damaged", part=part.stored_as, period=part.period, problem=problem)
    told = {**cache.get(DAMAGED, {}), part.stored_as: part.sha256}
    cache.set(DAMAGED, told, REMEMBERED_SECONDS)


def damaged() -> str:
    """For /healthz: the files that a question met and that are still not what was stored; empty when all is well."""
    told: dict[str, str] = cache.get(DAMAGED, {})
    left = {name: sha256 for name, sha256 in told.items() if not _mended(name, sha256)}
    if left != told:
        cache.set(DAMAGED, left, REMEMBERED_SECONDS)
    return "damaged: " + ", ".join(sorted(left)) if left else ""


def _mended(name: str, sha256: str) -> bool:
    """Whether the file is right again, or belongs to nothing any more."""
    try:
        return _holds(storage.local_path(name), sha256)
    except OSError:
        return not Part.objects.filter(stored_as=name).exists()


@contextmanager
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of one's own for a job, within the settings' memory and threads. Questions go to `trade.cube.duck`."""
    scratch = Path(settings.QAFILA_HOME) / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(
        config={
            "threads": settings.TRADE_DUCKDB_THREADS,
            "memory_limit": settings.TRADE_DUCKDB_MEMORY,
            "temp_directory": str(scratch),
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,
        }
    ) as engine:
        yield engine
