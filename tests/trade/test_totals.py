"""Published totals are entered, corrected and removed by a person with a reason, and the next check compares."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portal.accounts.models import User
from portal.base.errors import Conflict, Invalid, Missing
from tests.trade import factories
from tests.trade.importing import imported, month
from trade import selectors, services
from trade.models import Dataset, PublishedTotal

pytestmark = pytest.mark.django_db
FIELDS: dict[str, Any] = {
    "flow": "X", "period": "2024-01", "value": 4_500_750, "tolerance": Decimal("0.001"), "source": "Bulletin 1, p. 3",
}  # fmt: skip


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()
    services.datasets_load()


def entered(by: User | None, **more: Any) -> PublishedTotal:
    return services.total_add(
        acting_user=by, dataset="ma-customs", fields={**FIELDS, **more}, reason="The bulletin of March."
    )


def acts() -> list[tuple[str, str, str]]:
    dataset = Dataset.objects.get(code="ma-customs")
    told = selectors.totals_history(dataset)
    return [(change.act, change.change.who, change.change.why) for change in told]


def test_a_total_that_is_entered_holds_the_next_release_until_it_is_corrected(
    tmp_path: Path, amina: User
) -> None:
    total = entered(amina, value=9_000_000)
    held = imported("customs", month(tmp_path, "2024-01"))
    assert held.state == "staged"

    services.total_correct(
        total.pk, acting_user=amina, fields={"value": 4_500_750}, reason="A slip of the pen."
    )
    services.release_publish(held.release.number, acting_user=amina)
    held.refresh_from_db()
    assert held.state == "published"


def test_what_happened_is_told_with_who_and_why_also_of_a_total_that_is_gone(
    amina: User, youssef: User
) -> None:
    total = entered(amina)
    services.total_correct(total.pk, acting_user=youssef, fields={"value": 5}, reason="Revised.")
    services.total_correct(total.pk, acting_user=youssef, fields={"value": 5}, reason="Nothing new.")
    services.total_remove(total.pk, acting_user=amina, reason="Not Morocco's.")

    assert not PublishedTotal.objects.exists()
    assert acts() == [
        ("removed", str(amina), "Not Morocco's."),
        ("corrected", str(youssef), "Revised."),
        ("added", str(amina), "The bulletin of March."),
    ]
    corrected = selectors.totals_history(Dataset.objects.get(code="ma-customs"))[1]
    assert corrected.change.fields == {"value": (4_500_750, 5)}
    assert (corrected.flow, corrected.period) == ("X", "2024-01")


def test_another_dataset_s_totals_are_not_told(amina: User) -> None:
    entered(amina)
    assert selectors.totals_history(Dataset.objects.get(code="comtrade")) == []
    assert selectors.totals_of(Dataset.objects.get(code="comtrade")) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"flow": "X,RX"}, {"period": "2024-13"}, {"value": 0}, {"value": 10**18 + 1}, {"tolerance": Decimal(1)},
        {"source": ""},
    ],
)  # fmt: skip
def test_slips_are_refused_and_nothing_is_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        entered(None, **wrong)
    assert not PublishedTotal.objects.exists()


def test_one_total_a_flow_and_period(amina: User) -> None:
    entered(amina)
    other = entered(amina, flow="M")
    with pytest.raises(Conflict, match="already"):
        entered(amina)
    with pytest.raises(Conflict, match="already"):
        services.total_correct(other.pk, acting_user=amina, fields={"flow": "X"}, reason="Exports.")
    other.refresh_from_db()
    assert other.flow == "M"


def test_every_change_needs_a_reason_and_a_row(amina: User) -> None:
    total = entered(amina)
    for call in (
        lambda: services.total_correct(total.pk, acting_user=amina, fields={"value": 5}, reason=" "),
        lambda: services.total_remove(total.pk, acting_user=amina, reason=""),
    ):
        with pytest.raises(Invalid, match="why"):
            call()
    total.refresh_from_db()
    assert total.value == FIELDS["value"]
    services.total_remove(total.pk, acting_user=amina, reason="Gone.")
    with pytest.raises(Missing):
        services.total_remove(total.pk, acting_user=amina, reason="Gone.")
    with pytest.raises(Missing):
        services.total_add(acting_user=amina, dataset="nowhere", fields=FIELDS, reason="None.")
