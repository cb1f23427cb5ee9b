"""Lists of the vocabulary under `/api/v1/`: regions, countries, products; each object also by its code."""

from abc import abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from drf_standardized_errors.openapi_serializers import (
    ErrorResponse404Serializer,
    ValidationErrorResponseSerializer,
)
from rest_framework import generics, serializers

from portal.base import i18n
from portal.base.permissions import public
from reference import selectors
from reference.api.serializers import CountrySerializer, ProductSerializer, RegionSerializer
from reference.models import Country, Product, Region

ModelT = TypeVar("ModelT", bound=Model)

SEARCH = [
    OpenApiParameter("q", str, description="Words in French, Arabic or English, or the beginning of a code."),
    OpenApiParameter(
        "lang", str, enum=i18n.languages(), description="Language of the words; else the request's."
    ),
]
EDITION_SHAPE = r"^HS\d{4}$"
EDITION = OpenApiParameter(
    "edition",
    {"type": "string", "pattern": EDITION_SHAPE, "default": selectors.CURRENT_EDITION},
    description="Edition of the HS.",
)
CODE = {
    "region": "`MA-01` to `MA-12`.",
    "country": "ISO's two letters, or `W`, `_X`, `_X490`; `EH` is `MA`.",
    "product": "2, 4 or 6 digits, dots allowed; 8 or 10 digits lead to their six; `S01` to `S21` are sections.",
}


def _many(serializer: type[serializers.BaseSerializer[Any]]) -> dict[int, Any]:
    return {200: serializer(many=True), 400: ValidationErrorResponseSerializer}


class Question(serializers.Serializer[Any]):
    """The parameters of a list, checked."""

    q = serializers.CharField(required=False, max_length=200)
    lang = serializers.ChoiceField(choices=i18n.languages(), required=False)


class EditionQuestion(serializers.Serializer[Any]):
    edition = serializers.RegexField(EDITION_SHAPE, default=selectors.CURRENT_EDITION)


class ProductQuestion(EditionQuestion, Question):
    level = serializers.ChoiceField(choices=[1, 2, 4, 6], required=False)
    parent = serializers.CharField(required=False, max_length=12)  # type: ignore[assignment]


class Listing(generics.ListAPIView[ModelT], Generic[ModelT]):
    """A list by pages (`limit`, `offset`), or what the site's search finds for `q`, best first."""

    kind: ClassVar[str]
    question: ClassVar[type[Question]] = Question

    @abstractmethod
    def rows(self, asked: dict[str, Any]) -> QuerySet[ModelT]:
        """What there is to list, before any search."""

    def get_queryset(self) -> QuerySet[ModelT]:
        question = self.question(data=self.request.query_params)
        question.is_valid(raise_exception=True)
        asked = question.validated_data
        rows = self.rows(asked)
        if "q" in asked:
            rows = selectors.ranked(rows, self.kind, asked["q"], asked.get("lang") or i18n.current())
        return rows


@public
@extend_schema_view(
    get=extend_schema(
        summary="Regions", operation_id="regions_list", parameters=SEARCH, responses=_many(RegionSerializer)
    )
)
class RegionList(Listing[Region]):
    kind = "region"
    queryset = Region.objects.none()
    serializer_class = RegionSerializer

    def rows(self, asked: dict[str, Any]) -> QuerySet[Region]:
        return selectors.regions()


@public
@extend_schema_view(
    get=extend_schema(
        summary="Countries",
        operation_id="countries_list",
        parameters=SEARCH,
        responses=_many(CountrySerializer),
    )
)
class CountryList(Listing[Country]):
    """Every reporter and partner of trade: countries, the world, the unknown, the UN's areas without an ISO code."""

    kind = "country"
    queryset = Country.objects.none()
    serializer_class = CountrySerializer

    def rows(self, asked: dict[str, Any]) -> QuerySet[Country]:
        return selectors.countries()


@public
@extend_schema_view(
    get=extend_schema(
        summary="Products",
        operation_id="products_list",
        parameters=[
            OpenApiParameter(
                "level", int, enum=[1, 2, 4, 6], description="1 sections, 2 chapters, 4, 6 digits."
            ),
            OpenApiParameter("parent", str, description="Code of the node whose children are asked for."),
            EDITION,
            *SEARCH,
        ],
        responses=_many(ProductSerializer),
    )
)
class ProductList(Listing[Product]):
    """The tree of the Harmonized System. An edition whose list is not loaded is an empty list."""

    kind = "product"
    question = ProductQuestion
    queryset = Product.objects.none()
    serializer_class = ProductSerializer

    def rows(self, asked: dict[str, Any]) -> QuerySet[Product]:
        return selectors.products(asked["edition"], asked.get("level"), asked.get("parent"))


def _one(serializer: type[serializers.BaseSerializer[Any]]) -> dict[int, Any]:
    return {200: serializer, 400: ValidationErrorResponseSerializer, 404: ErrorResponse404Serializer}


def _code(kind: str) -> OpenApiParameter:
    return OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH, description=CODE[kind])


@public
@extend_schema_view(
    get=extend_schema(
        summary="One region",
        operation_id="regions_get",
        parameters=[_code("region")],
        responses=_one(RegionSerializer),
    )
)
class RegionDetail(generics.RetrieveAPIView[Region]):
    queryset = Region.objects.none()
    serializer_class = RegionSerializer

    def get_object(self) -> Region:
        return selectors.region_get(self.kwargs["code"])


@public
@extend_schema_view(
    get=extend_schema(
        summary="One country",
        operation_id="countries_get",
        parameters=[_code("country")],
        responses=_one(CountrySerializer),
    )
)
class CountryDetail(generics.RetrieveAPIView[Country]):
    queryset = Country.objects.none()
    serializer_class = CountrySerializer

    def get_object(self) -> Country:
        return selectors.country_get(self.kwargs["code"])


@public
@extend_schema_view(
    get=extend_schema(
        summary="One product",
        operation_id="products_get",
        parameters=[_code("product"), EDITION],
        responses=_one(ProductSerializer),
    )
)
class ProductDetail(generics.RetrieveAPIView[Product]):
    queryset = Product.objects.none()
    serializer_class = ProductSerializer

    def get_object(self) -> Product:
        question = EditionQuestion(data=self.request.query_params)
        question.is_valid(raise_exception=True)
        return selectors.product_get(self.kwargs["code"], question.validated_data["edition"])
