"""Every page of the account in every language, and that none needs a script or a style of its own."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from portal.accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
ENTRANCE = [
    "login/", "signup/", "confirm-email/", "confirm-email/used-up/", "password/reset/", "password/reset/done/",
    "password/reset/key/done/", "password/reset/key/1-bad/", "inactive/",
]  # fmt: skip
OWN = ["profile/", "logout/", "email/", "password/change/", "reauthenticate/", "2fa/", "sessions/"]
GUARDED = ["2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/", "delete/"]
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=\"")


def check(client: Client, path: str, language: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, path
    page = answer.content.decode()
    assert page.count("<h1") == 1, path
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page, path
    assert not INLINE.search(page), path
    assert "<title>" in page
    assert "placeholder=" not in page[page.index("<main") :], path


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_pages_before_signing_in(client: Client, language: str) -> None:
    for page in ENTRANCE:
        check(client, f"/{language}/account/{page}", language)


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_pages_after_signing_in(client: Client, language: str, fatima: User, youssef: User) -> None:
    client.force_login(fatima)
    for page in OWN:
        check(client, f"/{language}/account/{page}", language)
    client.force_login(youssef)
    RecoveryCodes.activate(youssef)
    client.post(f"/{language}/account/reauthenticate/", {"password": PASSWORD})
    for page in GUARDED:
        check(client, f"/{language}/account/{page}", language)
    check(client, f"/{language}/account/2fa/reauthenticate/", language)


def test_passkeys_and_other_sites_sign_in_are_not_offered(client: Client) -> None:
    for page in ("2fa/webauthn/", "3rdparty/", "login/code/", "signup/passkey/"):
        assert client.get(f"/fr/account/{page}").status_code == 404


def test_a_new_address_counts_once_it_is_confirmed(client: Client, fatima: User) -> None:
    client.force_login(fatima)
    client.post("/fr/account/reauthenticate/", {"password": PASSWORD})
    client.post("/fr/account/email/", {"action_add": "1", "email": "new@coop.example"})
    assert "new@coop.example" in client.get("/fr/account/email/").content.decode()
    assert User.objects.get(pk=fatima.pk).email == "fatima@coop.example"


def test_the_desk_shows_who_is_signed_in(client: Client, omar: User) -> None:
    client.force_login(omar)
    page = client.get("/fr/desk/").content.decode()
    assert omar.email in page
    assert 'href="/fr/account/2fa/totp/activate/"' in page
