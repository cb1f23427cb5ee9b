"""What is told outside: the totals that others published, and when our releases are due."""

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.base.models import BaseModel
from trade.models.datasets import Dataset
from trade.models.releases import Release


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PublishedTotal(BaseModel):
    """A national total that an office published: a release that differs by more than the tolerance is held."""

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="published_totals", verbose_name=_("dataset")
    )
    # Flows that the office counts together are joined by "+".
    flow = models.CharField(_("flow"), max_length=8)
    period = models.CharField(_("period"), max_length=8)
    value = models.BigIntegerField(_("value in thousandths of the dataset's currency"))
    tolerance = models.DecimalField(_("tolerance"), max_digits=6, decimal_places=5, default="0.00100")
    source = models.CharField(_("published where"), max_length=300)

    class Meta:
        verbose_name = _("published total")
        verbose_name_plural = _("published totals")
        ordering = ["dataset", "period", "flow"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "flow", "period"], name="trade_publishedtotal_once"),
            models.CheckConstraint(
                name="trade_publishedtotal_sane",
                condition=models.Q(value__gt=0, tolerance__gte=0, tolerance__lt=1),
                violation_error_message=_("A total is above zero, and its tolerance a share under one."),
            ),
            models.CheckConstraint(
                name="trade_publishedtotal_flow",
                condition=models.Q(flow__regex=r"^(X|M|RX|RM)([+](X|M|RX|RM))*$"),
                violation_error_message=_(
                    "Write X, M, RX or RM, joined by + where they were published together."
                ),
            ),
            models.CheckConstraint(
                name="trade_publishedtotal_period",
                condition=models.Q(period__regex=r"^[0-9]{4}(-(0[1-9]|1[0-2]))?$"),
                violation_error_message=_("Write a year, 2024, or a month, 2024-03."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.flow} {self.period}"


@pghistory.track()
class CalendarRule(BaseModel):
    """When the releases of a dataset are due: so many months after a period, on a day of the month, at a minute."""

    dataset = models.OneToOneField(
        Dataset, on_delete=models.CASCADE, related_name="calendar_rule", verbose_name=_("dataset")
    )
    # 1: every month's figures; 3: every quarter's; 12: every year's.
    every = models.PositiveSmallIntegerField(_("months that a release tells of"), default=1)
    months_after = models.PositiveSmallIntegerField(
        _("months after the period's last"), default=1, validators=[MaxValueValidator(24)]
    )
    day = models.PositiveSmallIntegerField(
        _("day of the month"), default=28, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    time = models.TimeField(_("time of day, Casablanca"), default="10:00")

    class Meta:
        verbose_name = _("calendar rule")
        verbose_name_plural = _("calendar rules")
        constraints = [
            models.CheckConstraint(
                name="trade_calendarrule_every", condition=models.Q(every__in=[1, 3, 12]),
                violation_error_message=_("A release tells of 1, 3 or 12 months."),
            ),
            models.CheckConstraint(
                name="trade_calendarrule_day",
                condition=models.Q(day__gte=1, day__lte=28, months_after__gte=1, months_after__lte=24),
                violation_error_message=_("Choose a day that every month has, 1 to 28, of one of the next 24 months."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.dataset)


@pghistory.track()
class PlannedRelease(BaseModel):
    """One line of the release calendar. `at` is the minute at which everybody gets the figures."""

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="planned_releases", verbose_name=_("dataset")
    )
    # 2024-03, 2024-Q1 or 2024.
    period = models.CharField(_("period"), max_length=8)
    at = models.DateTimeField(_("planned for"))
    # Where it was moved: the minute that was told first.
    first_at = models.DateTimeField(_("first planned for"), null=True, blank=True)
    note_fr = models.CharField(_("note in French"), max_length=300, blank=True)
    note_ar = models.CharField(_("note in Arabic"), max_length=300, blank=True)
    note_en = models.CharField(_("note in English"), max_length=300, blank=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="planned",
        verbose_name=_("release"),
    )  # fmt: skip
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("planned release")
        verbose_name_plural = _("planned releases")
        ordering = ["at", "dataset"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "period"], name="trade_plannedrelease_once"),
            models.CheckConstraint(
                name="trade_plannedrelease_period",
                condition=models.Q(period__regex=r"^[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$"),
                violation_error_message=_("Write a year, 2024, a quarter, 2024-Q1, or a month, 2024-03."),
            ),
        ]
        indexes = [models.Index(fields=["at"], name="trade_plannedrelease_at")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.period}"
