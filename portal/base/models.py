"""What every room stands on: the base row, and the tables of the floor's own mechanisms."""

import uuid

import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class BaseModel(models.Model):
    """A row with a public identifier that tells nothing about how many there are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True


class Event(models.Model):
    """The outbox: a fact that a service stated in its own transaction, for listeners to hear after commit."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    dispatched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                "created_at", name="base_event_waiting", condition=models.Q(dispatched_at__isnull=True)
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class EventDelivery(models.Model):
    """One listener's receipt for one event: what makes a listener safe to call twice."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    listener = models.CharField(max_length=120)
    done_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "listener"], name="base_eventdelivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.listener} {self.event_id}"


class SearchEntry(models.Model):
    """One findable thing in one language. Rooms write their rows through `portal.base.search`, nobody else."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    language = models.CharField(max_length=3)
    title = models.CharField(max_length=300)
    folded = models.TextField()
    url = models.CharField(max_length=300)
    weight = models.SmallIntegerField(default=0)
    visibility = models.CharField(max_length=20, default="public")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "language"], name="base_searchentry_one_a_language"
            ),
        ]
        indexes = [GinIndex(OpClass("folded", name="gin_trgm_ops"), name="base_searchentry_folded")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.language})"


class Mail(BaseModel):
    """The outbox of e-mails: written with the fact, sent after commit, kept with its state."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    to = models.EmailField()
    language = models.CharField(max_length=3)
    template = models.CharField(max_length=80)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    # More headers than every e-mail has: how to unsubscribe, say.
    headers = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="base_mail_sent_has_time",
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index("created_at", name="base_mail_waiting", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.to} ({self.state})"


class Heartbeat(models.Model):
    """When a background process last said that it lives."""

    name = models.CharField(primary_key=True, max_length=60)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
