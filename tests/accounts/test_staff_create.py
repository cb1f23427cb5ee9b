"""The first sign-in of a new portal."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from portal.accounts import selectors
from portal.accounts.models import User
from tests.accounts.conftest import PASSWORD, SECRET, code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _given(settings: Settings) -> None:
    settings.STAFF_EMAIL, settings.STAFF_PASSWORD, settings.STAFF_TOTP = (
        "Staff@qafila.example",
        PASSWORD,
        SECRET,
    )


def staff_create(**options: str) -> str:
    out = StringIO()
    call_command("staff_create", stdout=out, **options)
    return out.getvalue()


def test_it_makes_an_operator_and_statistician_who_signs_in_with_a_code(client: Client) -> None:
    assert "staff@qafila.example" in staff_create()
    user = User.objects.get()
    assert selectors.roles_of(user) == {"operator", "statistician"}
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert EmailAddress.objects.get().verified
    client.post("/fr/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.post("/fr/account/2fa/authenticate/", {"code": code()})["Location"] == "/fr/staff/"


def test_a_second_run_changes_nothing() -> None:
    staff_create()
    before = User.objects.values().get(), list(Authenticator.objects.order_by("pk").values())
    staff_create()
    assert (User.objects.values().get(), list(Authenticator.objects.order_by("pk").values())) == before
    # Made, then made operator: two facts of the first run, none of the second.
    assert apps.get_model("accounts", "RoleEvent").objects.count() == 2
    assert apps.get_model("accounts", "UserEvent").objects.count() == 1


def test_a_new_password_and_a_new_secret_take_the_old_ones_place(client: Client) -> None:
    staff_create()
    other = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
    staff_create(password="another-lantern-3", totp=other)
    assert Authenticator.objects.filter(type="totp").count() == 1
    client.post("/fr/account/login/", {"login": "staff@qafila.example", "password": "another-lantern-3"})
    assert client.post("/fr/account/2fa/authenticate/", {"code": code()}).status_code == 200
    assert client.post("/fr/account/2fa/authenticate/", {"code": code(other)})["Location"] == "/fr/staff/"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"email": ""}, "QAFILA_STAFF_EMAIL"),
        ({"password": "", "totp": ""}, "QAFILA_STAFF_PASSWORD, QAFILA_STAFF_TOTP"),
        ({"totp": "not base32!"}, "base32"),
        ({"totp": "JBSWY3DP"}, "26"),
        ({"password": "12345"}, "too short"),
        ({"email": "staff"}, "valid email"),
    ],
)
def test_it_refuses_clearly(options: dict[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        staff_create(**options)
    assert not User.objects.exists()
