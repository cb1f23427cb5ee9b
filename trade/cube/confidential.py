"""The only way to what is known of single firms: amounts for the company itself, statuses for its region's officers.

Who may read what is said by a function of a room above (`CONFIDENTIAL_SCOPE`). Every call is recorded before anything
leaves, refused ones too; what lies outside a person's scope looks as if it were not there.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from portal.base.errors import DomainError, Invalid, Missing
from trade.cube import catalogue, codes, derive, journal, planner, rows, standings, stores
from trade.cube.plans import Plan
from trade.cube.query import Query
from trade.cube.result import Result
from trade.cube.standings import Standings
from trade.models import ConfidentialReading, Release

log = structlog.get_logger(__name__)
LONGEST_WORDS = 500
SHORTEST_WORDS = 5
# Measures that say nothing of anybody else.
MEASURES = frozenset({"value", "net_kg", "quantity", "unit_value"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may read: enterprises (9 digits) whose amounts, regions whose firms' statuses."""

    enterprises: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why somebody reads: one of the listed purposes, and a sentence of their own."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Amounts:
    """The figures of a query over the facts of these enterprises alone."""

    query: Query
    enterprises: frozenset[str]


@dataclass(frozen=True, slots=True)
class Statuses:
    """Which firms of these regions stopped, started, or come near the threshold, as of a month (default: the last)."""

    regions: frozenset[str]
    dataset: str = "ma-customs"
    month: str | None = None


Question = Amounts | Statuses
Answer = Result | Standings


@dataclass(slots=True)
class _Call:
    """What the journal is told of a call, filled while it is answered."""

    question: Question
    person: Any
    purpose: Purpose
    release: Release | None = None

    def record(self, outcome: str, *, reason: str = "", enterprises: Any = None, rows_told: int = 0) -> None:
        asked = self.question
        about_amounts = isinstance(asked, Amounts)
        named = _named(asked)
        params = (
            asked.query.to_params()
            if isinstance(asked, Amounts)
            else {"dataset": asked.dataset, "month": asked.month or ""}
        )
        known = self.purpose.kind in ConfidentialReading.Purpose.values
        kinds = ConfidentialReading.Kind
        journal.write(
            person=self.person,
            purpose=self.purpose.kind if known else "",
            words=self.purpose.words.replace("\0", "")[:LONGEST_WORDS],
            kind=kinds.AMOUNTS if about_amounts else kinds.STATUSES,
            question=params,
            enterprises=[str(code)[:9] for code in (named if enterprises is None else enterprises)],
            regions=[] if isinstance(asked, Amounts) else [str(code)[:5] for code in asked.regions],
            release=self.release.number if self.release else None,
            outcome=outcome,
            reason=reason[:40],
            rows=rows_told,
        )


def answer_confidential(query: Question, *, acting_user: Any, purpose: Purpose) -> Answer:
    """Answer from the published release, for a person whose scope holds everything that is asked for.

    Raises Missing for what is not there and for what is out of scope, in the same words; Invalid for a purpose or a
    measure that is not allowed; Unavailable where the call cannot be recorded, and then nothing is answered.
    """
    call = _Call(query, acting_user, purpose)
    outcomes = ConfidentialReading.Outcome
    try:
        _check_purpose(purpose)
        _check_scope(query, acting_user)
        found = _amounts(query, call) if isinstance(query, Amounts) else _statuses(query, call)
    except DomainError as refusal:
        refused = refusal.status < 500
        call.record(
            outcomes.REFUSED if refused else outcomes.FAILED, reason=getattr(refusal, "why", refusal.code)
        )
        raise
    except Exception as error:
        call.record(outcomes.FAILED, reason=type(error).__name__)
        raise
    read = {row.enterprise for row in found.rows} if isinstance(found, Standings) else _named(query)
    call.record(outcomes.ANSWERED, enterprises=read, rows_told=len(found.rows))
    return found


def _named(query: Question) -> frozenset[str]:
    return query.enterprises if isinstance(query, Amounts) else frozenset()


class _Refused(Missing):
    """The reader sees Missing; the journal keeps why."""

    def __init__(self, why: str) -> None:
        super().__init__(_("There is no such firm or region for this reader."))
        self.why = why


def _check_purpose(purpose: Purpose) -> None:
    if purpose.kind not in ConfidentialReading.Purpose.values:
        raise Invalid(
            _("The purpose is not one of those for which firms' figures may be read."),
            hint=_("Allowed: %(allowed)s.") % {"allowed": " ".join(ConfidentialReading.Purpose.values)},
        )
    if not SHORTEST_WORDS <= len(purpose.words.strip()) <= LONGEST_WORDS:
        raise Invalid(
            _("Say in a sentence why you read these figures, in %(least)s to %(most)s characters.")
            % {"least": SHORTEST_WORDS, "most": LONGEST_WORDS}
        )


def _check_scope(query: Question, person: Any) -> None:
    if not settings.CONFIDENTIAL_SCOPE:
        raise _Refused("no_scope")
    if not (getattr(person, "pk", None) and getattr(person, "is_active", False)):
        raise _Refused("no_account")
    asks: Callable[[Any], Scope] = import_string(settings.CONFIDENTIAL_SCOPE)
    scope = asks(person)
    named, allowed = (
        (query.enterprises, scope.enterprises)
        if isinstance(query, Amounts)
        else (query.regions, scope.regions)
    )
    if not named or not named <= allowed:
        raise _Refused("out_of_scope")


def _amounts(asked: Amounts, call: _Call) -> Result:
    query = asked.query
    if not set(query.measures) <= MEASURES:
        raise Invalid(
            _("measures: of single firms there are amounts only."),
            hint=_("Allowed: %(allowed)s.") % {"allowed": " ".join(sorted(MEASURES))},
        )
    release = call.release = _release(query)
    codes.check(query, catalogue.rollups_of(release))
    # Planned as facts without companies are: of a firm's own facts nothing is hidden from it, and no cell of the
    # public tables, to which others contribute, is read.
    open_release = copy.copy(release)
    open_release.dataset = copy.copy(release.dataset)
    open_release.dataset.has_companies = False
    parts = catalogue.parts_of(release)

    def ask(question: Query, earlier: bool = False) -> tuple[Plan, list[tuple[Any, ...]]]:
        made = planner.plan(question, open_release, (), parts, earlier=earlier)
        if not made.sources:
            return made, rows.nothing(made)
        if made.table:
            raise ValueError("a firm's figures come from its facts alone")
        return made, stores.facts(made, enterprises=asked.enterprises)

    plan, found = ask(query)
    result = rows.result_of(plan, release, derive.made(plan, found, ask))
    only = _("Only the facts of the firms that this reader may see are in these figures.")
    return replace(result, notes=[*result.notes, only])


def _statuses(asked: Statuses, call: _Call) -> Standings:
    release = call.release = _release(Query(dataset=asked.dataset))
    return standings.of(release, catalogue.parts_of(release), asked.regions, asked.month)


def _release(query: Query) -> Release:
    """The published one, of a dataset with companies. An earlier one would tell what was corrected since."""
    if query.release is not None:
        raise Invalid(_("release: firms' figures come from the published release only."))
    release = catalogue.release_for(query)
    if not release.dataset.has_companies:
        raise Invalid(_("dataset: its facts carry no firms."))
    return release
