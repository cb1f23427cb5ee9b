"""Corrected rejects complete their run: they are added to its release and replace nothing."""

from pathlib import Path

import pytest

from portal.accounts.models import User
from portal.base.errors import Invalid, Missing
from tests.trade import factories
from tests.trade.importing import (
    codes,
    comtrade_file,
    comtrade_record,
    customs_file,
    customs_row,
    facts,
    good_rows,
    imported,
    written,
)
from trade import services
from trade.models import Release, Run
from trade.selectors.corrections import rejects_own
from trade.services import release_publish, release_withdraw, run_create

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()
    services.datasets_load()


@pytest.fixture
def first(tmp_path: Path) -> Run:
    """March with forty good rows and two bad ones: an unknown mode, an unknown partner."""
    bad = [customs_row(office="901", mode="8"), customs_row(office="902", partner="QQ", value_mad="7")]
    run = imported("customs", customs_file(tmp_path, [*good_rows(40), *bad]))
    assert (run.state, run.rows_rejected) == ("published", 2)
    return run


def corrected(folder: Path) -> Path:
    rows = [customs_row(office="901", mode="1"), customs_row(office="902", partner="ES", value_mad="7")]
    return customs_file(folder, rows, "corrected.csv")


def offices(release: Release) -> list[str]:
    return sorted(row["customs_office"] for row in facts(release))


def values(release: Release) -> dict[str, int]:
    return {row["customs_office"]: row["value"] for row in facts(release)}


# --- the whole way ---


def test_the_rejected_rows_are_handed_out_corrected_and_added(first: Run, tmp_path: Path) -> None:
    name, lines = rejects_own(first, 0)
    text = b"".join(lines).decode()
    assert name.startswith(f"run-{first.number}-rejected-")
    assert [line.split(",")[7] for line in text.splitlines()] == ["office", "901", "902"]

    again = written(tmp_path, text.replace(",8,1500", ",1,1500").replace("QQ", "ES"), name)
    run = imported("customs", again, corrects=first.number)

    assert (run.state, run.rows_read, run.rows_rejected) == ("published", 2, 0)
    assert offices(run.release) == sorted([*offices(first.release), "901", "902"])
    before, now = values(first.release), values(run.release)
    assert {office: now[office] for office in before} == before
    assert now["902"] == 7_000
    assert run.release.predecessor == first.release
    assert {"code": "corrected", "params": {"release": "1", "run": "1"}} in run.log


def test_what_is_added_to_a_published_month_is_marked_revised_unless_final(
    first: Run, tmp_path: Path
) -> None:
    rows = [customs_row(office="901", status="P"), customs_row(office="902", status="F")]
    run = imported("customs", customs_file(tmp_path, rows, "marks.csv"), corrects=first.number)
    marks = {row["customs_office"]: row["status"] for row in facts(run.release)}
    assert (marks["901"], marks["902"], marks["300"]) == ("R", "F", "F")


def test_other_months_and_what_came_since_stay(first: Run, tmp_path: Path) -> None:
    """A correction never replaces the slice that its rows lie in."""
    run = imported("customs", corrected(tmp_path), corrects=first.number)
    april = imported("customs", customs_file(tmp_path, good_rows(3, period="2024-04"), "april.csv"))
    assert len(facts(april.release)) == 42 + 3
    refused = imported(
        "customs", customs_file(tmp_path, [customs_row(office="950")], "late.csv"), corrects=first.number
    )
    # April's release is of another run: what March held may have changed with it.
    assert (refused.state, refused.reason["code"]) == ("refused", "corrects_replaced")
    assert str(april.release.number) in refused.reason["en"]
    assert Release.objects.get(state="published") == april.release
    assert run.release.number < april.release.number


def test_a_second_correction_adds_to_the_first(first: Run, tmp_path: Path) -> None:
    one = customs_file(tmp_path, [customs_row(office="901")], "one.csv")
    two = customs_file(tmp_path, [customs_row(office="902", partner="ES")], "two.csv")
    imported("customs", one, corrects=first.number)
    run = imported("customs", two, corrects=first.number)
    assert run.state == "published"
    assert {"901", "902"} < set(offices(run.release))


def test_a_staged_run_is_completed_where_it_waits(tmp_path: Path) -> None:
    bad = customs_row(office="901", mode="8")
    staged = imported("customs", customs_file(tmp_path, [*good_rows(30), bad]), publish=False)
    run = imported(
        "customs", customs_file(tmp_path, [customs_row(office="901")], "c.csv"), corrects=staged.number
    )
    assert run.state == "published"
    assert offices(run.release) == sorted([*offices(staged.release), "901"])
    # What was never published is not revised.
    assert {row["status"] for row in facts(run.release)} == {"F"}


# --- what is no correction ---


def test_keys_that_are_there_are_rejected_and_nothing_is_replaced(first: Run, tmp_path: Path) -> None:
    rows = [
        customs_row(office="901"),
        customs_row(office="300", value_mad="999999"),  # a good row of the first run
        customs_row(office="901", value_mad="5"),  # twice in this file
    ]
    run = imported("customs", customs_file(tmp_path, rows, "double.csv"), corrects=first.number)
    assert run.state == "published"
    assert [(line, code) for line, _column, code in codes(run)] == [(3, "corrects_there"), (4, "duplicate")]
    assert values(run.release)["300"] == values(first.release)["300"]
    assert values(run.release)["901"] == 1_500_250


def test_rows_of_slices_that_the_run_never_brought_are_rejected(first: Run, tmp_path: Path) -> None:
    rows = [customs_row(office="901"), customs_row(office="903", flow="M", ice="")]
    run = imported("customs", customs_file(tmp_path, rows, "strange.csv"), corrects=first.number)
    assert run.state == "published"
    assert (3, "corrects_slice") in [(line, code) for line, _column, code in codes(run)]
    assert {row["flow"] for row in facts(run.release)} == {"X"}

    other = imported(
        "customs", customs_file(tmp_path, [customs_row(period="2024-05")], "may.csv"), corrects=first.number
    )
    assert (other.state, other.reason["code"]) == ("refused", "nothing_good")
    assert {code for _line, _column, code in codes(other)} == {"corrects_slice"}


def test_another_dataset_format_or_no_run_at_all_is_refused_at_once(first: Run, tmp_path: Path) -> None:
    answer = comtrade_file(tmp_path, [comtrade_record()])
    before = Run.objects.count()
    for source, file, number, words in (
        ("comtrade-json", answer, first.number, "customs and the dataset ma-customs"),
        ("customs", corrected(tmp_path), 99, "no run 99"),
    ):
        with pytest.raises(Invalid, match=words):
            run_create(acting_user=None, source=source, files=[file], corrects=number)
    assert Run.objects.count() == before


def test_a_refused_run_has_nothing_to_complete(tmp_path: Path) -> None:
    refused = imported("customs", customs_file(tmp_path, [customs_row(mode="8")]))
    assert refused.state == "refused"
    with pytest.raises(Invalid, match="no release that could be completed"):
        run_create(acting_user=None, source="customs", files=[corrected(tmp_path)], corrects=refused.number)


def test_a_withdrawn_release_is_not_completed(first: Run, tmp_path: Path) -> None:
    release_withdraw(first.release.number, acting_user=None)
    run = imported("customs", corrected(tmp_path), corrects=first.number)
    assert (run.state, run.reason["code"]) == ("refused", "corrects_withdrawn")
    assert not Release.objects.filter(state="published").exists()


def test_a_release_that_moves_while_the_correction_waits_is_not_published_over(
    first: Run, tmp_path: Path, amina: User
) -> None:
    waiting = imported("customs", corrected(tmp_path), corrects=first.number, publish=False)
    release_withdraw(first.release.number, acting_user=None)
    from portal.base.errors import Conflict

    with pytest.raises(Conflict):
        release_publish(waiting.release.number, acting_user=amina)


def test_the_same_correction_twice_changes_nothing(first: Run, tmp_path: Path) -> None:
    once = imported("customs", corrected(tmp_path), corrects=first.number)
    twice = imported("customs", corrected(tmp_path), corrects=first.number)
    assert twice.state == "unchanged"
    assert Release.objects.get(state="published") == once.release

    # Other bytes, the same rows: every key is there already.
    rows = [customs_row(office="902", partner="ES", value_mad="7"), customs_row(office="901", mode="1")]
    third = imported("customs", customs_file(tmp_path, rows, "turned.csv"), corrects=first.number)
    assert (third.state, third.reason["code"]) == ("refused", "nothing_good")
    assert {code for _line, _column, code in codes(third)} == {"corrects_there"}


def test_a_correction_of_which_a_row_is_still_bad_adds_the_good_one(first: Run, tmp_path: Path) -> None:
    """The share of rejects is no gate here: half of two rows may be wrong again."""
    rows = [customs_row(office="901"), customs_row(office="902", partner="QQ")]
    run = imported("customs", customs_file(tmp_path, rows, "half.csv"), corrects=first.number)
    assert (run.state, run.rows_rejected) == ("published", 1)
    assert "901" in offices(run.release)


def test_a_run_without_rejects_has_no_file_of_them(tmp_path: Path) -> None:
    run = imported("customs", customs_file(tmp_path, good_rows(3)))
    with pytest.raises(Missing):
        rejects_own(run, 0)
    with pytest.raises(Missing):
        rejects_own(run, 5)
