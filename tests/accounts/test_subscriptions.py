"""Being told by e-mail: nothing before the address itself agrees, nothing after one click."""

import datetime as dt
import re
from collections.abc import Callable
from email.message import Message

import pytest
import time_machine
from django.core import mail as django_mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts import services
from portal.accounts.models import Subscription, User
from portal.accounts.services.subscriptions import ASKED_AT_MOST
from portal.base.errors import Invalid
from portal.base.models import Mail
from tests.queued import Queue, queue_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory_cache")]
ADDRESS = "karima@coop.example"
ONE_CLICK = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def queue(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Queue:
    return queue_in(monkeypatch, django_capture_on_commit_callbacks)


def asked(email: str = ADDRESS, language: str = "fr", **more: str) -> Subscription:
    services.subscription_request(email=email, language=language, **more)
    return Subscription.objects.get(email=email.lower(), topic=more.get("topic", ""))


def link(kind: str, number: int = -1) -> str:
    """The path of the last e-mail's link that confirms or cancels."""
    body = list(Mail.objects.order_by("created_at"))[number].body
    found = re.search(rf"https?://[^/]+(/\w+/subscriptions/{kind}/\S+/)", body)
    assert found, body
    return found[1]


def token(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def confirmed(email: str = ADDRESS, language: str = "fr", topic: str = "") -> Subscription:
    asked(email, language, topic=topic)
    return services.subscription_confirm(token(link("confirm")))


def tell(topic: str = "ma-customs") -> int:
    """What the news of a release says, in each language."""
    words = {"dataset": "Douane", "number": 7, "periods": "2024", "demonstration": False, "path": "/x/"}
    return services.subscriptions_tell(topic, "release_published", dict.fromkeys(("fr", "ar", "en"), words))


def test_the_address_is_asked_and_only_its_post_confirms(client: Client, queue: Queue) -> None:
    with queue.commits(execute=True):
        page = client.post("/fr/subscriptions/", {"email": " Karima@Coop.Example ", "language": "ar"})
    queue.work()
    assert page.status_code == 200
    row = Subscription.objects.get()
    assert (row.email, row.language, row.topic, row.state) == (ADDRESS, "ar", "", "waiting")
    assert tell() == 0
    [letter] = django_mail.outbox
    assert letter.to == [ADDRESS]
    assert letter.extra_headers["Content-Language"] == "ar"
    path = link("confirm")
    assert path.startswith("/ar/")

    opened = client.get(path)  # a mail filter opens every link
    row.refresh_from_db()
    assert (opened.status_code, row.state) == (200, "waiting")
    done = client.post(path)
    row.refresh_from_db()
    assert (done.status_code, row.state) == (200, "confirmed")
    assert row.confirmed_at is not None
    client.post(path)
    assert tell() == 1


def test_the_page_confirms_only_with_the_token_of_its_form() -> None:
    asked()
    assert Client(enforce_csrf_checks=True).post(link("confirm")).status_code == 403
    assert Subscription.objects.get().state == "waiting"


def test_a_mail_program_unsubscribes_with_one_click(queue: Queue) -> None:
    confirmed()
    Mail.objects.all().delete()
    with queue.commits(execute=True):
        assert tell() == 1
    queue.work()
    raw: Message = django_mail.outbox[-1].message()
    assert raw["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https?://[^/]+(/fr/subscriptions/cancel/[^>]+)>", raw["List-Unsubscribe"])
    assert found, raw["List-Unsubscribe"]
    assert found[1] == link("cancel")

    for _ in range(2):  # no session, no token of a form, and perhaps twice
        answer = Client(enforce_csrf_checks=True).post(found[1], **ONE_CLICK)
        assert answer.status_code == 200
        assert "Location" not in answer
    row = Subscription.objects.get()
    assert row.state == "cancelled"
    assert row.cancelled_at is not None
    assert tell() == 0


def test_opening_the_link_that_ends_it_ends_nothing(client: Client) -> None:
    confirmed()
    tell()
    assert client.get(link("cancel")).status_code == 200
    assert Subscription.objects.get().state == "confirmed"
    client.post(link("cancel"))
    assert Subscription.objects.get().state == "cancelled"


def test_an_old_link_ends_it_but_does_not_confirm_it() -> None:
    with time_machine.travel(timezone.now() - dt.timedelta(days=8)):
        asked("old@coop.example")
        old = token(link("confirm"))
        confirmed()
        tell()
        end = token(link("cancel"))
    assert services.subscription_peek(old) is None
    with pytest.raises(Invalid, match="too old"):
        services.subscription_confirm(old)
    assert services.subscription_cancel(end).state == "cancelled"


def test_a_link_is_for_one_act_and_cannot_be_made_up(client: Client) -> None:
    asked()
    good = token(link("confirm"))
    with pytest.raises(Invalid):
        services.subscription_cancel(good)
    for bad in (good[:-3], good + "x", "x", "a:b:c"):
        with pytest.raises(Invalid):
            services.subscription_confirm(bad)
        assert services.subscription_peek(bad) is None
        for act in ("confirm", "cancel"):
            assert client.get(f"/en/subscriptions/{act}/{bad}/").status_code == 200
            assert client.post(f"/en/subscriptions/{act}/{bad}/").status_code == 200
    assert Subscription.objects.get().state == "waiting"


def test_a_link_that_confirmed_does_not_bring_back_what_was_ended() -> None:
    confirmed()
    first = token(link("confirm"))
    tell()
    services.subscription_cancel(token(link("cancel")))
    assert services.subscription_confirm(first).state == "cancelled"
    Subscription.objects.update(asked_at=timezone.now() - dt.timedelta(hours=1))
    assert confirmed().state == "confirmed"


def test_whoever_asks_learns_nothing_of_the_address(client: Client) -> None:
    confirmed("known@coop.example")
    texts = {}
    for email in ("known@coop.example", "new@coop.example"):
        page = client.post("/en/subscriptions/", {"email": email, "language": "en"})
        texts[email] = re.sub(r'nonce="[^"]*"|value="[^"]*"', "", page.content.decode()).replace(email, "")
    assert texts["known@coop.example"] == texts["new@coop.example"]
    assert Mail.objects.filter(to="known@coop.example").count() == 1
    assert Subscription.objects.get(email="known@coop.example").language == "fr"


def test_nobodys_letter_box_is_filled_in_anothers_name() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(30):
            asked()
            clock.shift(dt.timedelta(minutes=6))
        assert Mail.objects.count() == ASKED_AT_MOST
        clock.shift(dt.timedelta(days=8))
        asked()
        assert Mail.objects.count() == ASKED_AT_MOST + 1


def test_one_place_of_the_network_cannot_ask_for_a_thousand(client: Client) -> None:
    answers = [
        client.post("/en/subscriptions/", {"email": f"a{number}@coop.example", "language": "en"}).status_code
        for number in range(31)
    ]
    assert answers == [*[200] * 30, 429]
    assert Subscription.objects.count() == 30


@pytest.mark.parametrize("email", ["", "karima", "karima@", "a@b c.example", "a@b.example\nBcc: c@d.example"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid):
        services.subscription_request(email=email, language="fr")
    assert not Mail.objects.exists()


def test_a_language_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(Invalid):
        services.subscription_request(email=ADDRESS, language="de")


def test_the_own_address_of_a_signed_in_person_needs_no_second_step(
    fatima: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(fatima)
    for email, state in ((fatima.email, "confirmed"), (ADDRESS, "waiting")):
        client.post("/en/subscriptions/", {"email": email, "language": "en"})
        row = Subscription.objects.get(email=email)
        assert row.state == state
    assert list(Mail.objects.values_list("to", flat=True)) == [ADDRESS]


def test_each_address_is_told_once_of_its_topics() -> None:
    confirmed("both@coop.example", "ar", topic="ma-customs")
    confirmed("both@coop.example", "ar")
    confirmed("all@coop.example", "en")
    confirmed("other@coop.example", "fr", topic="comtrade")
    asked("waiting@coop.example")
    Mail.objects.all().delete()
    assert tell("ma-customs") == 2
    written = dict(Mail.objects.values_list("to", "language"))
    assert written == {"both@coop.example": "ar", "all@coop.example": "en"}
