"""The release calendar: what is due when, told a year ahead."""

import datetime as dt
import re
import uuid
import zoneinfo
from collections.abc import Iterator, Mapping

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base.errors import Conflict, Invalid, Missing
from trade.models import CalendarRule, Dataset, PlannedRelease

AHEAD_MONTHS = 12
FRIDAY = 4
PERIOD = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]))?")
LANGUAGES = ("fr", "ar", "en")


def _who(acting_user: User | None) -> str | None:
    return str(acting_user.pk) if acting_user else None


def _dataset(code: str) -> Dataset:
    found = Dataset.objects.filter(code=code).first()
    if found is None:
        raise Missing(_("There is no dataset “%(dataset)s”.") % {"dataset": code})
    return found


def calendar_rule_set(
    *,
    acting_user: User | None,
    dataset: str,
    every: int = 1,
    months_after: int = 1,
    day: int = 28,
    time: dt.time = dt.time(10),
) -> CalendarRule:
    """When a dataset's releases are due from now on, and the lines of the next 12 months. Raises Missing, Invalid.

    Lines that are there already keep the minute that was told.
    """
    with pghistory.context(user=_who(acting_user), why="calendar_rule_set"), transaction.atomic():
        of = _dataset(dataset)
        rule = CalendarRule.objects.select_for_update().filter(dataset=of).first() or CalendarRule(dataset=of)
        rule.every, rule.months_after, rule.day, rule.time = every, months_after, day, time
        try:
            rule.full_clean()
        except ValidationError as error:
            raise Invalid(" ".join(error.messages)) from error
        rule.save()
        _extend(rule, timezone.localdate())
    return rule


def calendar_extend(today: dt.date | None = None) -> int:
    """Write the lines that the rules ask for in the next 12 months and that are not there; their number."""
    rules = CalendarRule.objects.select_related("dataset").order_by("dataset__code")
    return sum(_extend(rule, today or timezone.localdate()) for rule in rules)


def _extend(rule: CalendarRule, today: dt.date) -> int:
    there = set(PlannedRelease.objects.filter(dataset=rule.dataset).values_list("period", flat=True))
    new = [(period, at) for period, at in due_dates(rule, today) if period not in there]
    PlannedRelease.objects.bulk_create(
        [PlannedRelease(dataset=rule.dataset, period=period, at=at) for period, at in new],
        ignore_conflicts=True,
    )
    return len(new)


def due_dates(rule: CalendarRule, today: dt.date) -> Iterator[tuple[str, dt.datetime]]:
    """Each period whose figures are due within 12 months of `today`, and its minute, on a working day."""
    zone = zoneinfo.ZoneInfo(settings.TIME_ZONE)
    first = today.year * 12 + today.month - 1
    # From the month before: a day at its end may have moved over a weekend into this one.
    for month in range(first - 1, first + AHEAD_MONTHS + 1):
        last = month - rule.months_after  # of the period, counted in months from the year 0
        if (last + 1) % rule.every:
            continue
        day = dt.date(month // 12, month % 12 + 1, rule.day)
        while day.weekday() > FRIDAY:
            day += dt.timedelta(days=1)
        if today <= day <= today + dt.timedelta(days=366):
            yield _period(last, rule.every), dt.datetime.combine(day, rule.time, zone)


def _period(last: int, every: int) -> str:
    year, month = last // 12, last % 12 + 1
    if every == 12:
        return f"{year:04d}"
    return f"{year:04d}-Q{month // 3}" if every == 3 else f"{year:04d}-{month:02d}"


def calendar_plan(
    *,
    acting_user: User | None,
    dataset: str,
    period: str,
    at: dt.datetime,
    notes: Mapping[str, str] | None = None,
) -> PlannedRelease:
    """Write or move the line of a period; the minute that was told first stays told. Raises Missing, Invalid, Conflict.

    `notes` by language say why; a language that is left out keeps what it has.
    """
    if not PERIOD.fullmatch(period):
        raise Invalid(
            _("This is not a period."), hint=_("Write a year, 2024, a quarter, 2024-Q1, or a month, 2024-03.")
        )
    if timezone.is_naive(at) or at <= timezone.now():
        raise Invalid(_("The minute must lie ahead."), hint=_("Check the date and the time."))
    with pghistory.context(user=_who(acting_user), why="calendar_plan"), transaction.atomic():
        at = at.replace(second=0, microsecond=0)
        PlannedRelease.objects.get_or_create(dataset=_dataset(dataset), period=period, defaults={"at": at})
        row = PlannedRelease.objects.select_for_update().get(dataset__code=dataset, period=period)
        _check_open(row)
        if row.at != at:
            row.first_at, row.at = row.first_at or row.at, at
        for language, text in (notes or {}).items():
            if language not in LANGUAGES or len(text) > 300:
                raise Invalid(_("The note is too long."), hint=_("Use at most 300 characters."))
            setattr(row, f"note_{language}", text)
        row.cancelled, row.changed_by = False, acting_user
        row.save()
    return row


def _check_open(row: PlannedRelease) -> None:
    if row.release_id is not None:
        raise Conflict(_("The figures of %(period)s are published already.") % {"period": row.period})


def calendar_cancel(*, acting_user: User | None, planned_id: uuid.UUID | str) -> PlannedRelease:
    """Take a line out of the calendar; its row stays, so that no rule writes it again. Raises Missing, Conflict."""
    with pghistory.context(user=_who(acting_user), why="calendar_cancel"), transaction.atomic():
        row = PlannedRelease.objects.select_for_update().filter(pk=planned_id).first()
        if row is None:
            raise Missing(_("There is no such line in the calendar."))
        _check_open(row)
        row.cancelled, row.changed_by = True, acting_user
        row.save()
    return row
