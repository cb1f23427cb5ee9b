"""What the API says of the vocabulary. Every object carries its names in the three languages."""

from rest_framework import serializers

from portal.base.api import Names
from reference.models import Country, Product, Region


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
