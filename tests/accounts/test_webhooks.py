"""A person's webhooks: sent to a machine that really listens, tried again, switched off, replayed."""

import datetime as dt
import hashlib
import hmac
import json
import uuid

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from pytest_httpserver import HTTPServer

from portal.accounts import services
from portal.accounts.models import User, Webhook, WebhookDelivery
from portal.accounts.services.webhooks import AT_MOST, DISABLED_AFTER, RETRY_AFTER, webhooks_tell
from portal.base.errors import Conflict, Invalid, Missing
from portal.base.models import Mail
from tests.queued import Queue, queue_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private(settings: Settings) -> None:
    """The machine that listens is this one."""
    settings.WEBHOOKS_PRIVATE = True


@pytest.fixture
def queue(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Queue:
    return queue_in(monkeypatch, django_capture_on_commit_callbacks)


@pytest.fixture
def hook(fatima: User, httpserver: HTTPServer) -> Webhook:
    row, secret = services.webhook_create(acting_user=fatima, url=httpserver.url_for("/hooks"))
    assert row.secret == secret
    return row


def answers(server: HTTPServer, *statuses: int) -> None:
    """One after the other, the last for ever."""
    for status in statuses[:-1]:
        server.expect_ordered_request("/hooks").respond_with_data("", status=status)
    server.expect_request("/hooks").respond_with_data("", status=statuses[-1])


def told(topic: str = "ma-customs", **more: object) -> str:
    event_id = str(uuid.uuid4())
    webhooks_tell(topic, "release.published", {"release": 7, **more}, event_id=event_id)
    return event_id


def test_a_message_arrives_signed_and_is_told_once(
    hook: Webhook, httpserver: HTTPServer, queue: Queue
) -> None:
    answers(httpserver, 200)
    event_id = str(uuid.uuid4())
    with queue.commits(execute=True):
        for expected in (1, 0):
            payload = {"release": 7, "dataset": "تجارة"}
            assert webhooks_tell("x", "release.published", payload, event_id=event_id) == expected
    queue.work(twice=True)

    [(request, _answer)] = httpserver.log
    delivery = WebhookDelivery.objects.get()
    body = request.get_data()
    signed = hmac.new(
        hook.secret.encode(), request.headers["Qafila-Timestamp"].encode() + b"." + body, hashlib.sha256
    )
    assert request.headers["Qafila-Signature"] == f"v1={signed.hexdigest()}"
    assert request.headers["Qafila-Delivery"] == str(delivery.pk)
    assert json.loads(body) == {"event": "release.published", "release": 7, "dataset": "تجارة"}
    assert (delivery.state, delivery.status_code, delivery.attempts) == ("sent", 200, 1)
    assert delivery.sent_at is not None


def test_what_fails_is_tried_again_later_and_later_and_then_has_failed(
    hook: Webhook, httpserver: HTTPServer
) -> None:
    answers(httpserver, 500)
    assert sorted(RETRY_AFTER) == RETRY_AFTER
    with time_machine.travel(timezone.now(), tick=False) as clock:
        told()
        delivery = WebhookDelivery.objects.get()
        for attempt, wait in enumerate(RETRY_AFTER, start=1):
            assert services.webhooks_sweep() == 1
            delivery.refresh_from_db()
            assert (delivery.state, delivery.attempts) == ("waiting", attempt)
            assert (delivery.status_code, delivery.error) == (500, "HTTP 500")
            assert delivery.next_at == timezone.now() + wait
            clock.shift(wait - dt.timedelta(seconds=1))
            assert services.webhooks_sweep() == 0
            clock.shift(dt.timedelta(seconds=1))
        assert services.webhooks_sweep() == 1
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == ("failed", len(RETRY_AFTER) + 1)
        clock.shift(dt.timedelta(days=30))
        assert services.webhooks_sweep() == 0
    assert len(httpserver.log) == len(RETRY_AFTER) + 1
    assert len({request.headers["Qafila-Delivery"] for request, _answer in httpserver.log}) == 1


def test_a_machine_that_comes_back_gets_what_it_missed(hook: Webhook, httpserver: HTTPServer) -> None:
    answers(httpserver, 503, 200)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        told()
        services.webhooks_sweep()
        hook.refresh_from_db()
        assert hook.failing_since == timezone.now()
        clock.shift(RETRY_AFTER[0])
        services.webhooks_sweep()
    hook.refresh_from_db()
    assert (hook.failing_since, WebhookDelivery.objects.get().state) == (None, "sent")


def test_a_worker_that_dies_while_it_sends_leaves_the_message_for_another(
    hook: Webhook, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(httpserver, 200)

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with time_machine.travel(timezone.now(), tick=False) as clock:
        told()
        with monkeypatch.context() as patch:
            patch.setattr("portal.base.webhooks.post", killed)
            with pytest.raises(KeyboardInterrupt):
                services.webhooks_sweep()
        assert services.webhooks_sweep() == 0  # another may still be sending it
        clock.shift(dt.timedelta(minutes=3))
        assert services.webhooks_sweep() == 1
    assert WebhookDelivery.objects.get().state == "sent"


def test_nothing_arriving_for_days_switches_it_off_and_tells_its_owner(
    hook: Webhook, fatima: User, httpserver: HTTPServer
) -> None:
    answers(httpserver, 500)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        told()
        services.webhooks_sweep()
        clock.shift(DISABLED_AFTER - dt.timedelta(minutes=1))
        services.webhooks_sweep()
        hook.refresh_from_db()
        assert hook.active
        assert not Mail.objects.exists()
        told()
        clock.shift(dt.timedelta(minutes=2))
        services.webhooks_sweep()
        hook.refresh_from_db()
        assert (hook.active, hook.disabled_at) == (False, timezone.now())
        asked = len(httpserver.log)
        clock.shift(dt.timedelta(days=2))
        services.webhooks_sweep()
    assert len(httpserver.log) == asked
    assert {row.state for row in WebhookDelivery.objects.all()} == {"failed"}
    mail = Mail.objects.get(template="webhook_disabled")
    assert (mail.to, mail.language) == (fatima.email, "ar")
    assert hook.url in mail.body
    assert "/ar/account/webhooks/" in mail.body
    # Nothing new is queued for it, and a test would go nowhere.
    told()
    assert WebhookDelivery.objects.count() == 2
    with pytest.raises(Conflict):
        services.webhook_test(acting_user=fatima, webhook_id=hook.pk)
    with pytest.raises(Conflict):
        services.webhook_replay(acting_user=fatima, delivery_id=WebhookDelivery.objects.all()[0].pk)


def test_switched_on_again_what_was_lost_is_replayed_under_its_old_id(
    hook: Webhook, fatima: User, httpserver: HTTPServer, queue: Queue
) -> None:
    answers(httpserver, 200)
    event_id = told()
    delivery = WebhookDelivery.objects.get(event_id=event_id)
    WebhookDelivery.objects.update(state="failed", attempts=8)
    Webhook.objects.update(active=False, failing_since=timezone.now(), disabled_at=timezone.now())

    services.webhook_enable(acting_user=fatima, webhook_id=hook.pk)
    with queue.commits(execute=True):
        services.webhook_replay(acting_user=fatima, delivery_id=delivery.pk)
    queue.work()
    hook.refresh_from_db()
    delivery.refresh_from_db()
    assert (hook.active, hook.failing_since, hook.disabled_at) == (True, None, None)
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    # What arrived may be sent once more too.
    with queue.commits(execute=True):
        services.webhook_replay(acting_user=fatima, delivery_id=delivery.pk)
    queue.work()
    bodies = {(r.headers["Qafila-Delivery"], r.get_data()) for r, _answer in httpserver.log}
    assert len(httpserver.log) == 2
    assert bodies == {(str(delivery.pk), delivery.body.encode())}


def test_a_webhook_hears_of_its_topic_only(fatima: User, httpserver: HTTPServer) -> None:
    url = httpserver.url_for("/hooks")
    one, _secret = services.webhook_create(acting_user=fatima, url=url, topic="ma-customs")
    every, _secret = services.webhook_create(acting_user=fatima, url=url)
    told("ma-customs")
    told("comtrade")
    assert (one.deliveries.count(), every.deliveries.count()) == (1, 2)
    User.objects.filter(pk=fatima.pk).update(is_active=False)
    told("ma-customs")
    assert one.deliveries.count() == 1


def test_another_persons_webhook_looks_like_none(hook: Webhook, omar: User) -> None:
    told()
    delivery = WebhookDelivery.objects.get()
    for step in (services.webhook_test, services.webhook_enable, services.webhook_delete):
        with pytest.raises(Missing):
            step(acting_user=omar, webhook_id=hook.pk)
    with pytest.raises(Missing):
        services.webhook_replay(acting_user=omar, delivery_id=delivery.pk)


def test_inner_addresses_repeated_ones_and_too_many_are_refused(fatima: User, settings: Settings) -> None:
    settings.WEBHOOKS_PRIVATE = False
    for url in (
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "http://a.example/",
    ):
        with pytest.raises(Invalid):
            services.webhook_create(acting_user=fatima, url=url)
    services.webhook_create(acting_user=fatima, url="https://a.example/0")
    with pytest.raises(Conflict):
        services.webhook_create(acting_user=fatima, url=" https://a.example/0 ")
    for number in range(1, AT_MOST):
        services.webhook_create(acting_user=fatima, url=f"https://a.example/{number}")
    with pytest.raises(Conflict):
        services.webhook_create(acting_user=fatima, url="https://a.example/more")
    assert Webhook.objects.count() == AT_MOST


def test_one_that_leads_inside_by_now_is_never_called(
    hook: Webhook, httpserver: HTTPServer, settings: Settings
) -> None:
    """It was made while the own network was allowed, or its name has changed its mind since."""
    settings.WEBHOOKS_PRIVATE = False
    told()
    services.webhooks_sweep()
    assert httpserver.log == []
    assert WebhookDelivery.objects.get().error


def test_the_page_makes_tries_and_deletes_one(fatima: User, httpserver: HTTPServer, queue: Queue) -> None:
    answers(httpserver, 200)
    client = Client()
    client.force_login(fatima, backend="django.contrib.auth.backends.ModelBackend")
    page = "/en/account/webhooks/"
    made = client.post(page, {"url": httpserver.url_for("/hooks"), "name": "Stock", "topic": ""})
    row = Webhook.objects.get()
    assert row.secret in made.content.decode()
    assert row.secret not in client.get(page).content.decode()

    with queue.commits(execute=True):
        client.post(f"{page}{row.pk}/", {"act": "test"})
    queue.work()
    assert json.loads(httpserver.log[0][0].get_data()) == {"event": "test", "topic": ""}
    assert "Stock" in client.get(page).content.decode()
    delivery = WebhookDelivery.objects.get()
    with queue.commits(execute=True):
        client.post(f"{page}{delivery.pk}/", {"act": "replay"})
    queue.work()
    assert len(httpserver.log) == 2
    client.post(f"{page}{row.pk}/", {"act": "delete"})
    assert not Webhook.objects.exists()
    assert page in client.get("/en/account/profile/").content.decode()
    assert page in client.get("/en/desk/").content.decode()
