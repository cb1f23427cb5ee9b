"""System checks: a setting or a machine that would make figures or times wrong is told at start."""

import datetime as dt
import zoneinfo
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection
from django.utils.module_loading import import_string

# Morocco's last change of clock: UTC+0 all year since 20 September 2026, so a summer day after it tells old zone data.
AFTER_CHANGE = dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC)


@register(Tags.compatibility)
def clock(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Python's zone data must know that Morocco keeps UTC+0."""
    if AFTER_CHANGE.astimezone(zoneinfo.ZoneInfo("Africa/Casablanca")).utcoffset() == dt.timedelta(0):
        return []
    return [
        Error(
            "Python's time zone data is older than Morocco's change of 20 September 2026: every time would be wrong.",
            hint="Install tzdata 2026.6 or later: run `make run` again, or pip install -r requirements.txt.",
            id="qafila.E001",
        )
    ]


@register(Tags.database)
def database_clock(app_configs: Any, *, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL should have the same local time as Python; where it has not, only Python's may be used."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), %s AT TIME ZONE %s", [AFTER_CHANGE, settings.TIME_ZONE])
        now, local = cursor.fetchone()
    problems: list[CheckMessage] = []
    if (apart := abs((dt.datetime.now(dt.UTC) - now).total_seconds())) > 60:
        problems.append(
            Error(
                f"The database's clock is {apart:.0f} s away from this machine's.",
                hint="Set both machines by the same time server: deadlines and heartbeats depend on it.",
                id="qafila.E002",
            )
        )
    if local != AFTER_CHANGE.astimezone(zoneinfo.ZoneInfo(settings.TIME_ZONE)).replace(tzinfo=None):
        problems.append(
            checks.Warning(
                "PostgreSQL's time zone data is older than Morocco's change of 20 September 2026.",
                hint="Qafila computes local times in Python, so its pages are right; update the server's tzdata "
                "before you use AT TIME ZONE in SQL of your own.",
                id="qafila.W001",
            )
        )
    return problems


@register()
def registered_names(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every dotted name in EVENTS and PANELS must lead somewhere."""
    names = [task for tasks in settings.EVENTS.values() for task in tasks]
    names += [panel["selector"] for panels in settings.PANELS.values() for panel in panels]
    problems: list[CheckMessage] = []
    for name in names:
        try:
            import_string(name)
        except ImportError as error:
            problems.append(
                Error(f"The settings name {name}, which cannot be imported: {error}", id="qafila.E003")
            )
    return problems
