"""Every e-mail: a template in three languages, a row in the outbox, sent after commit, retried, its state kept.

A template is `templates/mail/<name>.txt`: its first line is the subject, the rest the body.
"""

import datetime as dt
import re
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.base.models import Mail

log = structlog.get_logger(__name__)
# How old a waiting e-mail must be for its next attempt, by the attempts made: a server may be away for hours.
RETRY_AT = [dt.timedelta(minutes=minutes) for minutes in (0, 1, 10, 60, 360)]
ATTEMPTS = len(RETRY_AT)


def mail_send(
    template: str,
    *,
    to: str,
    language: str,
    context: dict[str, Any],
    headers: dict[str, str] | None = None,
) -> Mail:
    """Write one e-mail in the reader's language; it leaves after the transaction commits. `headers` are added."""
    with translation.override(language):
        known = {"site_url": settings.SITE_URL.rstrip("/"), "language": language}
        text = render_to_string(f"mail/{template}.txt", {**context, **known})
    subject, _, body = text.strip().partition("\n")
    # What a template leaves out leaves its empty lines behind.
    body = re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n"
    return mail_queue(template, to=to, language=language, subject=subject, body=body, headers=headers)


def mail_queue(
    template: str, *, to: str, language: str, subject: str, body: str, headers: dict[str, str] | None = None
) -> Mail:
    """Put a text that is written already into the outbox."""
    mail = Mail.objects.create(
        to=to,
        language=language,
        template=template,
        subject=" ".join(subject.split())[:300],
        body=body,
        headers=headers or {},
    )
    transaction.on_commit(
        lambda: current_app.send_task("portal.base.tasks.mail_deliver", args=[str(mail.pk)]), robust=True
    )
    return mail


def mail_deliver(mail_id: str) -> bool:
    """Hand one waiting e-mail to the mail server; True when it went. A fifth failure is final."""
    with transaction.atomic():
        mail = (
            Mail.objects.select_for_update(skip_locked=True)
            .filter(pk=mail_id, state=Mail.State.WAITING)
            .first()
        )
        if mail is None:
            return False
        mail.attempts += 1
        try:
            told = {"Content-Language": mail.language, **mail.headers}
            EmailMessage(mail.subject, mail.body, to=[mail.to], headers=told).send()
            mail.state, mail.sent_at, mail.error = Mail.State.SENT, timezone.now(), ""
        # ValueError: an address or a header that no server could take, which must not hold the others up.
        except (OSError, ValueError) as error:
            mail.error = str(error)[:500]
            if mail.attempts >= ATTEMPTS:
                mail.state = Mail.State.FAILED
            log.warning("mail_not_sent", mail=str(mail.pk), attempt=mail.attempts, error=mail.error)
        mail.save()
    return mail.state == Mail.State.SENT


def sweep(limit: int = 100) -> int:
    """Try again what still waits and is due; the number tried."""
    now, due = timezone.now(), Q()
    for attempts, age in enumerate(RETRY_AT):
        due |= Q(attempts=attempts, created_at__lte=now - age)
    waiting = Mail.objects.filter(due, state=Mail.State.WAITING).order_by("created_at")
    ids = list(waiting.values_list("pk", flat=True)[:limit])
    for mail_id in ids:
        mail_deliver(str(mail_id))
    return len(ids)
