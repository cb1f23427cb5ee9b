"""Session-wide advisory locks of PostgreSQL: whoever works holds one, and a dead process holds none.

The lock lives on a connection of its own, outside the pool: it ends with the process, whatever the process was doing.
Where the server is away, Django's own OperationalError says so, as everywhere.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg
from django.db import connection


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _connect() -> psycopg.Connection:
    params = connection.get_connection_params()
    for ours in ("pool", "context", "cursor_factory", "prepare_threshold", "server_side_binding"):
        params.pop(ours, None)
    with connection.wrap_database_errors:
        return psycopg.connect(**params, autocommit=True)


@contextmanager
def try_lock(name: str) -> Iterator[bool]:
    """Yield True while holding the named lock, False when somebody else holds it. Never waits."""
    with closing(_connect()) as session:
        with connection.wrap_database_errors:
            row = session.execute("SELECT pg_try_advisory_lock(%s)", [_key(name)]).fetchone()
        held = bool(row and row[0])
        try:
            yield held
        finally:
            # The server ends a closed session's locks a moment later; whoever asks next must not meet them.
            # A session that the server has lost meanwhile holds none.
            if held:
                with suppress(psycopg.OperationalError, psycopg.InterfaceError):
                    session.execute("SELECT pg_advisory_unlock(%s)", [_key(name)])


def is_free(name: str) -> bool:
    """Whether nobody holds the named lock at this moment."""
    with try_lock(name) as held:
        return held
