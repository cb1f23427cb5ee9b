"""E-mails leave after commit, in the reader's language, are retried, and their state is kept."""

import datetime as dt
from pathlib import Path

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from pytest_django import Settings

from portal.base import mail
from portal.base.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def welcome(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "templates" / "mail"
    folder.mkdir(parents=True)
    (folder / "welcome.txt").write_text(
        "Hello {{ name }}\n\nYour language is {{ LANGUAGE_CODE }}{{ code }}.\n"
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path / "templates"]}]
    monkeypatch.setattr(mail.current_app, "send_task", lambda *args, **kwargs: None)


def test_a_template_becomes_subject_and_body() -> None:
    row = mail.mail_send(
        "welcome", to="fatima@example.ma", language="ar", context={"name": "فاطمة", "code": "ar"}
    )
    assert (row.subject, row.body) == ("Hello فاطمة", "Your language is ar.\n")
    assert row.state == Mail.State.WAITING
    assert django_mail.outbox == []


def test_delivery_is_once() -> None:
    row = mail.mail_send("welcome", to="fatima@example.ma", language="fr", context={"name": "Fatima"})
    assert mail.mail_deliver(str(row.pk)) is True
    assert mail.mail_deliver(str(row.pk)) is False
    assert [message.to for message in django_mail.outbox] == [["fatima@example.ma"]]
    row.refresh_from_db()
    assert (row.state, row.attempts) == (Mail.State.SENT, 1)


def test_a_server_that_is_away_is_tried_again_and_given_up_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(self: EmailBackend, messages: list[object]) -> int:
        raise ConnectionRefusedError("no mail server")

    row = mail.mail_send("welcome", to="fatima@example.ma", language="fr", context={"name": "Fatima"})
    monkeypatch.setattr(EmailBackend, "send_messages", away)
    for age in mail.RETRY_AT:
        Mail.objects.update(created_at=timezone.now() - age)
        assert mail.sweep() == 1
        assert mail.sweep() == 0, "the next attempt is not due yet"
    Mail.objects.update(created_at=timezone.now() - dt.timedelta(days=9))
    assert mail.sweep() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == (Mail.State.FAILED, mail.ATTEMPTS, "no mail server")


def test_an_e_mail_that_no_server_could_take_does_not_hold_up_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def picky(self: EmailBackend, messages: list[EmailMessage]) -> int:
        if messages[0].to == ["bad@example.ma"]:
            raise UnicodeError("label too long")
        return len(messages)

    bad = mail.mail_queue("x", to="bad@example.ma", language="fr", subject="x", body="x")
    good = mail.mail_queue("x", to="good@example.ma", language="fr", subject="x", body="x")
    monkeypatch.setattr(EmailBackend, "send_messages", picky)
    assert mail.sweep() == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.attempts, bad.error) == (Mail.State.WAITING, 1, "label too long")
    assert good.state == Mail.State.SENT


def test_a_subject_cannot_carry_another_header() -> None:
    row = mail.mail_queue("x", to="a@example.ma", language="fr", subject="Hi\nBcc: b@example.ma", body="x")
    assert row.subject == "Hi Bcc: b@example.ma"
