"""Lists in the order of the site's search, so that the API and the search box agree."""

from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Func, Model, QuerySet, Value

from portal.base import search

ModelT = TypeVar("ModelT", bound=Model)
MOST = 1000


def ranked(rows: QuerySet[ModelT], kind: str, text: str, language: str) -> QuerySet[ModelT]:
    """Those of `rows` (which have a `code`) that the search finds for `text`, best first; at most 1,000."""
    found = search.find(text, language, kinds=(kind,), limit=MOST)
    keys = list(found.values_list("key", flat=True))
    listed = Value(keys, output_field=ArrayField(CharField()))
    place = Func(listed, F("code"), function="array_position")
    return rows.filter(code__in=keys).order_by(place)
