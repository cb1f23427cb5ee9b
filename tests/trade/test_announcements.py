"""A new release is told once to everybody who asked: by e-mail in their language, by signed messages, by feeds."""

import hashlib
import hmac
import json
import re
from xml.etree import ElementTree as ET

import pytest
from django.core import mail as django_mail
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from pytest_httpserver import HTTPServer

from portal.accounts.models import Subscription, User
from portal.accounts.services import subscription_confirm, subscription_request, webhook_create
from portal.base import events
from portal.base.models import Event, Mail
from tests.queued import Queue, queue_in
from tests.trade import factories
from tests.trade.factories import comtrade, customs, customs_fact, release, run_ended
from trade import services
from trade.models import Release

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()


@pytest.fixture
def queue(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Queue:
    return queue_in(monkeypatch, django_capture_on_commit_callbacks)


def subscriber(email: str, language: str, topic: str = "") -> None:
    """Somebody who asked and opened the link of the e-mail."""
    subscription_request(email=email, language=language, topic=topic)
    found = re.search(r"/subscriptions/confirm/(\S+)/", Mail.objects.get(to=email).body)
    assert found
    subscription_confirm(found[1])
    Mail.objects.filter(to=email).delete()


def staged(*months: str) -> Release:
    facts = [customs_fact(period=month) for month in months or ("2024-01",)]
    return run_ended(release(customs(), facts, publish=False, demonstration=False))


def published(queue: Queue, made: Release, *, twice: bool = False) -> None:
    with queue.commits(execute=True):
        services.release_publish(made.number, acting_user=None)
    queue.work(twice=twice)


def withdrawn(queue: Queue, made: Release) -> None:
    with queue.commits(execute=True):
        services.release_withdraw(made.number, acting_user=None)
    queue.work()


# --- e-mail ---


def test_each_subscriber_is_told_once_in_their_language_though_everything_runs_twice(queue: Queue) -> None:
    subscriber("fr@coop.example", "fr")
    subscriber("ar@coop.example", "ar", "ma-customs")
    subscriber("en@coop.example", "en")
    subscriber("other@coop.example", "en", "comtrade")
    subscription_request(email="waiting@coop.example", language="fr")
    Mail.objects.all().delete()
    made = staged("2024-01", "2024-02", "2024-03")

    published(queue, made, twice=True)
    event = Event.objects.get(name="trade.release_published")
    # The row of the outbox was lost on its way and is found by the sweep: the queue hears of it a second time.
    Event.objects.filter(pk=event.pk).update(dispatched_at=None)
    with queue.commits(execute=True):
        assert events.dispatch(event.pk) > 0
    queue.work(twice=True)

    letters = {letter.to[0]: letter for letter in django_mail.outbox}
    assert len(django_mail.outbox) == 3
    assert set(letters) == {"fr@coop.example", "ar@coop.example", "en@coop.example"}
    expected = {"fr": "Données ma-customs", "ar": "بيانات ma-customs", "en": "Data ma-customs"}
    for language, name in expected.items():
        letter = letters[f"{language}@coop.example"]
        assert letter.extra_headers["Content-Language"] == language
        assert name in letter.subject
        assert name in letter.body
        assert f"/{language}/data/releases/" in letter.body
        assert f"/{language}/subscriptions/cancel/" in letter.extra_headers["List-Unsubscribe"]
    assert "January 2024 – March 2024" in letters["en@coop.example"].subject
    assert "invented" not in letters["en@coop.example"].body


def test_the_link_of_the_announcement_ends_it(queue: Queue) -> None:
    subscriber("en@coop.example", "en")
    published(queue, staged())
    one_click = django_mail.outbox[0].extra_headers["List-Unsubscribe"]
    path = re.sub(r"^<https?://[^/]+|>$", "", one_click)
    assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    published(queue, staged("2024-02"))
    assert len(django_mail.outbox) == 1


def test_a_demonstration_says_that_it_is_one(queue: Queue) -> None:
    subscriber("en@coop.example", "en")
    published(queue, run_ended(release(customs(), [customs_fact()], publish=False)))
    assert "invented" in django_mail.outbox[0].body


def test_a_release_that_comes_back_is_not_told_by_e_mail_again(queue: Queue) -> None:
    subscriber("en@coop.example", "en")
    made = staged()
    published(queue, made)
    withdrawn(queue, made)
    published(queue, made)
    assert len(django_mail.outbox) == 1
    published(queue, staged("2024-02"))
    assert len(django_mail.outbox) == 2


def test_a_release_taken_back_before_anybody_heard_is_told_to_nobody_until_it_returns(queue: Queue) -> None:
    subscriber("en@coop.example", "en")
    made = staged()
    with queue.commits(execute=True):
        services.release_publish(made.number, acting_user=None)
    with queue.commits(execute=True):
        services.release_withdraw(made.number, acting_user=None)
    queue.work()
    assert django_mail.outbox == []
    published(queue, made)
    assert len(django_mail.outbox) == 1


def test_who_ends_it_and_asks_again_starts_from_new_releases(queue: Queue) -> None:
    published(queue, staged())
    subscriber("late@coop.example", "en")
    event = Event.objects.get(name="trade.release_published")
    Event.objects.update(dispatched_at=None)
    with queue.commits(execute=True):
        events.dispatch(event.pk)
    queue.work()
    assert Subscription.objects.get().state == "confirmed"
    assert django_mail.outbox == []


# --- machines ---


def test_machines_are_told_of_publication_and_of_taking_back(
    queue: Queue, amina: User, httpserver: HTTPServer, settings: Settings
) -> None:
    settings.WEBHOOKS_PRIVATE = True
    httpserver.expect_request("/hooks").respond_with_data("")
    _row, secret = webhook_create(acting_user=amina, url=httpserver.url_for("/hooks"), topic="ma-customs")
    first = staged("2024-01")
    published(queue, first, twice=True)
    second = staged("2024-01", "2024-02")
    published(queue, second)
    withdrawn(queue, second)

    said = []
    for request, _answer in httpserver.log:
        body = request.get_data()
        signed = request.headers["Qafila-Timestamp"].encode() + b"." + body
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        assert request.headers["Qafila-Signature"] == f"v1={expected}"
        said.append(json.loads(body))
    assert [(one["event"], one["release"]) for one in said] == [
        ("release.published", first.number),
        ("release.published", second.number),
        ("release.withdrawn", second.number),
    ]
    assert (said[1]["dataset"], said[1]["first_period"], said[1]["last_period"]) == (
        "ma-customs",
        "2024-01",
        "2024-02",
    )
    assert said[2]["published_release"] == first.number
    second.refresh_from_db()
    assert said[1]["url"].endswith(f"/api/v1/data/?dataset=ma-customs&release={second.number}")


# --- feeds ---


def feed(path: str, **more: str) -> ET.Element:
    answer = Client().get(path, more)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content)


def text(element: ET.Element, name: str) -> str:
    found = element.find(ATOM + name)
    assert found is not None, name
    return found.text or ""


def entries(path: str, **more: str) -> list[ET.Element]:
    return feed(path, **more).findall(ATOM + "entry")


def test_the_feed_has_what_atom_asks_for(queue: Queue) -> None:
    published(queue, staged("2024-01", "2024-02"))
    told = feed("/feeds/releases.atom")
    assert told.tag == ATOM + "feed"
    assert told.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"
    for element in (told, *told.findall(ATOM + "entry")):
        assert text(element, "id").startswith("urn:uuid:")
        assert text(element, "title")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", text(element, "updated"))
    assert told.find(f"{ATOM}author/{ATOM}name") is not None
    links = {link.get("rel"): link.get("href") or "" for link in told.findall(ATOM + "link")}
    assert links["self"].endswith("/feeds/releases.atom?lang=fr")
    [entry] = told.findall(ATOM + "entry")
    number = Release.objects.get().number
    link = entry.find(ATOM + "link")
    assert link is not None
    address = link.get("href") or ""
    assert address.endswith(f"/fr/data/releases/?dataset=ma-customs#release-{number}")
    assert text(entry, "title").startswith("Données ma-customs")
    assert "janvier 2024 – février 2024" in text(entry, "summary")
    page = Client().get("/fr/data/releases/", {"dataset": "ma-customs"}).content.decode()
    assert f'id="release-{number}"' in page


def test_feeds_are_in_the_language_asked_for_and_ids_last(queue: Queue, settings: Settings) -> None:
    made = staged()
    published(queue, made)
    titles = {
        language: text(entries("/feeds/releases.atom", lang=language)[0], "title")
        for language in ("fr", "ar", "en")
    }
    assert titles["ar"].startswith("بيانات ma-customs")
    assert titles["en"] == f"Data ma-customs, release {made.number}"
    # What is no language of ours, and what the browser prefers, change nothing.
    assert text(entries("/feeds/releases.atom", lang="xx")[0], "title") == titles["fr"]
    prefers = Client().get("/feeds/releases.atom", headers={"Accept-Language": "ar"})
    assert titles["fr"] in prefers.content.decode()
    assert prefers["Content-Language"] == "fr"

    def ids(language: str) -> list[str]:
        told = feed("/feeds/datasets/ma-customs.atom", lang=language)
        return [text(element, "id") for element in (told, *told.findall(ATOM + "entry"))]

    before = ids("en")
    settings.SITE_URL = "https://elsewhere.example"
    withdrawn(queue, made)
    published(queue, made)
    assert ids("en") == before
    assert not set(ids("fr")) & set(before)
    assert text(entries("/feeds/releases.atom", lang="en")[0], "id") == before[1]


def test_a_feed_shows_what_the_public_may_see_newest_first(queue: Queue) -> None:
    first = staged()
    published(queue, first)
    second = staged("2024-01", "2024-02")
    published(queue, second)
    release(comtrade(), [factories.comtrade_fact()])
    staged("2024-03")

    def told(path: str) -> list[str]:
        return [text(entry, "title") for entry in entries(path, lang="en")]

    own = [f"Data ma-customs, release {number}" for number in (second.number, first.number)]
    assert told("/feeds/datasets/ma-customs.atom") == own
    assert len(told("/feeds/releases.atom")) == 3
    assert "A newer release has replaced it." in text(
        entries("/feeds/datasets/ma-customs.atom", lang="en")[1], "summary"
    )
    withdrawn(queue, second)
    answer = Client().get("/feeds/datasets/ma-customs.atom", {"lang": "en"})
    assert own[0] not in answer.content.decode()
    assert "Last-Modified" not in answer
    assert Client().get("/feeds/datasets/nothing.atom").status_code == 404
    assert Client().post("/feeds/releases.atom").status_code == 405


def test_the_pages_lead_to_the_feeds_the_calendar_and_the_subscription(queue: Queue) -> None:
    published(queue, staged())
    client = Client()
    for page in ("/ar/data/releases/", "/ar/data/calendar/"):
        shown = client.get(page).content.decode()
        assert re.search(
            r'<link rel="alternate" type="application/atom\+xml"[^>]* href="/feeds/releases.atom\?lang=ar">',
            shown,
        )
        assert 'href="/ar/subscriptions/"' in shown
    assert (
        'href="/feeds/datasets/ma-customs.atom?lang=ar"'
        in client.get("/ar/data/releases/", {"dataset": "ma-customs"}).content.decode()
    )
    for page in ("/ar/data/", "/ar/data/releases/"):
        assert 'href="/ar/data/calendar/"' in client.get(page).content.decode()
    assert 'href="/ar/subscriptions/"' in client.get("/ar/data/").content.decode()
