"""Questions to the facts' files with DuckDB in process: few at once, none for ever, none beyond its memory.

One database in memory serves the whole process: its memory limit and its threads hold for all questions together, and
the files' metadata stays read. Each question has a cursor of its own. Who finds all of them taken waits a moment; who
finds others waiting already is sent away, so that questions never hold all threads of the web server.
"""

import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import structlog
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext_lazy as _

from portal.base import storage
from portal.base.errors import Unavailable

log = structlog.get_logger(__name__)
# Each question that works may have so many waiting behind it.
WAITING_EACH = 1
# Spilled rows of one process; the disk is not all its own.
SPILL = "4GB"
SCRATCH = "questions-"
LOST_AFTER = 86_400


class Busy(Unavailable):
    """As many questions as the machine can bear are being answered."""

    code = "busy"


class TooLong(Unavailable):
    """The question was given up: it took too much time or too much memory."""

    code = "too_long"


class Pool:
    """A DuckDB in memory with a fixed number of cursors, which stay open."""

    def __init__(self, places: int) -> None:
        self.engine = _connected()
        self.idle = [self.engine.cursor() for _number in range(places)]
        self.free = threading.BoundedSemaphore(places)
        self.admitted = threading.BoundedSemaphore(places * (1 + WAITING_EACH))
        # Neither threads nor locks of a parent live on in a forked child.
        self.process = os.getpid()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        if not self.admitted.acquire(blocking=False):
            raise busy()
        try:
            if not self.free.acquire(timeout=settings.TRADE_QUESTION_WAIT):
                raise busy()
            cursor = self.idle.pop()
            try:
                yield cursor
            finally:
                self.idle.append(cursor)
                self.free.release()
        finally:
            self.admitted.release()


_pools: dict[tuple[Any, ...], Pool] = {}
_making = threading.Lock()


def busy() -> Busy:
    return Busy(
        _("Many questions are being answered at this moment."),
        hint=_("Ask again in a few seconds."),
        retry_after=max(1, round(settings.TRADE_QUESTION_WAIT)),
    )


def too_long() -> TooLong:
    return TooLong(
        _("The question was given up: it takes more time or memory than one question may have."),
        hint=_("Ask for fewer periods, products or partners at once."),
        retry_after=60,
    )


@contextmanager
def place() -> Iterator[duckdb.DuckDBPyConnection]:
    """One of the process's places for questions, with its cursor. Raises Busy instead of waiting long."""
    with _pool().cursor() as cursor:
        yield cursor


def fetch(cursor: duckdb.DuckDBPyConnection, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement. Raises TooLong beyond the settings' seconds or memory."""
    watch = threading.Timer(settings.TRADE_QUESTION_SECONDS, cursor.interrupt)
    watch.daemon = True
    watch.start()
    try:
        return cursor.execute(sql, list(params)).fetchall()
    except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
        log.warning("question_given_up", problem=type(error).__name__, places=len(params))
        raise too_long() from error
    except (duckdb.FatalException, duckdb.InternalException) as error:
        # Such an engine answers nothing any more.
        log.exception("engine_lost")
        forget()
        raise Unavailable(_("The figures cannot be computed at this moment.")) from error
    finally:
        watch.cancel()
        # An interrupt that comes late must not meet the next question.
        watch.join()


def forget() -> None:
    """Let the process's engines go; those that work end their questions first."""
    with _making:
        _pools.clear()


def _after_fork() -> None:
    global _making
    _making = threading.Lock()
    # Not closed: the threads that closing would wait for are the parent's.
    _orphans.extend(_pools.values())
    _pools.clear()


_orphans: list[Pool] = []
os.register_at_fork(after_in_child=_after_fork)


def _pool() -> Pool:
    key = (
        settings.QAFILA_HOME, settings.TRADE_QUESTIONS, settings.TRADE_DUCKDB_MEMORY, settings.TRADE_DUCKDB_THREADS,
        str(_folders()),
    )  # fmt: skip
    found = _pools.get(key)
    if found is None:
        with _making:
            found = _pools.get(key)
            if found is None:
                _pools.clear()
                found = _pools[key] = Pool(settings.TRADE_QUESTIONS)
    return found


def _folders() -> list[str]:
    """Where parts lie: the only folders that a question's engine can read."""
    store = storage.private()
    kept = str(Path(settings.QAFILA_HOME) / "cache")
    return [f"{store.path('')}".rstrip("/") + "/" if isinstance(store, FileSystemStorage) else f"{kept}/"]


def _connected() -> duckdb.DuckDBPyConnection:
    scratch = Path(settings.QAFILA_HOME) / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    _tidied(scratch)
    engine = duckdb.connect(
        config={
            "threads": settings.TRADE_DUCKDB_THREADS,
            "memory_limit": settings.TRADE_DUCKDB_MEMORY,
            # Two engines in one folder would write over each other's spilled rows.
            "temp_directory": str(scratch / f"{SCRATCH}{os.getpid()}-{uuid4().hex[:8]}"),
            "max_temp_directory_size": SPILL,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        }
    )
    folders = ", ".join("'" + folder.replace("'", "''") + "'" for folder in _folders())
    for setting in (
        "parquet_metadata_cache = true",
        f"allowed_directories = [{folders}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        engine.execute(f"SET {setting}")
    return engine


def _tidied(scratch: Path) -> None:
    """Remove what engines of processes that were killed have left."""
    for folder in scratch.glob(f"{SCRATCH}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > LOST_AFTER:
                shutil.rmtree(folder)
