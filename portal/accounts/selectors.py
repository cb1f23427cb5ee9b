"""Who a person is to Qafila: roles, regions, second factor, and everything that is held on them."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from portal.accounts.models import Role, Subscription, User, Webhook, WebhookDelivery
from portal.base.models import Mail

Person = AbstractBaseUser | AnonymousUser
OPERATOR = Role.Kind.OPERATOR.value
_CACHE = "_qafila_roles"


def users() -> QuerySet[User]:
    return User.objects.order_by("email")


def _role_pairs(user: Person) -> frozenset[tuple[str, str]]:
    """(kind, region) of each role, read once for a user object: a request has one."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    found: frozenset[tuple[str, str]] | None = getattr(user, _CACHE, None)
    if found is None:
        found = frozenset(Role.objects.filter(user_id=user.pk).values_list("kind", "region"))
        setattr(user, _CACHE, found)
    return found


def roles_forget(user: Person) -> None:
    """After a change of roles: the next question reads them again."""
    for name in (_CACHE, "is_operator", "works_here"):
        user.__dict__.pop(name, None)


def roles_of(user: Person) -> frozenset[str]:
    """Kinds of the person's roles; a superuser counts as operator, an inactive person has none."""
    kinds = frozenset(kind for kind, _ in _role_pairs(user))
    if user.is_active and getattr(user, "is_superuser", False):
        return kinds | {OPERATOR}
    return kinds


def has_role(user: Person, *kinds: str) -> bool:
    """Whether the person has one of these roles."""
    return not roles_of(user).isdisjoint(kinds)


def regions_of(user: Person) -> frozenset[str]:
    """Codes of the regions for which the person is a liaison officer."""
    return frozenset(region for _, region in _role_pairs(user) if region)


def is_staff(user: Person) -> bool:
    """Whether the person works for the State here: any role, or the admin."""
    return bool(roles_of(user)) or (user.is_active and getattr(user, "is_staff", False) is True)


def has_second_factor(user: Person) -> bool:
    """Whether an authenticator app is active on the account."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def staff(kind: str, region: str = "") -> QuerySet[User]:
    """Active people with a role; for officers of one region where `region` is given."""
    wanted = Q(roles__kind=kind)
    if region:
        wanted &= Q(roles__region=region)
    elif kind == OPERATOR:
        wanted |= Q(is_superuser=True)
    return User.objects.filter(wanted, is_active=True).distinct().order_by("email")


def staff_emails(kind: str, region: str = "") -> dict[str, str]:
    """E-mail address → language of the people with a role."""
    return dict(staff(kind, region).values_list("email", "language"))


def language_of(email: str) -> str | None:
    """The language that the owner of an address chose, None where nobody here owns it."""
    owners = User.objects.filter(Q(email=email.lower()) | Q(emailaddress__email=email.lower()))
    return owners.values_list("language", flat=True).first()


def subscriptions_of(user: User) -> QuerySet[Subscription]:
    """What a person's address, or the person, subscribed to."""
    return Subscription.objects.filter(Q(email=user.email) | Q(person=user))


def webhooks_of(user: User) -> QuerySet[Webhook]:
    return Webhook.objects.filter(person=user)


def deliveries_of(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """What was sent or is to be sent to it, newest first."""
    return WebhookDelivery.objects.filter(webhook=webhook)


def events_of(user: User) -> dict[str, QuerySet[Model]]:
    """The audit trail's rows about a person and about their roles."""
    return {
        "account": apps.get_model("accounts", "UserEvent").objects.filter(pgh_obj_id=user.pk),
        "roles": apps.get_model("accounts", "RoleEvent").objects.filter(user_id=user.pk),
    }


def _events(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {
            "at": row.pgh_created_at,
            "what": row.pgh_label,
            "by": (row.pgh_context.metadata.get("user") if row.pgh_context else None),
        }
        for row in rows
    ]


def personal_data(user: User) -> dict[str, Any]:
    """Everything that this room holds on a person, without the secrets that protect the account."""
    sessions = UserSession.objects.filter(user=user)
    factors = Authenticator.objects.filter(user=user)
    mails = Mail.objects.filter(to=user.email).order_by("created_at")
    return {
        "account": {
            "id": user.pk,
            "email": user.email,
            "name": user.full_name,
            "language": user.language,
            "active": user.is_active,
            "joined": user.date_joined,
            "last_sign_in": user.last_login,
        },
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "roles": list(user.roles.values("kind", "region", "created_at")),
        "two_factor": list(factors.values("type", "created_at", "last_used_at")),
        "sessions": list(sessions.values("created_at", "last_seen_at", "ip", "user_agent")),
        "subscriptions": list(subscriptions_of(user).values("topic", "language", "state", "confirmed_at")),
        "webhooks": list(webhooks_of(user).values("name", "url", "topic", "active", "created_at")),
        "mail": list(mails.values("subject", "body", "state", "created_at")),
        "history": {
            name: _events(rows.select_related("pgh_context").order_by("pgh_id"))
            for name, rows in events_of(user).items()
        },
    }
