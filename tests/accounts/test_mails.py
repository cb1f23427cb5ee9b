"""Every e-mail about an account, in three languages."""

import datetime as dt
import re

import pytest
from django.conf import settings

from portal.base.mail import mail_send

pytestmark = pytest.mark.django_db
FOLDER = settings.BASE_DIR / "templates" / "mail"
SENT = sorted(
    path.stem for path in FOLDER.glob("account_*.txt") if path.stem not in {"account_frame", "account_notice"}
)
# What allauth sends with the settings as they are: no code by mail, no passkey, no other site's account.
ASKED = {
    "account_already_exists", "email_changed", "email_confirm", "email_confirmation", "email_deleted",
    "password_changed", "password_reset", "password_reset_key", "password_set", "recovery_codes_generated",
    "totp_activated", "totp_deactivated", "unknown_account",
}  # fmt: skip
CONTEXT = {
    "timestamp": dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC),
    "email": "fatima@coop.example", "from_email": "old@coop.example", "to_email": "new@coop.example",
    "ip": "192.0.2.7", "user_agent": "Firefox & Co", "activate_url": "https://qafila.example/a/?x=1&y=2",
    "password_reset_url": "https://qafila.example/r/", "signup_url": "https://qafila.example/s/",
}  # fmt: skip


def test_each_e_mail_that_is_sent_has_its_template() -> None:
    assert {f"account_{name}" for name in ASKED} == set(SENT)


@pytest.mark.parametrize("name", SENT)
def test_an_e_mail_is_plain_and_in_the_reader_s_language(name: str) -> None:
    subjects = set()
    for language in ("fr", "ar", "en"):
        mail = mail_send(name, to="fatima@coop.example", language=language, context=CONTEXT)
        subjects.add(mail.subject)
        assert mail.subject
        assert not re.search(r"<\w+|&amp;|\n{4}", mail.body), mail.body
        arabic = re.search("[\u0600-\u06ff]", mail.subject)
        assert bool(arabic) == (language == "ar")
        # A mail program takes the direction of a line from its first letter; an address stands on a line of its own.
        for line in mail.body.splitlines():
            if "://" in line:
                assert re.fullmatch(r"https?://\S+", line.strip()), line
            elif language == "ar" and line.strip():
                assert re.search(r"^\W*[\u0600-\u06ff]", line), line
    assert len(subjects) == 3
