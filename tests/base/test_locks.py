"""A named lock is held by one session at a time and ends with it."""

import pytest
from django.db import OperationalError, connection

from portal.base import locks

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_second_taker_is_told_no_and_may_later() -> None:
    with locks.try_lock("run:1") as first:
        assert first
        assert not locks.is_free("run:1")
        assert locks.is_free("run:2")
    assert locks.is_free("run:1")


def test_a_lock_ends_with_the_error_of_its_holder() -> None:
    with pytest.raises(ZeroDivisionError), locks.try_lock("run:1"):
        raise ZeroDivisionError
    assert locks.is_free("run:1")


def test_a_session_that_the_server_ended_is_let_go_in_peace() -> None:
    with locks.try_lock("run:1") as held, connection.cursor() as cursor:
        assert held
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert cursor.fetchone() == (1,)
    assert locks.is_free("run:1")


def test_a_server_that_is_away_is_an_error_that_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    params = {**connection.get_connection_params(), "host": "/nowhere"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: params)
    with pytest.raises(OperationalError), locks.try_lock("run:1"):
        pass
