"""What the API says of the vocabulary. Every object carries its names in the three languages."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.base import i18n
from reference.models import Country, Product, Region


class NamesSerializer(serializers.Serializer[Any]):
    fr = serializers.CharField()
    ar = serializers.CharField()
    en = serializers.CharField()


@extend_schema_field(NamesSerializer)
class Names(serializers.Field[Any, Any, Any, Any]):
    """`<field>_fr`, `_ar`, `_en` of a row as one object by language."""

    def __init__(self, field: str = "name", **options: Any) -> None:
        super().__init__(source="*", read_only=True, **options)
        self.column = field

    def to_representation(self, value: Any) -> dict[str, str]:
        return {language: getattr(value, f"{self.column}_{language}", "") for language in i18n.languages()}


class RegionSerializer(serializers.ModelSerializer[Region]):
    names = Names()
    seat = Names("seat")

    class Meta:
        model = Region
        fields = ("code", "names", "seat", "population", "establishments")


class CountrySerializer(serializers.ModelSerializer[Country]):
    names = Names()
    parent = serializers.CharField(  # type: ignore[assignment]  # DRF gathers fields before `Field.parent` counts
        source="parent_id", allow_null=True, help_text="`_X` for an area without an ISO code, else null."
    )

    class Meta:
        model = Country
        fields = ("code", "names", "alpha3", "un_codes", "aliases", "continent", "parent")


class ProductSerializer(serializers.ModelSerializer[Product]):
    names = Names(help_text="Our short names; empty for subheadings, which have the official text only.")
    edition = serializers.CharField(source="edition_id")
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.code", allow_null=True, default=None
    )

    class Meta:
        model = Product
        fields = ("code", "edition", "level", "parent", "section", "names", "text_en")
