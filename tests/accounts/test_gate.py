"""The gate: a page's mark decides, and a page that is not for the reader looks like one that is not there."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.accounts.models import User
from tests.accounts.conftest import SECRET

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
SignIn = Callable[[User], Client]


def test_everybody_opens_a_public_page(client: Client) -> None:
    assert client.get("/fr/t/open/").content == b"open"


def test_a_view_without_a_mark_is_a_fault_of_ours(client: Client) -> None:
    with pytest.raises(ImproperlyConfigured, match="forgotten has no mark"):
        client.get("/fr/t/forgotten/")


def test_in_service_a_view_without_a_mark_is_missing(client: Client, settings: Settings) -> None:
    settings.ACCESS_STRICT = False
    assert client.get("/fr/t/forgotten/").status_code == 404


def test_a_stranger_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/ar/t/mine/?page=2")
    assert answer.status_code == 302
    assert answer["Location"] == f"/ar/account/login/?next={quote('/ar/t/mine/?page=2')}"


def test_a_form_sent_after_signing_out_does_not_come_back_as_a_get(client: Client) -> None:
    assert client.post("/fr/t/mine/")["Location"] == "/fr/account/login/"


def test_a_fragment_moves_the_whole_page_to_sign_in(client: Client) -> None:
    answer = client.get(
        "/fr/t/mine/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/fr/desk/"}
    )
    assert answer["HX-Redirect"] == f"/fr/account/login/?next={quote('/fr/desk/')}"


def test_signed_in_is_enough_for_a_person_s_own_page(sign_in: SignIn, fatima: User) -> None:
    assert sign_in(fatima).get("/ar/t/mine/").content == b"mine"


def test_what_is_for_one_person_stays_out_of_every_cache(sign_in: SignIn, fatima: User) -> None:
    client = sign_in(fatima)
    for page in ("/fr/t/mine/", "/fr/account/2fa/", "/fr/account/sessions/", "/fr/account/profile/"):
        assert "no-store" in client.get(page)["Cache-Control"], page
    assert "Cache-Control" not in client.get("/fr/t/open/")


def test_forbidden_looks_like_missing(sign_in: SignIn, fatima: User) -> None:
    client = sign_in(fatima)
    forbidden, missing = client.get("/fr/t/figures/"), client.get("/fr/t/nothing-here/")
    assert forbidden.status_code == missing.status_code == 404
    texts = [page.content.decode().replace(path, "") for page, path in (
        (forbidden, "t/figures/"), (missing, "t/nothing-here/"))]  # fmt: skip
    assert texts[0] == texts[1]


def test_a_role_without_two_factor_sign_in_is_asked_to_set_it_up(sign_in: SignIn, omar: User) -> None:
    client = sign_in(omar)
    answer = client.get("/en/t/figures/")
    assert answer["Location"] == reverse("mfa_activate_totp").replace("/fr/", "/en/")
    told = client.get("/en/account/profile/").content.decode()
    assert "Staff pages need two-factor sign-in. Set it up here" in told


def test_a_role_with_two_factor_sign_in_enters(sign_in: SignIn, omar: User, youssef: User) -> None:
    TOTP.activate(omar, SECRET)
    for user in (omar, youssef):
        assert sign_in(user).get("/fr/t/figures/").content == b"figures"


def test_a_superuser_is_an_operator_and_not_a_statistician(sign_in: SignIn, khadija: User) -> None:
    User.objects.filter(pk=khadija.pk).update(is_superuser=True)
    assert sign_in(khadija).get("/fr/t/figures/").status_code == 404


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/login/?next=/admin/"])
def test_the_admin_needs_its_own_people_with_two_factor_sign_in(
    client: Client, path: str, fatima: User, omar: User, khadija: User
) -> None:
    assert client.get(path)["Location"].startswith("/fr/account/login/?next=/admin/")
    client.force_login(fatima)
    assert client.get(path).status_code == 404
    User.objects.filter(pk=omar.pk).update(is_staff=True)
    client.force_login(omar)
    assert client.get(path)["Location"] == "/fr/account/2fa/totp/activate/"
    client.force_login(khadija)
    assert client.get(path, follow=True).status_code == 200


def test_the_api_answers_in_its_own_shape(client: Client, fatima: User, omar: User) -> None:
    answers = [client.get("/api/figures/")]
    for user in (fatima, omar):
        client.force_login(user)
        answers.append(client.get("/api/figures/"))
    TOTP.activate(omar, SECRET)
    assert [answer.status_code for answer in answers] == [401, 404, 403]
    codes = [answer.json()["errors"][0]["code"] for answer in answers]
    assert codes == ["not_authenticated", "not_found", "second_factor_required"]
    assert client.get("/api/figures/").json() == {"figures": 1}
