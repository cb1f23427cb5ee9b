"""A named lock is held by one session at a time and ends with it."""

import pytest

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
