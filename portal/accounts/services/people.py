"""Writes on people and roles. Each is one transaction whose audit rows name the acting person."""

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q
from django.utils.translation import gettext as _

from portal.accounts import selectors
from portal.accounts.models import Role, Subscription, User, Webhook
from portal.base.errors import Conflict, DomainError, Invalid
from portal.base.models import Mail

SECRET_BYTES = 16  # RFC 4226 asks for a shared secret of at least 128 bits


@contextmanager
def _audited(service: str, acting_user: User | None) -> Iterator[None]:
    """One transaction; every row that it changes is audited with the service's name and the acting person."""
    who = {"user": str(acting_user.pk)} if acting_user else {}
    with pghistory.context(service=service, **who), transaction.atomic():
        yield


def user_create(
    *,
    acting_user: User | None,
    email: str,
    full_name: str = "",
    language: str = "fr",
    password: str | None = None,
) -> User:
    """A new person; without a password one is set through "forgot your password".

    `acting_user` is None where people sign themselves up. Raises Invalid for an address that is none or is taken.
    """
    user = User(
        email=User.objects.normalize_email(email).lower(), full_name=full_name.strip(), language=language
    )
    user.set_password(password)
    _validate(user)
    with _audited("user_create", acting_user):
        user.save()
    return user


def user_update(
    *, acting_user: User, user: User, full_name: str, language: str, is_active: bool = True
) -> User:
    """Correct a person's name and language, or close and reopen the account. The last operator stays active."""
    with _audited("user_update", acting_user):
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active and not is_active:
            _keep_an_operator(without=user)
        user.full_name, user.language, user.is_active = full_name.strip(), language, is_active
        _validate(user)
        user.save(update_fields=["full_name", "language", "is_active", "updated_at"])
        if not is_active:
            _sessions_end(user)
    return user


def user_delete(*, acting_user: User, user: User) -> None:
    """Delete a person and what is held on them.

    The audit trail stays. It forgets the name and the address, unless the person ever held a role: what was done for
    the State keeps its author. Rows that must not lose their author keep one without name or address.
    Raises Conflict for the last operator.
    """
    with _audited("user_delete", acting_user):
        _keep_an_operator(without=user)
        events = selectors.events_of(user)
        served = events["roles"].exists() or user.roles.exists()
        _sessions_end(user)
        Mail.objects.filter(to=user.email).delete()
        Subscription.objects.filter(Q(email=user.email) | Q(person=user)).delete()
        Webhook.objects.filter(person=user).delete()
        try:
            with transaction.atomic():
                User.objects.get(pk=user.pk).delete()
        except ProtectedError:
            _forget(user)
        if not served:
            events["account"].update(email="", full_name="")


def role_grant(*, acting_user: User | None, user: User, kind: str, region: str = "") -> Role:
    """Give a role; giving it twice changes nothing. `acting_user` is None for a management command only.

    Raises DomainError (forbidden) unless an operator acts, Invalid where kind and region do not fit.
    """
    _require_operator(acting_user)
    with _audited("role_grant", acting_user):
        return _role_give(user, kind, region)


def role_revoke(*, acting_user: User | None, user: User, kind: str, region: str = "") -> None:
    """Take a role back; a role that is not there changes nothing. Raises Conflict for the last operator."""
    _require_operator(acting_user)
    with _audited("role_revoke", acting_user):
        if kind == Role.Kind.OPERATOR:
            if not user.is_superuser:
                _keep_an_operator(without=user)
            _admin_set(user, user.is_superuser)
        for role in Role.objects.filter(user=user, kind=kind, region=region):
            role.delete()
    selectors.roles_forget(user)


def sessions_end(*, acting_user: User, user: User, keep: str | None = None) -> None:
    """Sign a person out everywhere, but for the session whose key is `keep`."""
    with _audited("sessions_end", acting_user):
        _sessions_end(user, keep)


def second_factor_remove(*, acting_user: User, user: User) -> None:
    """For who lost phone and recovery codes: the next staff page asks to set two-factor sign-in up again."""
    _require_operator(acting_user)
    with _audited("second_factor_remove", acting_user):
        Authenticator.objects.filter(user=user).delete()
        _sessions_end(user)


def staff_create(*, email: str, password: str, totp: str, language: str = "fr") -> User:
    """The first person of a new portal: superuser, operator and statistician with two-factor sign-in.

    `totp` is the secret in base32. Safe to run again: what is so already stays, what differs is set.
    """
    _validate_secret(totp)
    with _audited("staff_create", None):
        found = User.objects.select_for_update().filter(email=email.lower()).first()
        user = found or User(email=email.lower(), full_name="Qafila", language=language)
        _superuser_set(user, password)
        EmailAddress.objects.filter(user=user).exclude(email=user.email).update(primary=False)
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        for kind in (Role.Kind.OPERATOR, Role.Kind.STATISTICIAN):
            _role_give(user, kind)
        _second_factor_set(user, totp)
    return user


def _superuser_set(user: User, password: str) -> None:
    """Saves only where something differs: a second run leaves nothing in the audit trail."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    known = user.check_password(password)
    if not known:
        user.set_password(password)
    if not (known and user.is_active and user.is_staff and user.is_superuser):
        user.is_active = user.is_staff = user.is_superuser = True
        _validate(user)
        user.save()


def _role_give(user: User, kind: str, region: str = "") -> Role:
    role = Role(user=user, kind=kind, region=region)
    try:
        role.clean_fields(exclude=["user"])
        role.validate_constraints(exclude={"user"})
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    role, _created = Role.objects.get_or_create(user=user, kind=kind, region=region)
    if kind == Role.Kind.OPERATOR:
        _admin_set(user, True)
    selectors.roles_forget(user)
    return role


def _second_factor_set(user: User, secret: str) -> None:
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if found and decrypt(found.data["secret"]) != secret:
        Authenticator.objects.filter(user=user).delete()
        found = None
    if not found:
        TOTP.activate(user, secret)
    RecoveryCodes.activate(user)


def _validate(user: User) -> None:
    try:
        validate_email(user.email)
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error


def _validate_secret(secret: str) -> None:
    try:
        size = len(base64.b32decode(secret.encode()))
    except binascii.Error as error:
        raise Invalid(
            _("The TOTP secret is not base32."), hint=_("It has the letters A to Z and the digits 2 to 7.")
        ) from error
    if size < SECRET_BYTES:
        raise Invalid(_("The TOTP secret is too short."), hint=_("It needs 26 characters of base32 or more."))


def _require_operator(acting_user: User | None) -> None:
    if acting_user is not None and not selectors.has_role(acting_user, selectors.OPERATOR):
        raise DomainError(_("Only an operator gives and takes roles."), code="forbidden")


def _keep_an_operator(*, without: User) -> None:
    """Raises Conflict where `without` is the only active operator. Locks the operators until the transaction ends."""
    is_operator = Exists(Role.objects.filter(user=OuterRef("pk"), kind=Role.Kind.OPERATOR))
    operators = User.objects.filter(Q(is_superuser=True) | is_operator, is_active=True).order_by("pk")
    left = {user.pk for user in operators.select_for_update()}
    if left == {without.pk}:
        raise Conflict(
            _("This is the last operator: without one nobody could give roles."),
            hint=_("Make another person operator first."),
        )


def _admin_set(user: User, allowed: bool) -> None:
    """The admin is for operators: the flag follows the role."""
    if user.is_staff != allowed:
        user.is_staff = allowed
        user.save(update_fields=["is_staff", "updated_at"])


def _sessions_end(user: User, keep: str | None = None) -> None:
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep or ""):
        session.end()


def _forget(user: User) -> None:
    """Keep the row as an author without name, address or way in."""
    row = User.objects.get(pk=user.pk)
    row.email, row.full_name = f"{row.pk}@deleted.invalid", ""
    row.is_active = row.is_staff = row.is_superuser = False
    row.set_unusable_password()
    row.save()
    for role in row.roles.all():
        role.delete()
    Authenticator.objects.filter(user=row).delete()
    EmailAddress.objects.filter(user=row).delete()
