"""Who may see which rows of the trade room."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from portal.accounts.models import Role, User
from trade.models import Release, Run, Upload

# Uploads, rejects and previews of a dataset with companies are for those who answer for the figures.
STAFF = (Role.Kind.STATISTICIAN, Role.Kind.OPERATOR)


def is_trade_staff(user: User | AnonymousUser) -> bool:
    """Whether the person hands in, compares and publishes."""
    return isinstance(user, User) and user.is_active and user.roles.filter(kind__in=STAFF).exists()


def runs_visible_to(user: User | AnonymousUser) -> QuerySet[Run]:
    rows = Run.objects.select_related("dataset", "acting_user")
    return rows if is_trade_staff(user) else rows.none()


def releases_visible_to(user: User | AnonymousUser) -> QuerySet[Release]:
    """Every state, for those who publish. What the public may address is `trade.cube.catalogue`'s."""
    rows = Release.objects.select_related("dataset", "run")
    return rows if is_trade_staff(user) else rows.none()


def uploads_visible_to(user: User | AnonymousUser) -> QuerySet[Upload]:
    """A person's own files on their way up; nobody sees another's."""
    if not isinstance(user, User) or not is_trade_staff(user):
        return Upload.objects.none()
    return Upload.objects.filter(person=user)
