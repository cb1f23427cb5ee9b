"""Shared vocabulary: territory, countries, products, sectors. Codes are the keys that every other room keeps."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.base import i18n


class Named(models.Model):
    """A name in each of the three languages, in columns of their own so that the audit trail sees them."""

    name_fr = models.CharField(_("name in French"), max_length=200, blank=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)

    class Meta:
        abstract = True


@pghistory.track()
class Region(Named):
    """One of the twelve regions since 2015: `MA-01` to `MA-12`."""

    code = models.CharField(_("code"), max_length=5, primary_key=True)
    seat_fr = models.CharField(_("seat in French"), max_length=80)
    seat_ar = models.CharField(_("seat in Arabic"), max_length=80)
    seat_en = models.CharField(_("seat in English"), max_length=80)
    population = models.PositiveIntegerField(_("population, 2024 census"))
    establishments = models.PositiveIntegerField(_("establishments, 2024 census"))

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="reference_region_code", condition=models.Q(code__regex=r"^MA-(0[1-9]|1[0-2])$")
            ),
        ]

    def __str__(self) -> str:
        return self.name_fr


@pghistory.track()
class Province(Named):
    """A province or prefecture, by HCP's code: `01.511`; Casablanca's eight parts have longer ones, `06.141.01.00`.

    The figures of the parts are in Casablanca's too: sum provinces by `Region`, never over all of them.
    `centroid_of` says what the point is: its outline or its main town.
    """

    class Centroid(models.TextChoices):
        OUTLINE = "outline", _("middle of the outline")
        TOWN = "town", _("main town")

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="provinces")
    longitude = models.FloatField(_("longitude"))
    latitude = models.FloatField(_("latitude"))
    centroid_of = models.CharField(_("the point is"), max_length=10, choices=Centroid.choices)
    population = models.PositiveIntegerField(_("population, 2024 census"), null=True)
    establishments = models.PositiveIntegerField(_("establishments, 2024 census"), null=True)

    class Meta:
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_fr


@pghistory.track()
class Commune(Named):
    """A commune, by HCP's code: `01.511.01.05`."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="communes")
    population = models.PositiveIntegerField(_("population, 2024 census"), null=True)
    establishments = models.PositiveIntegerField(_("establishments, 2024 census"), null=True)

    class Meta:
        verbose_name = _("commune")
        verbose_name_plural = _("communes")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_fr


@pghistory.track()
class Country(Named):
    """A partner or reporter: ISO alpha-2, `W` world, `_X` unknown, or `_X490` for an area without an ISO code.

    `un_codes` are the numbers under which the UN's trade statistics name it (M49 and Comtrade's own); `aliases` other
    letter codes that sources write for it (`ESH` for Morocco, `S19` for `_X490`).
    """

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    alpha3 = models.CharField(_("ISO alpha-3"), max_length=3, blank=True)
    un_codes = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("UN codes"), default=list, blank=True
    )
    aliases = ArrayField(
        models.CharField(max_length=4), verbose_name=_("other codes"), default=list, blank=True
    )
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    continent = models.CharField(_("continent"), max_length=2, blank=True)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_fr

    def named_elsewhere(self, field: str, language: str) -> str:
        """CLDR's name, in a language that has no column here."""
        return i18n.territory(self.code, language) if field == "name" else ""


@pghistory.track()
class Edition(models.Model):
    """An edition of the Harmonized System: `HS2022`. A code means nothing without it."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force until"), null=True, blank=True)
    loaded = models.BooleanField(_("its list is loaded"), default=False)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


@pghistory.track()
class Product(Named):
    """A node of the HS tree in one edition. Level 1 is a section, coded `S01` to `S21`; 2, 4, 6 are digits."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="products")
    code = models.CharField(_("code"), max_length=10)
    level = models.PositiveSmallIntegerField(_("level"))
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    section = models.CharField(_("section"), max_length=3)
    # The short names are ours; a subheading has none yet and shows the official English text, marked as such.
    text_en = models.TextField(_("official text in English"), blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["edition", "code"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="reference_product_code_once"),
            models.CheckConstraint(
                name="reference_product_code_fits_level",
                condition=models.Q(level=1, code__regex=r"^S(0[1-9]|1\d|2[01])$")
                | models.Q(level=2, code__regex=r"^\d{2}$")
                | models.Q(level=4, code__regex=r"^\d{4}$")
                | models.Q(level=6, code__regex=r"^\d{6}$"),
            ),
        ]
        indexes = [models.Index(fields=["edition", "level", "code"], name="reference_product_level")]

    def __str__(self) -> str:
        return f"{self.code} {self.name_fr}"


@pghistory.track()
class Sector(Named):
    """A sector as the Office des Changes names it; which products belong to it is ours and editable."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name_fr


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SectorRule(models.Model):
    """Products whose code begins with `prefix` belong to the sector; the longest prefix wins."""

    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="rules")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT)
    prefix = models.CharField(_("code begins with"), max_length=6)

    class Meta:
        verbose_name = _("sector rule")
        verbose_name_plural = _("sector rules")
        ordering = ["prefix"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "prefix"], name="reference_sectorrule_prefix_once"),
            models.CheckConstraint(
                name="reference_sectorrule_prefix", condition=models.Q(prefix__regex=r"^\d{2}(\d{2}){0,2}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} → {self.sector_id}"
