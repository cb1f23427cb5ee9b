"""`/api/v1/data/`, and the lists of what can be asked of it."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import translation
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.base import i18n
from portal.base.permissions import public
from trade.api import schema
from trade.api.serializers import DatasetSerializer, ReleaseSerializer
from trade.cube import catalogue, grammar, render
from trade.models import Dataset, Release


@public
class CubeView(APIView):
    """Any published figure: measures by dimensions, filtered, in six formats, from the current or an earlier release.

    One answer has one product level, either the World or partners, and never adds flows together. What comes from
    companies' facts is cleared: a suppressed cell is null with status `c`, a finer grain is refused (`not_cleared`).
    """

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """The parameter `format` decides; a reader that accepts only CSV is not turned away."""
        return super().perform_content_negotiation(request, force=True)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """What is refused is said in the language that the question names, as the labels are."""
        if (language := request.query_params.get("lang", "").lower()) in i18n.languages():
            translation.activate(language)
        super().initial(request, *args, **kwargs)

    @schema.describe
    def get(self, request: Request) -> HttpResponseBase:
        address = request.build_absolute_uri(request.path)
        return render.response(request.query_params, request=request, address=address)


@public
@extend_schema_view(
    get=extend_schema(
        summary="Datasets",
        operation_id="datasets_list",
        responses={200: DatasetSerializer(many=True), 400: schema.UNREADABLE},
    )
)
class DatasetList(generics.ListAPIView[Dataset]):
    """Datasets with a published release."""

    queryset = Dataset.objects.none()
    serializer_class = DatasetSerializer

    def get_queryset(self) -> QuerySet[Dataset]:
        return catalogue.datasets()


@public
@extend_schema_view(
    get=extend_schema(
        summary="Releases",
        operation_id="releases_list",
        responses={200: ReleaseSerializer(many=True), 400: schema.UNREADABLE},
        parameters=[OpenApiParameter("dataset", str, description="Only those of this dataset.")],
    )
)
class ReleaseList(generics.ListAPIView[Release]):
    """Releases that can be named in a query: the published ones and those that they replaced, newest first."""

    queryset = Release.objects.none()
    serializer_class = ReleaseSerializer

    def get_queryset(self) -> QuerySet[Release]:
        releases = catalogue.public_releases()
        dataset = self.request.query_params.get("dataset")
        return releases.filter(dataset__code=grammar.READ_DATASET(dataset)) if dataset else releases
