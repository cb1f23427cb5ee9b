"""People: who signs in, in which language, with which roles."""

from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
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
