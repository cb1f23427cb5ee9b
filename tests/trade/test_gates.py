"""Soft gates: what does not hold waits for a person, who publishes over it with a written reason only."""

from pathlib import Path

import pytest
from django.urls import reverse

from portal.accounts.models import Role, User
from portal.base.errors import Conflict
from reference.models import Country
from tests.people import Person
from tests.trade import factories
from tests.trade.importing import comtrade_file, comtrade_record, imported, month, published_release
from trade import services
from trade.models import Dataset, PublishedTotal, Release, Run
from trade.services import release_publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()
    for code, number in {"MA": 504, "W": 0, "FR": 251}.items():
        Country.objects.filter(code=code).update(un_codes=[number])
    services.datasets_load()


def total(value: int, **more: str) -> PublishedTotal:
    dataset = Dataset.objects.get(code="comtrade")
    names = {"flow": "X", "period": "2023", "source": "Office des changes, annual report 2023"}
    return PublishedTotal.objects.create(dataset=dataset, value=value, **{**names, **more})


def handed_in(folder: Path, *, value: int = 1000, publish: bool = True) -> Run:
    record = comtrade_record(cmdCode="TOTAL", aggrLevel=0, partnerCode=0, primaryValue=value)
    return imported("comtrade-json", comtrade_file(folder, [record]), publish=publish)


def gate(run: Run, name: str) -> dict[str, object]:
    return next(told for told in run.gates if told["gate"] == name)


def test_a_total_that_is_met_publishes(tmp_path: Path) -> None:
    total(1_000_900)  # thousandths: within one in a thousand
    run = handed_in(tmp_path)
    assert (run.state, gate(run, "total_met")["held"]) == ("published", True)


def test_a_total_that_is_missed_waits_for_a_written_reason(tmp_path: Path, amina: User) -> None:
    total(1_100_000)
    run = handed_in(tmp_path)

    assert run.state == "staged"
    told = gate(run, "total_met")
    assert (told["level"], told["held"]) == ("soft", False)
    assert told["figures"]["off"] == pytest.approx(-9.091)  # type: ignore[index]
    assert run.log[-1]["code"] == "gate_not_held"
    number = run.release.number
    with pytest.raises(Conflict) as caught:
        release_publish(number, acting_user=amina)
    assert caught.value.code == "gate_not_held"
    assert "Office des changes" in str(caught.value)
    for reason in ("", "   "):
        with pytest.raises(Conflict, match="written reason"):
            release_publish(number, acting_user=amina, over_gates=True, reason=reason)
    # A reason alone is no will to publish over a gate.
    with pytest.raises(Conflict):
        release_publish(number, acting_user=amina, reason="It is right.")
    assert published_release("comtrade") is None

    release_publish(number, acting_user=amina, over_gates=True, reason="The report counts bunkers too.")
    assert published_release("comtrade") == run.release
    events = Release.pgh_event_model.objects.filter(pgh_obj=run.release, state="published")  # type: ignore[attr-defined]
    assert [event.pgh_context.metadata["why"] for event in events] == ["The report counts bunkers too."]


def test_a_total_entered_after_staging_is_asked_for_at_publishing(tmp_path: Path, amina: User) -> None:
    run = handed_in(tmp_path, publish=False)
    assert not any(told["gate"] == "total_met" for told in run.gates)
    entered = total(2_000_000)
    with pytest.raises(Conflict):
        release_publish(run.release.number, acting_user=amina)
    entered.value = 1_000_000
    entered.save()
    release_publish(run.release.number, acting_user=amina)
    run.refresh_from_db()
    assert gate(run, "total_met")["held"] is True


def test_a_trusted_dataset_does_not_publish_over_a_gate(tmp_path: Path) -> None:
    Dataset.objects.filter(code="comtrade").update(trusted=True)
    total(5)
    assert handed_in(tmp_path, publish=False).state == "staged"


def test_totals_of_other_years_and_of_periods_not_whole_are_not_asked_for(tmp_path: Path) -> None:
    total(5, period="2022")
    total(5, period="2023-04")
    total(5, flow="M")
    assert handed_in(tmp_path).state == "published"


def test_a_month_that_is_missing_holds_only_where_every_month_is_asked_for(
    tmp_path: Path, amina: User
) -> None:
    imported("customs", month(tmp_path, "2024-01"))
    told = imported("customs", month(tmp_path, "2024-03"))
    assert (told.state, gate(told, "months_complete")["level"]) == ("published", "told")
    Dataset.objects.filter(code="ma-customs").update(needs_every_month=True)
    run = imported("customs", month(tmp_path, "2024-05"))
    assert (run.state, gate(run, "months_complete")["figures"]) == (
        "staged",
        {"missing": "2024-02, 2024-04", "count": 2},
    )
    reason = "February and April are late."
    release_publish(run.release.number, acting_user=amina, over_gates=True, reason=reason)


# --- entering totals ---


def test_an_operator_enters_a_total_and_slips_are_refused() -> None:
    client = Person("Op", "op@qafila.example", Role.Kind.OPERATOR).signed_in()
    dataset = Dataset.objects.get(code="comtrade")
    address = reverse("admin:trade_publishedtotal_add")
    form = {
        "dataset": str(dataset.pk), "flow": "X+RX", "period": "2023", "value": "1000000", "tolerance": "0.001",
        "source": "Office des changes",
    }  # fmt: skip
    for wrong in ({"flow": "X,RX"}, {"period": "2023-13"}, {"value": "-1"}, {"tolerance": "1.5"}):
        assert client.post(address, {**form, **wrong}).status_code == 200
    assert not PublishedTotal.objects.exists()
    assert client.post(address, form).status_code == 302
    assert PublishedTotal.objects.get().flow == "X+RX"
    assert client.post(address, form).status_code == 200
    assert PublishedTotal.objects.count() == 1
