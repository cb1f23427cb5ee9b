"""The people of these tests, each with one fixed part, and the two ways to look at what happened."""

import time
from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from portal.accounts import services
from portal.accounts.models import User

PASSWORD = "caravan-lantern-7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _strict_and_quick(settings: Settings) -> Iterator[None]:
    """A forgotten mark stops a test; a password costs no second; what services refuse is said in English."""
    settings.ACCESS_STRICT = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with translation.override("en"):
        yield


def code(secret: str = SECRET, *, periods_ago: int = 0) -> str:
    """What an authenticator app with this secret shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 - periods_ago))


def person(email: str, name: str, language: str = "fr") -> User:
    user = services.user_create(
        acting_user=None, email=email, full_name=name, language=language, password=PASSWORD
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def fatima(db: None) -> User:
    """Runs a cooperative in Zagora; reads Arabic; has no role."""
    return person("fatima@coop.example", "Fatima Aït Lahcen", "ar")


@pytest.fixture
def khadija(db: None) -> User:
    """The operator, with two-factor sign-in."""
    user = person("khadija@qafila.example", "Khadija Benali")
    services.role_grant(acting_user=None, user=user, kind="operator")
    TOTP.activate(user, SECRET)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def omar(db: None) -> User:
    """A statistician who has not set two-factor sign-in up yet."""
    user = person("omar@qafila.example", "Omar Idrissi")
    services.role_grant(acting_user=None, user=user, kind="statistician")
    return User.objects.get(pk=user.pk)


@pytest.fixture
def youssef(db: None) -> User:
    """The liaison officer of Drâa-Tafilalet, with two-factor sign-in."""
    user = person("youssef@qafila.example", "Youssef Amrani")
    services.role_grant(acting_user=None, user=user, kind="officer", region="MA-08")
    TOTP.activate(user, SECRET)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def sign_in(client: Client) -> Callable[[User], Client]:
    def signed_in_client(user: User) -> Client:
        client.force_login(user)
        return client

    return signed_in_client
