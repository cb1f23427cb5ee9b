"""The journal of confidential readings, written on a connection of its own."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

import psycopg
import structlog
from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Json

from portal.base.errors import Unavailable

log = structlog.get_logger(__name__)
LONGEST_WAIT = "5s"
INSERT = """INSERT INTO trade_confidentialreading (id, acting_user_id, email, purpose, words, kind, question,
 enterprises, regions, release, outcome, reason, rows) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


def write(
    *,
    person: Any,
    purpose: str,
    words: str,
    kind: str,
    question: Mapping[str, str],
    enterprises: Iterable[str],
    regions: Iterable[str],
    release: int | None,
    outcome: str,
    reason: str = "",
    rows: int = 0,
) -> None:
    """Commit one row, whatever becomes of the caller's transaction. Raises Unavailable: then nothing may be answered.

    The connection is opened for it: a row in the caller's transaction would go with a rollback, and a savepoint with
    the transaction around it.
    """
    known = getattr(person, "pk", None)
    values = [
        uuid4(), known, getattr(person, "email", "") or "", purpose, words, kind, Json(dict(question)),
        sorted(enterprises), sorted(regions), release, outcome, reason, rows,
    ]  # fmt: skip
    try:
        with _connected() as session:
            session.execute(f"SET lock_timeout = '{LONGEST_WAIT}'; SET statement_timeout = '{LONGEST_WAIT}'")
            session.execute(INSERT, values)
    except psycopg.Error as error:
        log.exception("confidential_reading_not_recorded", outcome=outcome)
        raise Unavailable(
            _("The call could not be recorded, so it is not answered."), hint=_("Ask again later.")
        ) from error


def _connected() -> psycopg.Connection:
    params = connection.get_connection_params()
    for ours in ("pool", "context", "cursor_factory", "prepare_threshold", "server_side_binding"):
        params.pop(ours, None)
    return psycopg.connect(**{**params, "connect_timeout": 5}, autocommit=True)
