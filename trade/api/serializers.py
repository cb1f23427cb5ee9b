"""What the API says of datasets and releases, and the shape of an answer of the cube."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.base.api import Names
from trade.models import Dataset, Release


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    names = Names()
    provider = Names("provider")
    licence = Names("licence")
    published = serializers.IntegerField(
        source="published.number", help_text="Number of the release that answers where none is named."
    )
    demonstration = serializers.BooleanField(source="published.demonstration")

    class Meta:
        model = Dataset
        fields = (
            "code", "names", "provider", "licence", "licence_url", "currency", "valuation", "exports_hold_reexports",
            "region_basis", "has_companies", "published", "demonstration",
        )  # fmt: skip


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    dataset = serializers.CharField(source="dataset.code")
    periods = serializers.SerializerMethodField(help_text="Periods as the source reports them.")

    class Meta:
        model = Release
        fields = ("number", "dataset", "state", "published_at", "demonstration", "periods")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_periods(self, release: Release) -> list[str]:
        return sorted({part.period for part in release.parts.all()})


class PeriodSerializer(serializers.Serializer[Any]):
    period = serializers.CharField()
    months = serializers.IntegerField(
        allow_null=True, help_text="Months there are; null where the source is annual."
    )
    of = serializers.IntegerField(allow_null=True)


class MetaSerializer(serializers.Serializer[Any]):
    dataset = serializers.CharField()
    release = serializers.IntegerField()
    query = serializers.DictField(child=serializers.CharField())
    status = serializers.CharField(help_text="provisional or final, and which periods are not whole.")
    unit = serializers.DictField(child=serializers.CharField(allow_null=True), help_text="By measure.")
    # `source` is the name of a field here, not DRF's option.
    source = serializers.CharField()  # type: ignore[assignment]
    citation = serializers.CharField()
    licence = serializers.CharField()
    demonstration = serializers.BooleanField()
    periods = PeriodSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())


class ColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["dimension", "measure", "attribute"])
    unit = serializers.CharField(allow_null=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """The JSON form of an answer. Amounts are exact decimals in units of the currency, in kilograms, in the unit."""

    meta = MetaSerializer()
    columns = ColumnSerializer(many=True)
    rows = serializers.ListField(
        child=serializers.DictField(),
        help_text="One object a row: the dimensions' codes, the measures, and `status`: empty, `c` confidential "
        "(null), `m` missing (null), `P` provisional, `R` revised. Zero is 0. `share` and `growth` are percent.",
    )
    next = serializers.URLField(allow_null=True)
