"""Morocco keeps UTC+0 all year since 20 September 2026; the checks tell a machine that does not know it."""

import datetime as dt
import zoneinfo

import pytest
from django.utils import timezone

from portal.base import checks


def local(year: int, month: int, day: int) -> dt.timedelta | None:
    moment = dt.datetime(year, month, day, 12, tzinfo=dt.UTC)
    return timezone.localtime(moment).utcoffset()


def test_the_offset_before_and_after_the_change() -> None:
    assert local(2026, 7, 1) == dt.timedelta(hours=1)
    assert local(2026, 9, 21) == dt.timedelta(0)
    assert local(2027, 7, 1) == dt.timedelta(0)


def test_python_reads_the_pinned_zone_data_only() -> None:
    assert zoneinfo.TZPATH == ()
    assert checks.clock(None) == []


def test_old_zone_data_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.zoneinfo, "ZoneInfo", lambda name: dt.timezone(dt.timedelta(hours=1)))
    [problem] = checks.clock(None)
    assert problem.id == "qafila.E001"
    assert "tzdata" in str(problem.hint)


@pytest.mark.django_db
def test_the_database_is_asked_too() -> None:
    assert [
        problem for problem in checks.database_clock(None, databases=["default"]) if problem.level >= 40
    ] == []
    assert checks.database_clock(None, databases=None) == []
