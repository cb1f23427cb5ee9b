"""People: who signs in, in which language, with which roles."""

from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal.base.models import BaseModel


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


@pghistory.track(exclude=["password", "last_login"])
class User(BaseModel, AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address. `language` is that of the e-mails sent to them."""

    email = models.EmailField(
        _("e-mail"), unique=True, error_messages={"unique": _("This address has an account.")}
    )
    full_name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=3, choices=settings.LANGUAGES, default="fr")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    date_joined = models.DateTimeField(_("joined"), db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                name="accounts_user_email_lower", condition=models.Q(email=Lower("email"))
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @cached_property
    def is_operator(self) -> bool:
        return self.is_active and (self.is_superuser or self.roles.filter(kind=Role.Kind.OPERATOR).exists())

    @cached_property
    def works_here(self) -> bool:
        """Any role, or the admin: whoever sees a way to the staff pages."""
        return self.is_active and (self.is_staff or self.is_superuser or self.roles.exists())

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used: what the admin offers is for operators."""
        return self.is_operator

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_operator

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0] if self.full_name else self.email.split("@")[0]


@pghistory.track()
class Role(BaseModel):
    """What a person does for the State. A liaison officer's role carries the region of the office, as text."""

    class Kind(models.TextChoices):
        OPERATOR = "operator", _("operator")
        STATISTICIAN = "statistician", _("statistician")
        ANALYST = "analyst", _("ministry analyst")
        OFFICER = "officer", _("liaison officer")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles", verbose_name=_("person"))
    kind = models.CharField(_("role"), max_length=20, choices=Kind.choices)
    region = models.CharField(_("region"), max_length=5, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "region"], name="accounts_role_once"),
            models.CheckConstraint(
                name="accounts_role_region_of_officer",
                condition=models.Q(kind="officer", region__regex=r"^MA-(0[1-9]|1[0-2])$")
                | (~models.Q(kind="officer") & models.Q(region="")),
                violation_error_message=_("A liaison officer's role needs a region; other roles have none."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.region}".strip()


class Subscription(BaseModel):
    """An address that asked to be told of new releases; `topic` is a dataset's code, empty for all of them.

    Nothing is sent before the address has confirmed, and nothing after it has cancelled.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("not confirmed yet")
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    email = models.EmailField(_("e-mail"))
    topic = models.CharField(_("topic"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=3, choices=settings.LANGUAGES, default="fr")
    person = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="subscriptions"
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    # When the address was last asked to confirm, and how often: nobody's letter box is filled in another's name.
    asked_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled on"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["email", "topic"]
        constraints = [
            models.UniqueConstraint(fields=["email", "topic"], name="accounts_subscription_once"),
            models.CheckConstraint(
                name="accounts_subscription_email_lower", condition=models.Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="accounts_subscription_confirmed_has_time",
                condition=~models.Q(state="confirmed") | models.Q(confirmed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index("topic", name="accounts_subscription_heard", condition=models.Q(state="confirmed"))
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.topic}".strip()


class Webhook(BaseModel):
    """An address of a person's own machine that is told of new releases, each message signed with `secret`."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(_("name"), max_length=80, blank=True)
    url = models.URLField(_("address"), max_length=500)
    topic = models.CharField(_("topic"), max_length=40, blank=True)
    secret = models.CharField(max_length=100)
    active = models.BooleanField(_("active"), default=True)
    # Since when nothing has arrived; empty while it does.
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    # When it was switched off because nothing arrived for days.
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "url", "topic"], name="accounts_webhook_once"),
            models.CheckConstraint(
                name="accounts_webhook_disabled_is_inactive",
                condition=models.Q(disabled_at__isnull=True) | models.Q(active=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.url


class WebhookDelivery(BaseModel):
    """One message for one webhook, kept so that it can be sent again. Its id is the receiver's to tell repetitions."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(_("kind"), max_length=40)
    # The fact that it tells: one message a webhook. Empty for a test.
    event_id = models.UUIDField(null=True, blank=True)
    body = models.TextField()
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(default=timezone.now)
    status_code = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event_id"], name="accounts_webhookdelivery_once"),
            models.CheckConstraint(
                name="accounts_webhookdelivery_sent_has_time",
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index("next_at", name="accounts_webhookdelivery_due", condition=models.Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
