"""Firms' figures: amounts for the company, statuses for its region, every call in the journal, refused ones too."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection, transaction
from pytest_django import Settings

from portal.accounts.models import User
from portal.base.errors import DomainError, Invalid, Missing, Unavailable
from tests.trade import factories as make
from trade import cube
from trade.cube import Amounts, Purpose, Query, Scope, Statuses, journal
from trade.models import ConfidentialReading, Release
from trade.selectors import readings_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
OURS, THEIRS, NOBODY = "000000001", "000000002", "999999999"
WHY = Purpose("own-file", "Figures for our annual report")
_scopes: dict[Any, Scope] = {}


def scope(person: Any) -> Scope:
    """What the room above would say."""
    return _scopes.get(person.pk, Scope())


@pytest.fixture(autouse=True)
def words(settings: Settings) -> Iterator[None]:
    make.vocabulary()
    settings.CONFIDENTIAL_SCOPE = "tests.trade.test_confidential.scope"
    _scopes.clear()
    yield
    _scopes.clear()


@pytest.fixture
def release() -> Release:
    facts = [
        make.customs_fact(company=make.ice(1, 1), value=700, partner="FR"),
        make.customs_fact(company=make.ice(1, 2), value=30, partner="ES", product="3105300000"),
        make.customs_fact(company=make.ice(2), value=90_000),
        make.customs_fact(company=make.ice(2), value=5, period="2024-02"),
    ]
    return make.release(make.customs(), facts, build=False)


def person_of(user: User, *, firms: tuple[str, ...] = (), regions: tuple[str, ...] = ()) -> User:
    _scopes[user.pk] = Scope(frozenset(firms), frozenset(regions))
    return user


def amounts(user: Any, *firms: str, why: Purpose = WHY, **params: str) -> Any:
    query = Query.parse({"flow": "X", **params})
    return cube.answer_confidential(Amounts(query, frozenset(firms)), acting_user=user, purpose=why)


def recorded(user: User) -> list[ConfidentialReading]:
    return list(ConfidentialReading.objects.filter(acting_user_id=user.pk).order_by("at"))


def test_a_company_reads_its_own_amounts_of_all_its_establishments(release: Release, youssef: User) -> None:
    person_of(youssef, firms=(OURS,))
    result = amounts(youssef, OURS, by="partner")
    assert result.rows == [("ES", 30), ("FR", 700)]
    assert amounts(youssef, OURS).rows == [(730,)]
    assert amounts(youssef, OURS, by="product", level="10").rows == [("0802700000", 700), ("3105300000", 30)]
    assert result.demonstration
    assert "Only the facts of the firms that this reader may see are in these figures." in result.texts("en")


def test_of_others_nothing_is_in_any_answer(release: Release, youssef: User) -> None:
    person_of(youssef, firms=(OURS,))
    for params in (
        {"by": "product"},
        {"by": "partner"},
        {"by": "region"},
        {"by": "period"},
        {"by": "sector"},
    ):
        result = amounts(youssef, OURS, **params)
        assert sum(value or 0 for value in result.column("value")) == 730
        assert "2024-02" not in str(result.rows)
    with pytest.raises(Invalid):
        amounts(youssef, OURS, measures="value,firms")
    with pytest.raises(Invalid):
        amounts(youssef, OURS, release=str(release.number))


def test_out_of_scope_looks_as_if_it_were_not_there(release: Release, youssef: User) -> None:
    person_of(youssef, firms=(OURS,))
    told = set()
    for firms in ((THEIRS,), (NOBODY,), (OURS, THEIRS), ()):
        with pytest.raises(Missing) as refusal:
            amounts(youssef, *firms)
        told.add((str(refusal.value), refusal.value.code, refusal.value.status))
    with pytest.raises(Missing) as refusal:
        cube.answer_confidential(Statuses(frozenset({"MA-01"})), acting_user=youssef, purpose=WHY)
    told.add((str(refusal.value), refusal.value.code, refusal.value.status))
    assert len(told) == 1
    assert {(row.outcome, row.reason) for row in recorded(youssef)} == {("refused", "out_of_scope")}
    assert len(recorded(youssef)) == 5


def test_while_no_room_says_who_may_read_nobody_may(
    release: Release, youssef: User, settings: Settings
) -> None:
    person_of(youssef, firms=(OURS,), regions=("MA-01",))
    settings.CONFIDENTIAL_SCOPE = ""
    with pytest.raises(Missing):
        amounts(youssef, OURS)
    assert [(row.outcome, row.reason) for row in recorded(youssef)] == [("refused", "no_scope")]


@pytest.mark.parametrize(
    "why", [Purpose("curiosity", "I would like to know"), Purpose("own-file", "  "), Purpose("", "")]
)
def test_a_purpose_is_one_of_the_list_and_a_sentence(release: Release, youssef: User, why: Purpose) -> None:
    person_of(youssef, firms=(OURS,))
    with pytest.raises(Invalid):
        amounts(youssef, OURS, why=why)
    assert [row.outcome for row in recorded(youssef)] == ["refused"]


def test_who_has_left_reads_nothing(release: Release, youssef: User) -> None:
    person_of(youssef, firms=(OURS,))
    youssef.is_active = False
    with pytest.raises(Missing):
        amounts(youssef, OURS)
    assert recorded(youssef)[0].reason == "no_account"


# --- The journal -----------------------------------------------------------------------------------------------------


def test_an_answer_is_recorded_with_all_that_was_asked(release: Release, youssef: User) -> None:
    person_of(youssef, firms=(OURS,))
    amounts(youssef, OURS, by="partner")
    (row,) = recorded(youssef)
    assert (row.email, row.purpose, row.words) == (youssef.email, "own-file", WHY.words)
    assert (row.kind, row.outcome, row.rows, row.enterprises) == ("amounts", "answered", 2, [OURS])
    assert (row.release, row.question["by"]) == (release.number, "partner")


def test_a_rollback_does_not_lose_the_record(release: Release, youssef: User) -> None:
    person_of(youssef, firms=(OURS,))
    with transaction.atomic():
        amounts(youssef, OURS)
        with pytest.raises(Missing), transaction.atomic():
            amounts(youssef, THEIRS)
        transaction.set_rollback(True)
    assert [row.outcome for row in recorded(youssef)] == ["answered", "refused"]


def test_without_a_record_there_is_no_answer(
    release: Release, youssef: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_of(youssef, firms=(OURS,))
    with journal._connected() as session:
        monkeypatch.setattr(journal, "LONGEST_WAIT", "200ms")
        session.autocommit = False
        session.execute("LOCK TABLE trade_confidentialreading IN EXCLUSIVE MODE")
        with pytest.raises(Unavailable):
            amounts(youssef, OURS)
        session.rollback()
    assert recorded(youssef) == []


def test_nobody_changes_or_removes_a_record(release: Release, youssef: User) -> None:
    person_of(youssef, firms=(OURS,))
    amounts(youssef, OURS)
    rows = ConfidentialReading.objects.filter(acting_user_id=youssef.pk)
    with pytest.raises(Error), transaction.atomic():
        rows.update(words="nothing")
    with pytest.raises(Error), transaction.atomic():
        rows.delete()
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM trade_confidentialreading")
    assert rows.count() == 1


def test_a_company_sees_who_read_its_file(release: Release, youssef: User, amina: User) -> None:
    firm = "000000077"
    person_of(youssef, firms=(firm,))
    amounts(youssef, firm)
    with pytest.raises(DomainError):
        amounts(amina, firm)
    assert [(row.email, row.outcome) for row in readings_of(firm)[:2]] == [
        (amina.email, "refused"),
        (youssef.email, "answered"),
    ]


# --- Statuses --------------------------------------------------------------------------------------------------------


def monthly(firm: int, periods: tuple[str, ...], value: int = 1000, **more: Any) -> list[dict[str, Any]]:
    return [
        make.customs_fact(company=make.ice(firm), period=period, value=value, **more) for period in periods
    ]


YEARS = tuple(
    f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13) if (year, month) <= (2024, 6)
)


@pytest.fixture
def firms(settings: Settings) -> Release:
    settings.CONFIDENTIAL_THRESHOLD = 100
    thousandths = 100 * 1000
    facts = [
        *monthly(10, YEARS),  # goes on
        *monthly(11, ("2023-02", "2023-11")),  # stopped: February to June is lacking this year
        *monthly(12, ("2023-11",)),  # its months have not come yet
        *monthly(13, ("2024-05",)),  # first export
        *monthly(14, ("2023-09", "2024-03")),  # neither first nor stopped
        *monthly(
            15, ("2023-08", "2024-02"), thousandths * 45 // 100
        ),  # 90 % of the threshold in twelve months
        *monthly(16, ("2023-08", "2024-02"), thousandths // 2),  # has reached it
        *monthly(17, ("2023-03",), region="MA-02"),  # another region's
        *monthly(18, ("2023-03",), flow="M"),  # an importer
    ]
    return make.release(make.customs(), facts, build=False)


def test_officers_are_told_statuses_of_their_regions_and_no_amounts(firms: Release, amina: User) -> None:
    person_of(amina, regions=("MA-01",))
    why = Purpose("follow-up", "Visits of the second half of the year")
    told = cube.answer_confidential(Statuses(frozenset({"MA-01"})), acting_user=amina, purpose=why)
    assert isinstance(told, cube.Standings)
    assert told.month == "2024-06"
    assert {row.enterprise: row.statuses for row in told.rows} == {
        "000000011": ("stopped",),
        "000000013": ("first_export",),
        "000000015": ("near_threshold",),
    }
    assert all(
        not isinstance(value, int | float) for row in told.rows for value in (row.enterprise, *row.statuses)
    )
    (row,) = recorded(amina)
    assert (row.kind, row.regions, row.enterprises) == (
        "statuses", ["MA-01"], ["000000011", "000000013", "000000015"],
    )  # fmt: skip
    assert readings_of("000000011")[0].email == amina.email


def test_what_cannot_be_known_is_not_told(amina: User) -> None:
    person_of(amina, regions=("MA-01",))
    make.release(make.customs(), monthly(10, ("2024-05", "2024-06")), build=False)
    why = Purpose("follow-up", "Visits of this month")
    told = cube.answer_confidential(Statuses(frozenset({"MA-01"})), acting_user=amina, purpose=why)
    assert told.rows == []
    assert len(told.notes) == 4
    for month in ("2019-01", "2024-13", "2024"):
        with pytest.raises(DomainError):
            cube.answer_confidential(
                Statuses(frozenset({"MA-01"}), month=month), acting_user=amina, purpose=why
            )


# --- The house -------------------------------------------------------------------------------------------------------

# Who may speak of companies: what reads and writes facts, sums them for clearance, and the two modules above.
# The cube's answers, pages, API, tables and charts do not.
SPEAK_OF_COMPANIES = (
    "trade/canonical.py", "trade/sources/", "trade/imports/", "trade/demo/", "trade/clearance/", "trade/fetch/",
    "trade/cube/summaries.py", "trade/cube/numbering.py", "trade/cube/tables.py", "trade/cube/rollups.py",
    "trade/cube/files.py", "trade/cube/standings.py", "trade/cube/confidential.py", "trade/migrations/",
)  # fmt: skip


def test_no_other_module_reads_the_company_of_a_fact() -> None:
    found = []
    for path in sorted((ROOT / "trade").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if name.startswith(SPEAK_OF_COMPANIES):
            continue
        tree = ast.parse(path.read_text())
        spoken = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
                words = (
                    node.value.replace("(", " ").replace(")", " ").replace(",", " ").replace(".", " ").split()
                )
                if "company" in words and ("SELECT" in words or len(words) == 1):
                    found.append(f"{name}:{node.lineno}")
    assert found == []
