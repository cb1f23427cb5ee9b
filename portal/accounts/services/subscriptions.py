"""Being told of new releases by e-mail: asked for, confirmed by the address itself, cancelled with one click."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import Subscription, User
from portal.base.errors import Invalid
from portal.base.mail import mail_send

SALT = "portal.accounts.subscription"
CONFIRM, CANCEL = "confirm", "cancel"
CONFIRM_WITHIN = dt.timedelta(days=7)
# An address is asked again no sooner, and no more often until it has confirmed once.
ASK_AGAIN_AFTER = dt.timedelta(minutes=10)
ASKED_AT_MOST = 5
FORGET_ASKING = dt.timedelta(days=7)
TOPIC = 40


def subscription_request(
    *, email: str, language: str, topic: str = "", acting_user: User | None = None
) -> None:
    """Ask for the news of a dataset (its code) or of all (""); the address is sent a link that confirms it.

    Whoever asks sees the same whatever is known of the address. Signed-in people are confirmed at once for their own
    address. Raises Invalid for what is no address.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid(
            _("This is not an e-mail address."), hint=_("Check it for spaces and signs.")
        ) from error
    if language not in dict(settings.LANGUAGES) or len(topic) > TOPIC:
        raise Invalid(_("This cannot be subscribed to."), hint=_("Choose one of the datasets."))
    with transaction.atomic():
        Subscription.objects.get_or_create(email=address, topic=topic, defaults={"language": language})
        row = Subscription.objects.select_for_update().get(email=address, topic=topic)
        if acting_user is not None and acting_user.email == address:
            row.person = acting_user
            row.language = language
            _set(row, Subscription.State.CONFIRMED)
        elif row.state != Subscription.State.CONFIRMED:
            row.language = language
            _ask(row)
        row.save()


def _ask(row: Subscription) -> None:
    now = timezone.now()
    if row.asked_at is not None:
        if now - row.asked_at > FORGET_ASKING:
            row.asked = 0
        if now - row.asked_at < ASK_AGAIN_AFTER or row.asked >= ASKED_AT_MOST:
            return
    row.asked, row.asked_at, row.state = row.asked + 1, now, Subscription.State.WAITING
    context = {"path": _path(row, CONFIRM), "topic": row.topic, "days": CONFIRM_WITHIN.days}
    mail_send("subscription_confirm", to=row.email, language=row.language, context=context)


def _set(row: Subscription, state: Subscription.State) -> None:
    now = timezone.now()
    row.state = state
    if state == Subscription.State.CONFIRMED:
        row.confirmed_at, row.cancelled_at, row.asked = now, None, 0
    else:
        row.cancelled_at = now


def _path(row: Subscription, act: str) -> str:
    token = signing.dumps({"id": row.pk.hex, "act": act}, salt=SALT, compress=False)
    return f"/{row.language}/subscriptions/{act}/{token}/"


def _row(token: str, act: str) -> Subscription:
    """The subscription that a link is about. Raises Invalid for a link that is not ours or too old."""
    age = CONFIRM_WITHIN if act == CONFIRM else None
    try:
        told = signing.loads(token, salt=SALT, max_age=age)
    except signing.SignatureExpired as error:
        raise Invalid(_("This link is too old."), hint=_("Subscribe again for a new one.")) from error
    except signing.BadSignature as error:
        raise Invalid(
            _("This link is not complete."), hint=_("Copy it from the e-mail once more, to its end.")
        ) from error
    found = None
    if told.get("act") == act:
        found = Subscription.objects.select_for_update().filter(pk=uuid.UUID(told["id"])).first()
    if found is None:
        raise Invalid(_("This subscription is no longer held here."), hint=_("There is nothing left to do."))
    return found


def subscription_peek(token: str) -> Subscription | None:
    """What a link of an e-mail is about, of either kind; changes nothing. None where it is not ours or too old."""
    for act in (CONFIRM, CANCEL):
        try:
            with transaction.atomic():
                return _row(token, act)
        except Invalid:
            continue
    return None


def subscription_confirm(token: str) -> Subscription:
    """The address agrees. Safe to repeat. Raises Invalid."""
    return _step(token, CONFIRM, Subscription.State.CONFIRMED)


def subscription_cancel(token: str) -> Subscription:
    """The address wants no more. Safe to repeat; the link of every e-mail, however old, does it. Raises Invalid."""
    return _step(token, CANCEL, Subscription.State.CANCELLED)


@transaction.atomic
def _step(token: str, act: str, state: Subscription.State) -> Subscription:
    row = _row(token, act)
    # A link that confirms is good for once: after a cancellation only asking again helps.
    if row.state != state and not (act == CONFIRM and row.state == Subscription.State.CANCELLED):
        _set(row, state)
        row.save()
    return row


def subscriptions_tell(topic: str, template: str, contexts: dict[str, dict[str, Any]]) -> int:
    """One e-mail to every confirmed address of the topic or of all topics; the number written.

    `contexts` are the template's words by language. An address that has both is told once. Call it within the
    transaction that makes it happen once only.
    """
    heard = Subscription.objects.filter(state=Subscription.State.CONFIRMED, topic__in=("", topic))
    told: set[str] = set()
    for row in heard.order_by("email", "-topic").iterator(chunk_size=500):
        if row.email in told:
            continue
        told.add(row.email)
        path = _path(row, CANCEL)
        headers = {
            "List-Unsubscribe": f"<{settings.SITE_URL.rstrip('/')}{path}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        context = {**contexts[row.language], "cancel_path": path}
        mail_send(template, to=row.email, language=row.language, context=context, headers=headers)
    return len(told)
