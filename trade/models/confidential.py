"""Who asked for what is known of single firms: one row a call, refused ones too, that nobody changes or removes."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ConfidentialReading(models.Model):
    """One call of `cube.answer_confidential`.

    Written on a connection of its own before the answer leaves, so no rollback loses it; therefore, and because it
    outlives the account, the person is held without a constraint, and by address too.
    """

    class Purpose(models.TextChoices):
        OWN_FILE = "own-file", _("the company's own file")
        ADVICE = "advice", _("advice that the company asked for")
        FOLLOW_UP = "follow-up", _("follow-up by the office of the region")
        COMPLAINT = "complaint", _("a complaint or an objection")
        OVERSIGHT = "oversight", _("a check by the data protection officer")

    class Kind(models.TextChoices):
        AMOUNTS = "amounts", _("amounts")
        STATUSES = "statuses", _("statuses")

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    acting_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices, blank=True)
    words = models.CharField(_("purpose in words"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # What was asked: the cube's parameters, or {"dataset", "month"} of statuses.
    question = models.JSONField(_("question"), default=dict)
    # Of an answer: whose file was read. Of a refusal: whose file was asked for.
    enterprises = ArrayField(models.CharField(max_length=9), verbose_name=_("enterprises"), default=list)
    regions = ArrayField(models.CharField(max_length=5), verbose_name=_("regions"), default=list)
    release = models.PositiveIntegerField(_("release"), null=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    # Why not, as a word for those who look after it; the reader is always told the same.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)

    class Meta:
        verbose_name = _("confidential reading")
        verbose_name_plural = _("confidential readings")
        ordering = ["-at"]
        indexes = [
            GinIndex(fields=["enterprises"], name="trade_confidential_firm"),
            models.Index(fields=["acting_user", "-at"], name="trade_confidential_person"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.email} {self.outcome}"
