"""E-mails leave after commit, in the reader's language, are retried, and their state is kept."""

from pathlib import Path

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.locmem import EmailBackend
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
    for attempt in range(1, mail.ATTEMPTS + 2):
        assert mail.sweep() == (1 if attempt <= mail.ATTEMPTS else 0)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == (Mail.State.FAILED, mail.ATTEMPTS, "no mail server")


def test_a_subject_cannot_carry_another_header() -> None:
    row = mail.mail_queue("x", to="a@example.ma", language="fr", subject="Hi\nBcc: b@example.ma", body="x")
    assert row.subject == "Hi Bcc: b@example.ma"
