"""Signing up: in one's own language, confirmed by e-mail, telling a stranger nothing."""

import re

import pytest
from django.contrib.auth import hashers
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import User
from portal.base.mail import mail_deliver
from portal.base.models import Mail
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
ARABIC = re.compile(r"[\u0600-\u06FF]{3}")
WANTED = {
    "full_name": "Aïcha Oubella",
    "email": "Aicha@Argan.example",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


def link_in(mail: Mail) -> str:
    found = re.search(r"^(http\S+)$", mail.body, re.MULTILINE)
    assert found, mail.body
    return found[1]


def test_aicha_signs_up_in_arabic_confirms_and_signs_in(client: Client, settings: Settings) -> None:
    settings.SITE_URL = "https://qafila.example"
    assert client.post("/ar/account/signup/", WANTED)["Location"] == "/ar/account/confirm-email/"
    aicha = User.objects.get(email="aicha@argan.example")
    assert (aicha.full_name, aicha.language) == ("Aïcha Oubella", "ar")

    mail = Mail.objects.get()
    assert (mail.to, mail.language, mail.state) == (aicha.email, "ar", Mail.State.WAITING)
    assert ARABIC.search(mail.subject)
    assert ARABIC.search(mail.body)
    link = link_in(mail)
    assert link.startswith("https://qafila.example/ar/account/confirm-email/")

    assert mail_deliver(str(mail.pk))
    confirm = link.removeprefix("https://qafila.example")
    assert "aicha@argan.example" in client.get(confirm).content.decode()
    client.post(confirm)
    signed_in = client.post("/fr/account/login/", {"login": "aicha@argan.example", "password": PASSWORD})
    assert signed_in["Location"] == "/ar/desk/"


def test_without_confirming_nobody_signs_in_and_the_link_is_sent(client: Client) -> None:
    client.post("/fr/account/signup/", WANTED)
    answer = client.post("/fr/account/login/", {"login": "aicha@argan.example", "password": PASSWORD})
    assert answer["Location"] == "/fr/account/confirm-email/"
    assert "_auth_user_id" not in client.session


def test_a_taken_address_gets_the_same_answer_and_an_e_mail_in_its_owner_s_language(
    client: Client, fatima: User
) -> None:
    answer = client.post("/fr/account/signup/", {**WANTED, "email": fatima.email})
    assert answer["Location"] == "/fr/account/confirm-email/"
    mail = Mail.objects.get()
    assert (mail.template, mail.language) == ("account_account_already_exists", "ar")
    assert "/ar/account/password/reset/" in link_in(mail)
    assert User.objects.get(email=fatima.email).full_name == fatima.full_name


def test_a_taken_address_takes_as_long_as_a_free_one(
    client: Client, fatima: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing is what takes the time: each sign-up hashes one password, whoever has the address."""
    hashed: list[str] = []
    encode = hashers.get_hasher().__class__.encode

    def counted(self: hashers.BasePasswordHasher, password: str, salt: str, **options: int) -> str:
        hashed.append(password)
        return str(encode(self, password, salt, **options))

    monkeypatch.setattr(hashers.get_hasher().__class__, "encode", counted)
    for email in (fatima.email, "nobody@argan.example"):
        hashed.clear()
        client.post("/fr/account/signup/", {**WANTED, "email": email})
        assert hashed == [PASSWORD], email


def test_the_name_that_a_stranger_writes_is_in_no_e_mail(client: Client) -> None:
    client.post("/fr/account/signup/", {**WANTED, "full_name": "Win money at http://bad.example"})
    assert "bad.example" not in Mail.objects.get().body + Mail.objects.get().subject


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"email": "not an address"}, "email"),
        ({"password1": "12345678", "password2": "12345678"}, "password1"),
        ({"password2": "something else"}, "password2"),
    ],
)
def test_what_is_wrong_is_said_at_the_top_and_at_the_field(
    client: Client, change: dict[str, str], field: str
) -> None:
    page = client.post("/fr/account/signup/", {**WANTED, **change}).content.decode()
    assert f'<a href="#id_{field}">' in page
    assert f'id="id_{field}_error"' in page
    assert re.search(r'<div class="errors" tabindex="-1" autofocus>', page)
    assert not User.objects.exists()


def test_the_notice_of_law_09_08_has_a_number_only_once_there_is_one(
    client: Client, settings: Settings
) -> None:
    settings.CNDP_NUMBER = ""
    assert "09-08" in (page := client.get("/en/account/signup/").content.decode())
    assert "under number" not in page
    settings.CNDP_NUMBER = "D-123/2026"
    assert "D-123/2026" in client.get("/en/account/signup/").content.decode()


def test_an_arabic_page_keeps_addresses_left_to_right(client: Client) -> None:
    page = client.get("/ar/account/signup/").content.decode()
    email = re.search(r"<input[^>]*name=\"email\"[^>]*>", page)
    assert email
    assert 'dir="ltr"' in email[0]
    assert 'autocomplete="email"' in email[0]
    assert "placeholder" not in email[0]
