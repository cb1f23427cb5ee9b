"""Every e-mail in three languages: subject and body in the reader's language, links right, one paragraph a line."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail as outbox

from portal.base import events, mail
from portal.base.models import Mail
from tests.people import Person
from tests.trade import factories
from trade.models import Run
from trade.services.announce import run_announce

pytestmark = pytest.mark.django_db
LANGUAGES = ("fr", "ar", "en")
FOLDER = settings.BASE_DIR / "templates" / "mail"
# What others are made of.
FRAMES = {"account_frame", "account_notice"}
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem not in FRAMES)
ARABIC = re.compile(r"[\u0600-\u06FF]")
# What stays in Latin letters in an Arabic line: addresses, links, the name of a browser, a code.
LATIN = re.compile(r"https?://\S+|\S+@\S+|Mozilla\S*.*$|\bIP\b|[\w.-]+\.csv|\b[a-z]+-[a-z]+\b|\bSHA-256\b")
ENGLISH = re.compile(r"\b(?:the|your|this|was|with|and|you)\b", re.IGNORECASE)
FRENCH = re.compile(r"\b(?:le|la|les|votre|vous|est|une|avec)\b", re.IGNORECASE)
SAID = {
    "email": "fatima@argan.example",
    "from_email": "old@argan.example",
    "to_email": "new@argan.example",
    "ip": "196.200.1.7",
    "user_agent": "Mozilla/5.0 (Linux; Android 11; SM-A125F) AppleWebKit/537.36",
    "timestamp": dt.datetime(2026, 11, 2, 9, 5, tzinfo=dt.UTC),
    "activate_url": "https://qafila.example/LANG/account/confirm-email/Mw:abc/",
    "password_reset_url": "https://qafila.example/LANG/account/password/reset/key/3-abc/",
    "signup_url": "https://qafila.example/LANG/account/signup/",
    "path": "/LANG/staff/trade/runs/4/",
    "name": "Fatima Zahra",
    "dataset": {"fr": "Commerce extérieur du Maroc", "ar": "التجارة الخارجية للمغرب", "en": "Foreign trade"},
    "release": 7,
    "number": 7,
    "periods": "2024",
    "days": 3,
    "topic": "",
    "cancel_path": "/LANG/subscriptions/cancel/abc/",
    "reason": {"fr": "Fichier vide.", "ar": "الملف فارغ.", "en": "An empty file."},
}


def context(language: str, state: str) -> dict[str, Any]:
    said = {key: value[language] if isinstance(value, dict) else value for key, value in SAID.items()}
    said = {
        key: value.replace("LANG", language) if isinstance(value, str) else value
        for key, value in said.items()
    }
    run = Run(
        number=4, state=state, rows_read=120_000, rows_accepted=119_500, rows_repaired=12, rows_rejected=500
    )
    return {**said, "run": run}


def written(name: str, language: str, state: str = "published") -> Mail:
    return mail.mail_send(
        name, to="fatima@argan.example", language=language, context=context(language, state)
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_an_e_mail_is_in_one_language(name: str, language: str) -> None:
    for state in Run.ENDED if name == "run_ended" else ["published"]:
        sent = written(name, language, state)
        in_one_language(sent.subject, language)
        for line in sent.body.splitlines():
            if line:
                in_one_language(line, language)


def in_one_language(line: str, language: str) -> None:
    words = LATIN.sub("", line)
    if language == "ar":
        # A person's name keeps its letters, in a line that is Arabic.
        assert not re.search(r"[A-Za-z]", words.replace(SAID["name"], "")), line  # type: ignore[arg-type]
        assert ARABIC.search(words) or not words.strip(), line
    else:
        assert not ARABIC.search(words), line
        assert not (FRENCH if language == "en" else ENGLISH).search(words), line


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_an_e_mail_is_set_sensibly(name: str, language: str) -> None:
    """We do not break paragraphs, since a phone breaks them better; a link stands alone, in the reader's language."""
    sent = written(name, language)
    assert 0 < len(sent.subject) <= 70
    assert "&" not in sent.subject + sent.body
    assert "None" not in sent.body
    assert "\n\n\n" not in sent.body
    assert not re.search(r"[ \t]+$", sent.body, re.MULTILINE)
    assert all(len(line.encode()) < 998 for line in sent.body.splitlines())
    found = re.findall(r"https?://\S+", sent.body)
    assert found
    for link in found:
        assert link in sent.body.splitlines(), "a link has a line of its own"
        assert f"/{language}/" in link


def test_numbers_of_an_e_mail_are_the_readers() -> None:
    bodies = {language: written("run_ended", language).body for language in LANGUAGES}
    assert "120\u202f000" in bodies["fr"]
    assert "120.000" in bodies["ar"]
    assert "120,000" in bodies["en"]
    assert "2 نونبر 2026، 09:05" in written("account_password_changed", "ar").body


def test_an_e_mail_names_its_language() -> None:
    assert mail.mail_deliver(str(written("account_password_set", "ar").pk))
    assert outbox.outbox[0].extra_headers["Content-Language"] == "ar"


def test_the_end_of_a_run_is_told_in_the_language_of_who_handed_it_in() -> None:
    yasmine = Person("Yasmine", "yasmine@stat.example", "statistician").user
    yasmine.language = "ar"
    yasmine.save()
    release = factories.release(factories.customs(), [factories.customs_fact()], build=False)
    run = release.run
    run.acting_user = yasmine
    run.save()
    event = events.emit("trade.run_ended", run_id=str(run.pk))
    assert run_announce(str(event.pk), str(run.pk))
    sent = Mail.objects.get()
    assert "بيانات ma-customs" in sent.body
    assert f"/ar/staff/trade/runs/{run.number}/" in sent.body


def test_every_template_of_an_e_mail_is_tested() -> None:
    assert {path.suffix for path in Path(FOLDER).iterdir()} == {".txt"}
    assert "run_ended" in NAMES
    assert len(NAMES) > 10
