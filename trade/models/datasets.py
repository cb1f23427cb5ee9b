"""A dataset: one series of releases, with the properties that every figure of it carries."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.base.models import BaseModel


@pghistory.track()
class Dataset(BaseModel):
    """What a source's files become. The pointer `published` is what readers see; switching it is publishing."""

    class Valuation(models.TextChoices):
        FOB_CIF = "fob-cif", _("exports FOB, imports CIF")
        MIXED = "mixed", _("as each reporter values it")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    source_code = models.CharField(_("source format"), max_length=20)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_ar = models.CharField(_("name in Arabic"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    provider_fr = models.CharField(_("provider in French, for citations"), max_length=200)
    provider_ar = models.CharField(_("provider in Arabic, for citations"), max_length=200)
    provider_en = models.CharField(_("provider in English, for citations"), max_length=200)
    licence_fr = models.CharField(_("licence in French"), max_length=120)
    licence_ar = models.CharField(_("licence in Arabic"), max_length=120)
    licence_en = models.CharField(_("licence in English"), max_length=120)
    licence_url = models.URLField(_("address of the licence"), blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    valuation = models.CharField(_("valuation"), max_length=10, choices=Valuation.choices)
    # Customs' X and RX exclude each other; Comtrade's X holds its RX. Shown with every total, never added twice.
    exports_hold_reexports = models.BooleanField(_("exports hold re-exports"))
    region_basis = models.CharField(_("what places a flow in a region"), max_length=20, blank=True)
    has_companies = models.BooleanField(_("its facts carry companies"))
    trusted = models.BooleanField(_("publishes by itself when every gate holds"), default=False)
    needs_consent = models.BooleanField(_("asks for a second person's consent"), default=False)
    max_rejected = models.DecimalField(
        _("largest share of rejected rows"), max_digits=5, decimal_places=4, default="0.0500"
    )
    needs_every_month = models.BooleanField(_("no month may be missing in between"), default=False)
    # The C of Hidiroglou and Berthelot; empty: the smallest of 4 to 20 that flags at most 2 % of the prices.
    outlier_bound = models.DecimalField(
        _("bound of implausible unit values"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    keep_releases = models.PositiveSmallIntegerField(_("releases to keep"), default=24)
    keep_months = models.PositiveSmallIntegerField(_("months for which every release is kept"), default=24)
    published = models.ForeignKey(
        "trade.Release",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published"),
    )

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="trade_dataset_keeps_a_release",
                condition=models.Q(keep_releases__gte=1),
                violation_error_message=_("At least one release is kept."),
            ),
            models.CheckConstraint(
                name="trade_dataset_outlier_bound",
                condition=models.Q(outlier_bound__isnull=True) | models.Q(outlier_bound__gte=1),
                violation_error_message=_("A bound under 1 would flag half of the prices."),
            ),
        ]

    def __str__(self) -> str:
        return self.code
