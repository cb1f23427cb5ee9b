"""The API's common edges: one shape of error, one way to page."""

from django.utils.encoding import force_str
from drf_standardized_errors.handler import exception_handler as standard_handler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework.exceptions import APIException
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response

from portal.base.errors import DomainError


class Pagination(LimitOffsetPagination):
    default_limit = 100
    max_limit = 1000


def exception_handler(error: Exception, context: ExceptionHandlerContext) -> Response | None:
    """A domain error keeps its code and status; everything else as drf-standardized-errors has it."""
    if isinstance(error, DomainError):
        answer = APIException(detail=force_str(str(error)), code=error.code)
        answer.status_code = error.status
        error = answer
    return standard_handler(error, context)
