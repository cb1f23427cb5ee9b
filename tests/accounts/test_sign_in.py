"""Signing in: password, code, limits, and what happens to other sessions."""

import base64
import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import User
from portal.base.models import Mail
from tests.accounts.conftest import PASSWORD, SECRET, code

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LOGIN = "/fr/account/login/"


def sign_in_as(client: Client, user: User, password: str = PASSWORD, query: str = "") -> str:
    """Where the sign-in form leads; empty when it shows itself again."""
    answer = client.post(LOGIN + query, {"login": user.email.upper(), "password": password})
    return answer.headers.get("Location", "")


def test_fatima_lands_on_her_desk_in_her_language(client: Client, fatima: User) -> None:
    assert sign_in_as(client, fatima) == "/ar/desk/"


def test_the_page_that_was_asked_for_comes_first(client: Client, fatima: User) -> None:
    assert sign_in_as(client, fatima, query="?next=/fr/account/profile/") == "/fr/account/profile/"


def test_another_site_is_never_the_next_page(client: Client, fatima: User) -> None:
    assert sign_in_as(client, fatima, query="?next=https://bad.example/") == "/ar/desk/"


def test_a_wrong_password_says_so_and_signs_nobody_in(client: Client, fatima: User) -> None:
    page = client.post(LOGIN, {"login": fatima.email, "password": "wrong"}).content.decode()
    assert 'role="alert"' in page
    assert "_auth_user_id" not in client.session


def test_the_sixth_wrong_password_closes_the_door_to_the_right_one_too(client: Client, fatima: User) -> None:
    for _ in range(5):
        sign_in_as(client, fatima, password="wrong")
    assert sign_in_as(client, fatima) == ""
    assert "_auth_user_id" not in client.session


def test_a_closed_account_stays_closed(client: Client, fatima: User) -> None:
    User.objects.filter(pk=fatima.pk).update(is_active=False)
    assert sign_in_as(client, fatima) in ("", "/fr/account/inactive/")
    assert "_auth_user_id" not in client.session


def test_youssef_signs_in_with_a_code_and_lands_on_the_staff_page(client: Client, youssef: User) -> None:
    assert sign_in_as(client, youssef) == "/fr/account/2fa/authenticate/"
    assert client.get("/fr/staff/")["Location"].startswith(LOGIN)
    page = client.post("/fr/account/2fa/authenticate/", {"code": "000000"})
    assert page.status_code == 200
    assert client.post("/fr/account/2fa/authenticate/", {"code": code()})["Location"] == "/fr/staff/"


def test_a_code_works_once(client: Client, youssef: User) -> None:
    used = code()
    for expected in ("/fr/staff/", ""):
        sign_in_as(client, youssef)
        answer = client.post("/fr/account/2fa/authenticate/", {"code": used})
        assert answer.headers.get("Location", "") == expected
        client.post("/fr/account/logout/")


def test_a_recovery_code_opens_once(client: Client, youssef: User) -> None:
    recovery = RecoveryCodes.activate(youssef).get_unused_codes()[0]
    for expected in ("/fr/staff/", ""):
        sign_in_as(client, youssef)
        answer = client.post("/fr/account/2fa/authenticate/", {"code": recovery})
        assert answer.headers.get("Location", "") == expected
        client.post("/fr/account/logout/")


def test_omar_sets_two_factor_sign_in_up_and_enters(
    client: Client, omar: User, settings: Settings, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    elsewhere = Client()
    sign_in_as(elsewhere, omar)
    assert sign_in_as(client, omar) == "/fr/staff/"
    activate = client.get("/fr/staff/")["Location"]
    assert activate == "/fr/account/2fa/totp/activate/"

    again = client.get(activate)["Location"]
    assert client.post(again, {"password": PASSWORD})["Location"] == activate
    page = client.get(activate).content.decode()
    picture = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert picture
    assert 'fill="white"' in base64.b64decode(picture[1]).decode()
    shown = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert shown
    assert client.post(activate, {"code": "123"}).status_code == 200
    assert not Authenticator.objects.filter(user=omar).exists()
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(activate, {"code": code(shown[1])})
    assert done["Location"] == "/fr/account/2fa/recovery-codes/"
    codes = re.findall(r"<code>(\d{8})</code>", client.get(done["Location"]).content.decode())
    assert len(codes) == 10
    assert client.get("/fr/staff/").status_code == 200
    assert Mail.objects.get(template="account_totp_activated").to == omar.email
    # The session that was opened elsewhere with the password alone is over.
    assert elsewhere.get("/fr/staff/")["Location"].startswith(LOGIN)


def test_a_forgotten_password_is_set_anew_through_an_e_mail(client: Client, fatima: User) -> None:
    client.post("/fr/account/password/reset/", {"email": fatima.email})
    mail = Mail.objects.get()
    assert (mail.template, mail.language) == ("account_password_reset_key", "ar")
    link = re.search(r"(/ar/account/password/reset/key/\S+)", mail.body)
    assert link
    form = client.get(link[1])["Location"]
    new = "another-caravan-9"
    client.post(form, {"password1": new, "password2": new})
    assert sign_in_as(client, fatima) == ""
    assert sign_in_as(client, fatima, password=new) == "/ar/desk/"
    assert client.get(link[1]).status_code == 200  # used up: the page says so and offers a new link


def test_an_unknown_address_gets_the_same_answer_as_a_known_one(client: Client, fatima: User) -> None:
    answers = {
        client.post("/en/account/password/reset/", {"email": email})["Location"]
        for email in (fatima.email, "nobody@example.com")
    }
    assert answers == {"/en/account/password/reset/done/"}
    unknown = Mail.objects.get(to="nobody@example.com")
    assert (unknown.template, unknown.language) == ("account_unknown_account", "en")


def test_other_sessions_are_ended_from_the_list(client: Client, fatima: User) -> None:
    elsewhere = Client()
    sign_in_as(elsewhere, fatima)
    sign_in_as(client, fatima)
    assert client.get("/ar/account/sessions/").content.decode().count("127.0.0.1") == 2
    client.post("/ar/account/sessions/")
    assert elsewhere.get("/ar/account/profile/").status_code == 302
    assert client.get("/ar/account/profile/").status_code == 200


def test_too_many_sign_ins_from_one_address_are_told_to_wait(client: Client, fatima: User) -> None:
    pages = [client.post(LOGIN, {}) for _ in range(31)]
    assert [page.status_code for page in pages[-2:]] == [200, 429]
    assert "<h1" in pages[-1].content.decode()


def test_the_secret_is_never_shown_again(client: Client, youssef: User) -> None:
    client.force_login(youssef)
    assert SECRET not in client.get("/fr/account/2fa/").content.decode()
