"""The API's common edges: one shape of error, one way to page, names in every language."""

from typing import Any

from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from drf_standardized_errors.handler import exception_handler as standard_handler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response

from portal.base import i18n
from portal.base.errors import DomainError

MAX_OFFSET = 10_000_000


class Pagination(LimitOffsetPagination):
    """Pages by `limit` and `offset`. What is no number or out of range is refused, as in `/api/v1/data/`."""

    default_limit = 100
    max_limit = 1000

    def get_limit(self, request: Request) -> int:
        return _number(request, self.limit_query_param, 1, self.max_limit, self.default_limit)

    def get_offset(self, request: Request) -> int:
        return _number(request, self.offset_query_param, 0, MAX_OFFSET, 0)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit, offset = super().get_schema_operation_parameters(view)
        limit["schema"] |= {"minimum": 1, "maximum": self.max_limit, "default": self.default_limit}
        offset["schema"] |= {"minimum": 0, "maximum": MAX_OFFSET, "default": 0}
        return [limit, offset]


def _number(request: Request, parameter: str, least: int, most: int, otherwise: int) -> int:
    text = request.query_params.get(parameter, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most):
        allowed = _("Allowed: %(allowed)s.") % {"allowed": f"{least} … {most}"}
        raise ValidationError({parameter: [allowed]}, code="invalid")
    return int(text)


def exception_handler(error: Exception, context: ExceptionHandlerContext) -> Response | None:
    """A domain error keeps its code and status; everything else as drf-standardized-errors has it."""
    if isinstance(error, DomainError):
        answer = APIException(detail=force_str(str(error)), code=error.code)
        answer.status_code = error.status
        # The handler makes the header Retry-After of it.
        answer.wait = getattr(error, "retry_after", None)  # type: ignore[attr-defined]
        error = answer
    return standard_handler(error, context)


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
        columns = {language: f"{self.column}_{language}" for language in i18n.languages()}
        return {language: getattr(value, name) for language, name in columns.items() if hasattr(value, name)}
