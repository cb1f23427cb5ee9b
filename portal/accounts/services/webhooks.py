"""A person's webhooks: made, tried, told of releases, tried again, switched off where nothing arrives for days."""

import datetime as dt
import json
import uuid
from typing import Any

import pghistory
import structlog
from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User, Webhook, WebhookDelivery
from portal.accounts.services.subscriptions import TOPIC
from portal.base import webhooks
from portal.base.errors import Conflict, Invalid, Missing
from portal.base.mail import mail_send

log = structlog.get_logger(__name__)
AT_MOST = 10
TEST = "test"
# After the first attempt, how long until each of the next; then the message has failed and can be replayed.
RETRY_AFTER = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440)]
# While one worker sends a message no other takes it up.
LEASE = dt.timedelta(minutes=2)
DISABLED_AFTER = dt.timedelta(days=3)
State = WebhookDelivery.State


def webhook_create(*, acting_user: User, url: str, topic: str = "", name: str = "") -> tuple[Webhook, str]:
    """A new webhook and its secret, which is shown this once. `topic`: a dataset's code, "" for all.

    Raises Invalid for an address that may not be written to, Conflict for one that is there or one too many.
    """
    webhooks.url_check(url)
    if len(topic) > TOPIC or len(name) > 80:
        raise Invalid(_("The name is too long."), hint=_("Use at most 80 characters."))
    secret = webhooks.secret_make()
    with pghistory.context(user=str(acting_user.pk), why="webhook_create"), transaction.atomic():
        # The person's row is held, so that two requests at once cannot both be the last that is allowed.
        User.objects.select_for_update().get(pk=acting_user.pk)
        if Webhook.objects.filter(person=acting_user).count() >= AT_MOST:
            raise Conflict(
                _("You have %(number)s webhooks already.") % {"number": AT_MOST},
                hint=_("Delete one that you no longer need."),
            )
        try:
            with transaction.atomic():
                row = Webhook.objects.create(
                    person=acting_user, url=url.strip(), topic=topic, name=name.strip(), secret=secret
                )
        except IntegrityError as error:
            raise Conflict(
                _("There is a webhook with this address already."), hint=_("Change or delete that one.")
            ) from error
    return row, secret


def _own(acting_user: User, webhook_id: uuid.UUID | str) -> Webhook:
    """Raises Missing: another person's webhook looks like none."""
    row = Webhook.objects.select_for_update().filter(pk=webhook_id, person=acting_user).first()
    if row is None:
        raise Missing(_("There is no such webhook."))
    return row


@transaction.atomic
def webhook_delete(*, acting_user: User, webhook_id: uuid.UUID | str) -> None:
    """It goes with everything that was sent to it. Raises Missing."""
    _own(acting_user, webhook_id).delete()


@transaction.atomic
def webhook_enable(*, acting_user: User, webhook_id: uuid.UUID | str) -> Webhook:
    """Switch it on again; what failed meanwhile can be replayed. Raises Missing."""
    row = _own(acting_user, webhook_id)
    row.active, row.failing_since, row.disabled_at = True, None, None
    row.save()
    return row


@transaction.atomic
def webhook_test(*, acting_user: User, webhook_id: uuid.UUID | str) -> WebhookDelivery:
    """Queue a message that says only that it is a test. Raises Missing, Conflict for one that is switched off."""
    row = _own(acting_user, webhook_id)
    if not row.active:
        raise Conflict(_("This webhook is switched off."), hint=_("Switch it on first."))
    return _queue(row, TEST, {"event": TEST, "topic": row.topic}, event_id=None)


@transaction.atomic
def webhook_replay(*, acting_user: User, delivery_id: uuid.UUID | str) -> WebhookDelivery:
    """Send a message once more, under its old id, by which the receiver knows it. Raises Missing, Conflict."""
    found = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("webhook")
    delivery = found.filter(pk=delivery_id, webhook__person=acting_user).first()
    if delivery is None:
        raise Missing(_("There is no such message."))
    if not delivery.webhook.active:
        raise Conflict(_("This webhook is switched off."), hint=_("Switch it on first."))
    delivery.state, delivery.attempts, delivery.next_at = State.WAITING, 0, timezone.now()
    delivery.save()
    _send_later(delivery)
    return delivery


def webhooks_tell(topic: str, kind: str, payload: dict[str, Any], *, event_id: str) -> int:
    """Queue a message for every active webhook of the topic or of all; the number queued. Safe to call twice."""
    told = 0
    for row in Webhook.objects.filter(active=True, person__is_active=True, topic__in=("", topic)):
        if not row.deliveries.filter(event_id=event_id).exists():
            _queue(row, kind, {"event": kind, **payload}, event_id=event_id)
            told += 1
    return told


def _queue(row: Webhook, kind: str, payload: dict[str, Any], *, event_id: str | None) -> WebhookDelivery:
    body = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    delivery = WebhookDelivery.objects.create(webhook=row, kind=kind, event_id=event_id, body=body)
    _send_later(delivery)
    return delivery


def _send_later(delivery: WebhookDelivery) -> None:
    def send() -> None:
        current_app.send_task("portal.accounts.tasks.webhook_deliver", args=[str(delivery.pk)])

    transaction.on_commit(send, robust=True)


def webhook_deliver(delivery_id: uuid.UUID | str) -> bool:
    """Send one waiting message that is due; True when it arrived. No transaction is open while the other thinks."""
    now = timezone.now()
    due = WebhookDelivery.objects.filter(pk=delivery_id, state=State.WAITING, next_at__lte=now)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return False
    delivery = WebhookDelivery.objects.select_related("webhook__person").get(pk=delivery_id)
    row = delivery.webhook
    if not row.active or not row.person.is_active:
        _ended(delivery, webhooks.Outcome(ok=False, error="switched off"), final=True)
        return False
    body = delivery.body.encode()
    headers = webhooks.headers_for(row.secret, kind=delivery.kind, delivery=str(delivery.pk), body=body)
    outcome = webhooks.post(row.url, body, headers)
    _ended(delivery, outcome, final=delivery.attempts > len(RETRY_AFTER))
    if not outcome.ok:
        log.warning(
            "webhook_not_sent", delivery=str(delivery.pk), attempt=delivery.attempts, error=outcome.error
        )
    return outcome.ok


@transaction.atomic
def _ended(delivery: WebhookDelivery, outcome: webhooks.Outcome, *, final: bool) -> None:
    """Write what came of an attempt on the message and on its webhook."""
    now = timezone.now()
    row = Webhook.objects.select_for_update().select_related("person").filter(pk=delivery.webhook_id).first()
    if row is None:
        return
    delivery.status_code, delivery.error = outcome.status, outcome.error[:300]
    if outcome.ok:
        delivery.state, delivery.sent_at, row.failing_since = State.SENT, now, None
    else:
        delivery.state = State.FAILED if final else State.WAITING
        if not final:
            delivery.next_at = now + RETRY_AFTER[delivery.attempts - 1]
        row.failing_since = row.failing_since or now
        if row.active and now - row.failing_since >= DISABLED_AFTER:
            _disable(row, now)
    row.save()
    delivery.save()


def _disable(row: Webhook, now: dt.datetime) -> None:
    row.active, row.disabled_at = False, now
    language = row.person.language
    context = {"url": row.url, "name": row.person.get_short_name(), "path": f"/{language}/account/webhooks/"}
    mail_send("webhook_disabled", to=row.person.email, language=language, context=context)


def webhooks_sweep(limit: int = 50) -> int:
    """Send what is due: retries, and what was queued and lost; the number tried."""
    due = WebhookDelivery.objects.filter(state=State.WAITING, next_at__lte=timezone.now())
    ids = list(due.order_by("next_at").values_list("pk", flat=True)[:limit])
    for delivery_id in ids:
        webhook_deliver(delivery_id)
    return len(ids)
