"""The statisticians' pages: who may enter, handing in, watching, deciding."""

import io
import re
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from tests.pages.reading import get, text
from tests.pages.world import customs_facts, customs_world
from tests.people import FATIMA, HASSAN, OMAR
from tests.trade import factories
from trade.models import Release, Run

pytestmark = pytest.mark.django_db
PATHS = (
    "staff/trade/", "staff/trade/runs/1/", "staff/trade/runs/1/progress/", "staff/trade/runs/1/rejects.csv",
    "staff/trade/releases/1/publish/", "staff/trade/releases/1/withdraw/",
)  # fmt: skip


def run_ends(state: str) -> None:
    """The world's one run, taken through its steps as the worker takes it."""
    now = timezone.now()
    Run.objects.update(state="running", started_at=now)
    Run.objects.update(state=state, ended_at=now)


@pytest.mark.parametrize("path", PATHS)
def test_strangers_do_not_learn_that_the_pages_exist(path: str) -> None:
    customs_world()
    assert Client().get(f"/fr/{path}").status_code == 302
    assert FATIMA.signed_in().get(f"/fr/{path}").status_code == 404
    assert HASSAN.signed_in().get(f"/fr/{path}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_omar_the_statistician_enters_every_page(path: str) -> None:
    customs_world()
    assert OMAR.signed_in().get(f"/fr/{path}").status_code == 200


def test_a_run_that_is_not_there_is_missing() -> None:
    assert OMAR.signed_in().get("/fr/staff/trade/runs/77/").status_code == 404


def test_omar_hands_in_a_file_and_is_led_to_its_run() -> None:
    factories.vocabulary()
    upload = io.BytesIO(b"period,flow\n2024-01,X\n")
    upload.name = "customs-2024-01.csv"
    with mock.patch("trade.services.runs._queue"):
        response = OMAR.signed_in().post("/en/staff/trade/", {"source": "customs", "upload": [upload]})
    run = Run.objects.get()
    assert response["Location"] == f"/en/staff/trade/runs/{run.number}/"
    assert run.acting_user == OMAR.user
    assert run.publish is False
    assert run.files.get().name == "customs-2024-01.csv"


def test_nothing_handed_in_is_said_at_the_field() -> None:
    page = OMAR.signed_in().post("/en/staff/trade/", {"source": "customs"})
    assert page.status_code == 200
    assert 'id="id_upload_error"' in page.content.decode()
    assert Run.objects.count() == 0


def test_a_running_run_shows_its_progress_and_asks_again() -> None:
    factories.vocabulary()
    Run.objects.create(
        number=5, dataset=factories.customs(), source_code="customs", fingerprint="0" * 64,
        state="running", phase="reading", done=25, total=100,
    )  # fmt: skip
    client = OMAR.signed_in()
    page = get(client, "/en/staff/trade/runs/5/").content.decode()  # type: ignore[attr-defined]
    assert '<progress max="100" aria-label="Progress" value="25">' in page
    assert 'hx-trigger="every 1s"' in page
    assert 'http-equiv="refresh"' in page
    fragment = client.get("/en/staff/trade/runs/5/progress/")
    assert "<html" not in fragment.content.decode()
    assert "HX-Refresh" not in fragment


def test_an_ended_run_stops_asking_and_loads_its_page_again() -> None:
    customs_world()
    run_ends("published")
    assert OMAR.signed_in().get("/en/staff/trade/runs/1/progress/")["HX-Refresh"] == "true"


def test_publishing_needs_a_reason_and_switches_readers() -> None:
    factories.vocabulary()
    made = factories.release(factories.customs(), customs_facts(), publish=False)
    run_ends("staged")
    client, address = OMAR.signed_in(), f"/en/staff/trade/releases/{made.number}/publish/"
    assert 'id="id_reason_error"' in client.post(address, {"reason": ""}).content.decode()
    made.refresh_from_db()
    assert made.state == Release.State.STAGED
    response = client.post(address, {"reason": "Checked against the bulletin of March."}, follow=True)
    made.refresh_from_db()
    assert made.state == Release.State.PUBLISHED
    assert f"Release {made.number} is published" in text(response)


def test_a_decision_is_asked_in_a_dialog_and_without_a_script_on_its_own_page() -> None:
    made = customs_world()
    run_ends("published")
    client, address = OMAR.signed_in(), f"/en/staff/trade/releases/{made.number}/withdraw/"
    page = get(client, "/en/staff/trade/runs/1/").content.decode()  # type: ignore[attr-defined]
    opener = re.search(r'<a [^>]*data-opens="decide"[^>]*>', page)
    assert opener
    assert f'href="{address}"' in opener[0]
    dialog = page[page.index('<dialog class="modal" id="decide"') : page.index("</dialog>")]
    assert f'action="{address}"' in dialog
    assert 'name="reason"' in dialog
    assert "Withdraw release" in text(get(client, address))
    assert client.post(address, {"reason": "A wrong month."})["Location"] == "/en/staff/trade/runs/1/"
    made.refresh_from_db()
    assert made.state == Release.State.WITHDRAWN


@pytest.mark.parametrize(("state", "kind"), [("running", "wait"), ("published", "good"), ("refused", "bad")])
def test_a_run_s_state_is_told_in_words_and_in_a_colour(state: str, kind: str) -> None:
    assert Run(state=state).kind == kind
    assert not Run(state="unchanged").kind


def test_withdrawing_what_is_not_published_is_refused_with_its_reason() -> None:
    factories.vocabulary()
    made = factories.release(factories.customs(), customs_facts(), publish=False)
    run_ends("staged")
    page = OMAR.signed_in().post(
        f"/en/staff/trade/releases/{made.number}/withdraw/", {"reason": "A mistake."}
    )
    assert "is not the published one" in text(page)


def test_the_staff_front_page_is_made_of_panels() -> None:
    customs_world()
    assert "Imports and releases" in text(get(OMAR.signed_in(), "/en/staff/"))
    assert "Imports and releases" not in text(get(HASSAN.signed_in(), "/en/staff/"))
