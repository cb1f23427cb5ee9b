"""The release calendar is told a year ahead, and a release is published at its minute or not at all."""

import datetime as dt
import re
import zoneinfo
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.accounts.models import Role, User
from portal.base.errors import Conflict, Invalid, Missing
from portal.base.models import Event, Mail
from tests.trade import factories
from tests.trade.factories import customs, customs_fact, release, run_ended
from trade import selectors, services
from trade.models import CalendarRule, Dataset, PlannedRelease, PublishedTotal, Release
from trade.services.calendar import due_dates

pytestmark = pytest.mark.django_db
CASABLANCA = zoneinfo.ZoneInfo("Africa/Casablanca")
JANUARY = dt.datetime(2026, 1, 15, 9, tzinfo=CASABLANCA)
MONTHS = [
    "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09",
    "2026-10", "2026-11",
]  # fmt: skip


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()
    customs()


def ruled(**rule: object) -> CalendarRule:
    return services.calendar_rule_set(acting_user=None, dataset="ma-customs", **rule)  # type: ignore[arg-type]


def local(row: PlannedRelease) -> dt.datetime:
    return row.at.astimezone(CASABLANCA)


# --- the calendar ---


def test_a_rule_writes_the_lines_of_twelve_months_on_working_days() -> None:
    with time_machine.travel(JANUARY, tick=False):
        ruled(months_after=1, day=28, time=dt.time(10))
        rows = list(selectors.calendar("ma-customs"))
        assert services.calendar_extend() == 0
    assert [row.period for row in rows] == MONTHS
    assert [local(row).time() for row in rows] == [dt.time(10)] * 12
    days = {row.period: local(row).date() for row in rows}
    assert days["2025-12"] == dt.date(2026, 1, 28)
    assert days["2026-01"] == dt.date(2026, 3, 2)  # the 28 of February is a Saturday
    assert days["2026-05"] == dt.date(2026, 6, 29)  # the 28 of June is a Sunday
    assert {day.weekday() for day in days.values()} <= {0, 1, 2, 3, 4}


def test_every_day_the_calendar_reaches_a_year_ahead() -> None:
    with time_machine.travel(JANUARY, tick=False) as clock:
        ruled()
        clock.shift(dt.timedelta(days=62))
        assert services.calendar_extend() == 2
        assert services.calendar_extend() == 0
    assert PlannedRelease.objects.order_by("-at").values_list("period", flat=True)[0] == "2027-01"


@pytest.mark.parametrize(
    ("every", "periods"),
    [(3, ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]), (12, ["2025"])],
)
def test_quarters_and_years_have_lines_of_their_own(every: int, periods: list[str]) -> None:
    with time_machine.travel(JANUARY, tick=False):
        ruled(every=every, months_after=2, day=10)
    assert list(selectors.calendar().values_list("period", flat=True)) == periods


def test_a_line_that_moved_over_the_end_of_its_month_is_not_forgotten() -> None:
    """Set on 1 March: what was due on Saturday 28 February is due on Monday 2 March."""
    rule = CalendarRule(dataset=customs(), every=1, months_after=1, day=28, time=dt.time(10))
    period, at = next(iter(due_dates(rule, dt.date(2026, 3, 1))))
    assert (period, at.date()) == ("2026-01", dt.date(2026, 3, 2))


def test_another_rule_leaves_the_minutes_that_were_told() -> None:
    with time_machine.travel(JANUARY, tick=False):
        ruled()
        before = dict(PlannedRelease.objects.values_list("period", "at"))
        ruled(day=5, time=dt.time(8, 30))
    after = dict(PlannedRelease.objects.values_list("period", "at"))
    assert {period: after[period] for period in before} == before


@pytest.mark.parametrize(
    "rule", [{"day": 31}, {"day": 0}, {"every": 2}, {"months_after": 0}, {"months_after": 25}]
)
def test_rules_that_make_no_sense_are_refused(rule: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        ruled(**rule)
    assert not PlannedRelease.objects.exists()


def test_a_line_is_moved_noted_and_cancelled_and_no_rule_brings_it_back(amina: User) -> None:
    with time_machine.travel(JANUARY, tick=False):
        ruled()
        row = PlannedRelease.objects.get(period="2026-03")
        told_first = row.at
        for day in (4, 5):
            at = dt.datetime(2026, 5, day, 15, 30, 12, tzinfo=CASABLANCA)
            row = services.calendar_plan(
                acting_user=amina, dataset="ma-customs", period="2026-03", at=at, notes={"en": "A strike."}
            )
        assert (local(row), row.first_at) == (at.replace(second=0), told_first)
        assert (row.note_en, row.note_fr, row.changed_by) == ("A strike.", "", amina)
        services.calendar_cancel(acting_user=amina, planned_id=row.pk)
        assert services.calendar_extend() == 0
        ruled()
        assert "2026-03" not in selectors.calendar().values_list("period", flat=True)
        # Planned once more by a person it is back.
        services.calendar_plan(acting_user=amina, dataset="ma-customs", period="2026-03", at=at)
        assert selectors.calendar().filter(period="2026-03").exists()


def test_lines_that_cannot_be_are_refused() -> None:
    ahead = timezone.now() + dt.timedelta(days=3)
    plan = services.calendar_plan
    for period in ("2026-13", "2026-Q5", "26", "2026-1", "2026-03-R12", "2026-03\n"):
        with pytest.raises(Invalid):
            plan(acting_user=None, dataset="ma-customs", period=period, at=ahead)
    for at in (timezone.now() - dt.timedelta(minutes=1), ahead.replace(tzinfo=None)):
        with pytest.raises(Invalid):
            plan(acting_user=None, dataset="ma-customs", period="2026-03", at=at)
    for notes in ({"en": "x" * 301}, {"de": "nein"}):
        with pytest.raises(Invalid):
            plan(acting_user=None, dataset="ma-customs", period="2026-03", at=ahead, notes=notes)
    with pytest.raises(Missing):
        plan(acting_user=None, dataset="nothing", period="2026-03", at=ahead)
    with pytest.raises(Missing):
        services.calendar_cancel(acting_user=None, planned_id="00000000-0000-0000-0000-000000000000")
    assert not PlannedRelease.objects.exists()


def test_publishing_fulfils_the_calendar_and_taking_back_opens_it_again() -> None:
    ahead = timezone.now() + dt.timedelta(days=3)
    for period in ("2024-01", "2024-03", "2024-Q1", "2024-04", "2024"):
        services.calendar_plan(acting_user=None, dataset="ma-customs", period=period, at=ahead)
    made = staged("2024-01", "2024-02", "2024-03")
    services.release_publish(made.number, acting_user=None)
    done = PlannedRelease.objects.filter(release=made)
    assert set(done.values_list("period", flat=True)) == {"2024-01", "2024-03", "2024-Q1"}
    with pytest.raises(Conflict):
        services.calendar_cancel(acting_user=None, planned_id=done[0].pk)
    with pytest.raises(Conflict):
        services.calendar_plan(
            acting_user=None, dataset="ma-customs", period="2024-Q1", at=ahead + dt.timedelta(days=1)
        )
    services.release_withdraw(made.number, acting_user=None)
    assert not PlannedRelease.objects.filter(release__isnull=False).exists()


def test_the_page_shows_the_minute_and_what_was_told_first() -> None:
    with time_machine.travel(JANUARY, tick=False):
        ruled()
        at = dt.datetime(2026, 2, 2, 11, 45, tzinfo=CASABLANCA)
        services.calendar_plan(
            acting_user=None, dataset="ma-customs", period="2025-12", at=at, notes={"fr": "Grève"}
        )
        row = PlannedRelease.objects.get(period="2026-07")
        services.calendar_cancel(acting_user=None, planned_id=row.pk)
        page = re.sub(r"<[^>]*>", " ", Client().get("/en/data/calendar/").content.decode())
    assert "11:45" in page
    assert "first planned for 28 Jan 2026" in re.sub(r"\s+", " ", page)
    assert "Grève" in page
    assert "August 2026" in page
    assert "July 2026" not in page


# --- published at its minute ---


def staged(*months: str, by: User | None = None) -> Release:
    facts = [customs_fact(period=month, value=1000) for month in months or ("2024-01",)]
    return run_ended(release(customs(), facts, publish=False, demonstration=False), by=by)


def soon() -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=2)


def due() -> list[int]:
    """What the minute brings, and the same asked once more at once."""
    with time_machine.travel(timezone.now() + dt.timedelta(hours=3), tick=False):
        found = services.releases_due()
        assert services.releases_due() == []
    return found


def now_published() -> Release | None:
    return Dataset.objects.get(code="ma-customs").published


def test_a_scheduled_release_is_published_at_its_minute_once(amina: User) -> None:
    made = staged()
    at = soon()
    services.release_schedule(made.number, acting_user=amina, at=at)
    with time_machine.travel(at.replace(second=0, microsecond=0) - dt.timedelta(seconds=1), tick=False):
        assert services.releases_due() == []
        assert now_published() is None
    assert due() == [made.number]
    made.refresh_from_db()
    assert (made.state, made.published_by, made.scheduled_for) == ("published", amina, None)
    assert made.run.state == "published"
    assert Event.objects.filter(name="trade.release_published").count() == 1


def test_a_schedule_can_be_changed_and_taken_back(amina: User) -> None:
    made = staged()
    services.release_schedule(made.number, acting_user=amina, at=soon())
    services.release_schedule(made.number, acting_user=amina, at=soon() + dt.timedelta(days=1))
    assert due() == []
    services.release_schedule(made.number, acting_user=amina, at=soon())
    services.release_unschedule(made.number, acting_user=amina)
    assert due() == []
    services.release_schedule(made.number, acting_user=amina, at=soon())
    services.release_publish(made.number, acting_user=amina)
    assert due() == []
    assert Event.objects.filter(name="trade.release_published").count() == 1


def test_minutes_that_are_past_too_far_or_of_no_zone_are_refused(amina: User) -> None:
    made = staged()
    for at in (timezone.now(), timezone.now() + dt.timedelta(days=400), soon().replace(tzinfo=None)):
        with pytest.raises(Invalid):
            services.release_schedule(made.number, acting_user=amina, at=at)
    services.release_publish(made.number, acting_user=amina)
    with pytest.raises(Conflict):
        services.release_schedule(made.number, acting_user=amina, at=soon())


def wrong_total() -> PublishedTotal:
    """What the office published of January is twice what the release holds."""
    return PublishedTotal.objects.create(
        dataset=customs(), flow="X", period="2024-01", value=2000, tolerance=Decimal("0.001"), source="Annual report"
    )  # fmt: skip


def refused(made: Release, by: User) -> str:
    """Not published, why is kept, and whoever scheduled it is told."""
    assert due() == []
    made.refresh_from_db()
    assert (made.state, made.scheduled_for, now_published()) == ("staged", None, None)
    mail = Mail.objects.get(template="release_not_published")
    assert (mail.to, mail.language) == (by.email, by.language)
    assert made.schedule["refused"] in mail.body
    assert not Event.objects.filter(name="trade.release_published").exists()
    return str(made.schedule["refused"])


def test_a_gate_that_stopped_holding_is_asked_at_the_minute(amina: User) -> None:
    made = staged()
    services.release_schedule(made.number, acting_user=amina, at=soon())
    wrong_total()
    assert refused(made, amina)
    with pytest.raises(Conflict):
        services.release_schedule(made.number, acting_user=amina, at=soon())


def test_over_a_gate_only_with_a_written_reason(amina: User) -> None:
    wrong_total()
    made = staged()
    with pytest.raises(Conflict):
        services.release_schedule(made.number, acting_user=amina, at=soon(), over_gates=True)
    services.release_schedule(
        made.number, acting_user=amina, at=soon(), over_gates=True, reason="The report counts gold twice."
    )
    assert due() == [made.number]


def test_the_consent_of_a_second_person_is_asked_when_scheduling_and_at_the_minute(
    amina: User, youssef: User
) -> None:
    Role.objects.create(user=youssef, kind=Role.Kind.STATISTICIAN)
    Dataset.objects.update(needs_consent=True)
    made = staged(by=amina)
    with pytest.raises(Conflict):
        services.release_schedule(made.number, acting_user=amina, at=soon())
    services.release_schedule(made.number, acting_user=youssef, at=soon())
    assert due() == [made.number]
    assert now_published() == made


def test_consent_that_is_asked_for_since_holds_at_the_minute(amina: User) -> None:
    made = staged(by=amina)
    services.release_schedule(made.number, acting_user=amina, at=soon())
    Dataset.objects.update(needs_consent=True)
    assert refused(made, amina)


def test_who_may_no_longer_publish_has_not_scheduled(amina: User) -> None:
    made = staged()
    services.release_schedule(made.number, acting_user=amina, at=soon())
    amina.roles.all().delete()
    assert refused(made, amina)


def test_another_release_that_came_between_stops_it(amina: User) -> None:
    made, other = staged(), staged("2024-02")
    services.release_schedule(made.number, acting_user=amina, at=soon())
    services.release_publish(other.number, acting_user=amina)
    assert due() == []
    made.refresh_from_db()
    assert (made.state, now_published()) == ("staged", other)
    assert made.schedule["refused"]


def test_one_refusal_does_not_hold_the_others_up(amina: User) -> None:
    made = staged()
    comtrade = run_ended(
        release(factories.comtrade(), [factories.comtrade_fact()], publish=False, demonstration=False)
    )
    services.release_schedule(made.number, acting_user=amina, at=soon())
    services.release_schedule(comtrade.number, acting_user=amina, at=soon())
    wrong_total()
    assert due() == [comtrade.number]
