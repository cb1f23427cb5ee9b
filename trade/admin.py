"""Operators look at the ledger here; what changes figures goes through the services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from trade.models import ConfidentialReading, Dataset, FirmGroup, Part, PublishedTotal, Release, Run, RunFile


class ReadOnly:
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Dataset)
class DatasetAdmin(admin.ModelAdmin[Dataset]):
    """Gates may be changed; the rest is a property of the source and comes from `trade/data/datasets.csv`."""

    list_display = ("code", "name_fr", "published", "trusted", "needs_consent", "max_rejected")
    fields = ("code", "source_code", "provider_fr", "published", "trusted", "needs_consent", "max_rejected")
    readonly_fields = ("code", "source_code", "provider_fr", "published")
    list_select_related = ("published",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Dataset | None = None) -> bool:
        return False


@admin.register(PublishedTotal)
class PublishedTotalAdmin(admin.ModelAdmin[PublishedTotal]):
    """What an office published; the gate `total_met` compares releases with it, at staging and at publishing."""

    list_display = ("dataset", "flow", "period", "value", "tolerance", "source")
    list_filter = ("dataset", "flow")
    list_select_related = ("dataset",)
    fields = ("dataset", "flow", "period", "value", "tolerance", "source")


@admin.register(FirmGroup)
class FirmGroupAdmin(admin.ModelAdmin[FirmGroup]):
    """Which enterprises count as one for confidentiality. What is entered here is looked at by the next clearance."""

    list_display = ("enterprise", "group", "reason")
    search_fields = ("enterprise", "group", "reason")
    fields = ("enterprise", "group", "reason")


class RunFileInline(ReadOnly, admin.TabularInline[RunFile, Run]):
    model = RunFile
    fields = ("position", "name", "sha256", "size")
    extra = 0


@admin.register(Run)
class RunAdmin(ReadOnly, admin.ModelAdmin[Run]):
    list_display = ("number", "dataset", "state", "rows_read", "rows_rejected", "acting_user", "created_at")
    list_filter = ("state", "dataset")
    list_select_related = ("dataset", "acting_user")
    inlines = (RunFileInline,)


@admin.register(Release)
class ReleaseAdmin(ReadOnly, admin.ModelAdmin[Release]):
    list_display = ("number", "dataset", "state", "demonstration", "published_at", "published_by")
    list_filter = ("state", "dataset")
    list_select_related = ("dataset", "published_by")
    exclude = ("rollups", "parts")


@admin.register(Part)
class PartAdmin(ReadOnly, admin.ModelAdmin[Part]):
    list_display = ("dataset", "period", "rows", "bytes", "demonstration")
    list_filter = ("dataset",)
    list_select_related = ("dataset",)


@admin.register(ConfidentialReading)
class ConfidentialReadingAdmin(ReadOnly, admin.ModelAdmin[ConfidentialReading]):
    list_display = ("at", "email", "purpose", "kind", "outcome", "reason", "rows")
    list_filter = ("outcome", "kind", "purpose")
    search_fields = ("email", "words")
    date_hierarchy = "at"
