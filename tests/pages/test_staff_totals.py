"""The statisticians' pages of published totals, and the page that takes a waiting run back."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Role
from tests.pages.reading import get, text
from tests.people import HASSAN, OMAR, Person
from tests.trade import factories
from tests.trade.importing import imported, month
from trade import services
from trade.models import Dataset, PublishedTotal, Run

pytestmark = pytest.mark.django_db
TOTALS = "/en/staff/trade/datasets/ma-customs/totals/"
FORM = {
    "flow": "X+RX", "period": "2023", "value": "430900.5", "unit": "1000000", "tolerance": "0.25",
    "source": "Annual report 2023, p. 12", "reason": "The report is out.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()
    services.datasets_load()


@pytest.fixture
def client() -> Client:
    return OMAR.signed_in()


def test_omar_enters_corrects_and_removes_a_total(client: Client) -> None:
    assert "No total yet" in text(get(client, TOTALS))
    page = text(client.post(TOTALS, FORM, follow=True))
    total = PublishedTotal.objects.get()
    assert (total.value, str(total.tolerance), total.flow) == (430_900_500_000_000, "0.00250", "X+RX")
    assert "430,900.5" in page
    assert "0.25%" in page
    assert "The report is out." in page

    address = f"/en/staff/trade/totals/{total.pk}/"
    form = get(client, address).content.decode()  # type: ignore[attr-defined]
    assert re.search(r'<input [^>]*name="value"[^>]*value="430900.5"', form)
    page = text(client.post(address, {**FORM, "value": "431", "unit": "1000000000"}, follow=True))
    total.refresh_from_db()
    assert total.value == 431_000_000_000_000
    assert "430,900.5 → 431,000" in page

    assert "Remove a published total?" in text(get(client, f"{address}remove/"))
    assert client.post(f"{address}remove/", {"reason": ""}).status_code == 200
    assert PublishedTotal.objects.exists()
    page = text(client.post(f"{address}remove/", {"reason": "It is not Morocco's."}, follow=True))
    assert not PublishedTotal.objects.exists()
    assert "It is not Morocco's." in page
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"flow": "XX"}, "flow"), ({"value": "-1"}, "value"), ({"value": "1.12345", "unit": "1"}, "value"),
        ({"tolerance": "100"}, "tolerance"), ({"source": ""}, "source"), ({"reason": ""}, "reason"),
    ],
)  # fmt: skip
def test_slips_are_said_at_their_field(client: Client, wrong: dict[str, str], field: str) -> None:
    page = client.post(TOTALS, {**FORM, **wrong})
    assert f'id="id_{field}_error"' in page.content.decode()
    assert not PublishedTotal.objects.exists()


def test_what_a_rule_refuses_is_said_above_the_form(client: Client) -> None:
    assert "Write a year" in text(client.post(TOTALS, {**FORM, "period": "2023-Q1"}))
    client.post(TOTALS, FORM)
    assert "already" in text(client.post(TOTALS, FORM))
    assert PublishedTotal.objects.count() == 1


def test_a_flow_that_the_form_does_not_offer_can_still_be_corrected(client: Client) -> None:
    total = services.total_add(
        acting_user=None, dataset="ma-customs", reason="As published.",
        fields={"flow": "X+RX+RM", "period": "2022", "value": 5000, "tolerance": 0, "source": "A table"},
    )  # fmt: skip
    assert 'value="X+RX+RM" selected' in get(client, f"/en/staff/trade/totals/{total.pk}/").content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["", "remove/"])
def test_strangers_do_not_learn_that_a_total_exists(path: str) -> None:
    total = services.total_add(
        acting_user=None, dataset="ma-customs", reason="As published.",
        fields={"flow": "X", "period": "2022", "value": 5000, "tolerance": 0, "source": "A table"},
    )  # fmt: skip
    assert HASSAN.signed_in().get(f"/en/staff/trade/totals/{total.pk}/{path}").status_code == 404
    assert Client().get(f"/en/staff/trade/totals/{total.pk}/{path}").status_code == 302


def test_the_queries_of_the_list_do_not_grow_with_its_rows(client: Client) -> None:
    def queries(years: range) -> int:
        for year in years:
            client.post(TOTALS, {**FORM, "period": str(year)})
        get(client, TOTALS)
        with CaptureQueriesContext(connection) as asked:
            get(client, TOTALS)
        return len(asked)

    assert queries(range(2000, 2003)) == queries(range(2003, 2023))


# --- taking a run back ---


def test_omar_takes_back_a_run_that_waits(client: Client, tmp_path: Path) -> None:
    run = services.run_create(
        acting_user=OMAR.user, source="customs", files=[month(tmp_path, "2024-01")], publish=True
    )
    address = f"/en/staff/trade/runs/{run.number}/"
    page = get(client, address).content.decode()  # type: ignore[attr-defined]
    assert f'href="{address}cancel/"' in page
    assert 'id="id_reason_error"' in client.post(f"{address}cancel/", {"reason": ""}).content.decode()
    page = text(client.post(f"{address}cancel/", {"reason": "It is March, not April."}, follow=True))
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert "Cancelled before it began" in page
    assert "It is March, not April." in page
    assert f"By {OMAR.user}" in page
    assert "Cancel the run" not in page
    assert services.run_execute(run.pk) is False
    assert client.get(f"{address}cancel/")["Location"] == address


def test_a_run_that_began_meanwhile_says_so(client: Client, tmp_path: Path) -> None:
    run = imported("customs", month(tmp_path, "2024-01"))
    address = f"/en/staff/trade/runs/{run.number}/"
    assert client.get(f"{address}cancel/")["Location"] == address
    assert "has begun already" in text(client.post(f"{address}cancel/", {"reason": "Too late."}))
    assert Run.objects.get().state == "published"


# --- two persons ---


def test_who_handed_in_is_sent_to_a_colleague_and_not_led_to_a_refusal(tmp_path: Path) -> None:
    Dataset.objects.filter(code="ma-customs").update(needs_consent=True)
    run = imported("customs", month(tmp_path, "2024-01"), by=OMAR.user)
    colleague = Person("Zineb", "zineb@qafila.example", Role.Kind.STATISTICIAN)
    for path in (f"runs/{run.number}/", f"releases/{run.release.number}/"):
        own, other = (text(get(who.signed_in(), f"/en/staff/trade/{path}")) for who in (OMAR, colleague))
        assert "A second person publishes it" in own
        assert f"Publish release {run.release.number}" not in own
        assert "A second person publishes it" not in other
        assert f"Publish release {run.release.number}" in other
