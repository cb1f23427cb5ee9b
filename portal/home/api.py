"""Answers for programs that belong to no single room: the API's root and the portal's health."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import URLField
from rest_framework.views import APIView

from portal.base import health as base_health
from portal.base.permissions import PUBLIC, public

LISTS = {
    "data": "api:data",
    "datasets": "api:datasets",
    "releases": "api:releases",
    "regions": "api:regions",
    "products": "api:products",
    "countries": "api:countries",
    "schema": "api:schema",
    "docs": "api:docs",
}


class Root(APIView):
    """Where everything is."""

    access = PUBLIC

    @extend_schema(
        operation_id="root", responses=inline_serializer("Root", {name: URLField() for name in LISTS})
    )
    def get(self, request: Request) -> Response:
        return Response({name: reverse(target, request=request) for name, target in LISTS.items()})


@public
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when database, broker, worker, scheduler and storage answer; 503 names what does not."""
    parts = base_health.report()
    failing = sorted(name for name, problem in parts.items() if problem)
    body = {"status": "ok" if not failing else "failing", "failing": failing, "parts": parts}
    return JsonResponse(body, status=503 if failing else 200)
