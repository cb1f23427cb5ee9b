"""Django's plain admin for the operators: names and maps may be edited, codes may not."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from reference.models import Commune, Country, Edition, Product, Province, Region, Sector, SectorRule
from reference.services import index_refresh

SHOWN: tuple[str, ...] = ("code", "name_fr", "name_ar", "name_en")
FOUND_BY = SHOWN
FIXED: tuple[str, ...] = ("code",)


class CodedAdmin(admin.ModelAdmin[Any]):
    """Rows that came from a list: their codes are the keys of every other room, so no row is added or deleted here."""

    readonly_fields = FIXED
    search_fields = FOUND_BY
    list_display = SHOWN
    indexed: str = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if self.indexed:
                index_refresh(self.indexed)


@admin.register(Region)
class RegionAdmin(CodedAdmin):
    indexed = "region"


@admin.register(Province)
class ProvinceAdmin(CodedAdmin):
    list_display = (*SHOWN, "region")
    list_filter = ("region",)
    readonly_fields = ("code", "region")
    indexed = "province"


@admin.register(Commune)
class CommuneAdmin(CodedAdmin):
    list_display = (*SHOWN, "province")
    list_filter = ("province__region",)
    list_select_related = ("province",)
    readonly_fields = ("code", "province")


@admin.register(Country)
class CountryAdmin(CodedAdmin):
    list_display = (*SHOWN, "alpha3", "un_codes")
    list_filter = ("continent",)
    search_fields = (*FOUND_BY, "alpha3")
    readonly_fields = ("code", "alpha3", "parent")
    indexed = "country"


@admin.register(Edition)
class EditionAdmin(CodedAdmin):
    search_fields = ("code",)
    list_display = ("code", "valid_from", "valid_to", "loaded")
    readonly_fields = ("code", "loaded")


@admin.register(Product)
class ProductAdmin(CodedAdmin):
    list_display = (*SHOWN, "level", "edition_id")
    list_filter = ("edition", "level", "section")
    search_fields = ("=code", "name_fr", "name_ar", "name_en", "text_en")
    readonly_fields = ("code", "edition", "level", "parent", "section", "text_en")
    indexed = "product"


class SectorRuleInline(admin.TabularInline[SectorRule, Sector]):
    model = SectorRule
    extra = 1


@admin.register(Sector)
class SectorAdmin(CodedAdmin):
    inlines = (SectorRuleInline,)
