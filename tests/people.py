"""Named people with fixed roles, for tests that ask who may do what."""

from dataclasses import dataclass

from django.test import Client

from portal.accounts import services
from portal.accounts.models import Role, User


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    role: str
    region: str = ""

    @property
    def user(self) -> User:
        found = User.objects.filter(email=self.email).first()
        if found is not None:
            return found
        user = services.user_create(
            acting_user=None,
            email=self.email,
            password="argan-et-safran-9",
            full_name=self.name,
            language="fr",
        )
        if self.role:
            Role.objects.create(user=user, kind=self.role, region=self.region)
        if self.role == Role.Kind.OPERATOR:
            User.objects.filter(pk=user.pk).update(is_staff=True)
            user.refresh_from_db()
        return user

    def signed_in(self, *, second_factor: bool = True, csrf: bool = False) -> Client:
        """A client whose session is this person's; with `second_factor` they use a one-time code."""
        from allauth.mfa.models import Authenticator
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

        user = self.user
        factors = Authenticator.objects.filter(user=user)
        if not second_factor:
            factors.delete()
        elif not factors.exists():
            TOTP.activate(user, generate_totp_secret())
        client = Client(enforce_csrf_checks=csrf)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client


FATIMA = Person("Fatima Aït Taleb", "fatima@example.ma", "")
OMAR = Person("Omar Alaoui", "omar@example.ma", "statistician")
SALMA = Person("Salma Bennis", "salma@example.ma", "analyst")
HASSAN = Person("Hassan Ouali", "hassan@example.ma", "officer", "MA-08")
NADIA = Person("Nadia Chraïbi", "nadia@example.ma", "operator")


def people() -> tuple[Person, ...]:
    return FATIMA, OMAR, SALMA, HASSAN, NADIA
