"""The people of the trade tests."""

import pytest

from portal.accounts.models import Role, User


@pytest.fixture
def amina() -> User:
    """A statistician who reads Arabic."""
    user = User.objects.create_user("amina@qafila.example", full_name="Amina Idrissi", language="ar")
    Role.objects.create(user=user, kind=Role.Kind.STATISTICIAN)
    return user


@pytest.fixture
def youssef() -> User:
    """Somebody with an account and no role."""
    return User.objects.create_user("youssef@qafila.example", full_name="Youssef Alami")
