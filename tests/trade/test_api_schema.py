"""The API under its own description: whatever the schema allows to be asked is answered as the schema says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from pytest_django import Settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.trade import factories

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db]
HELD = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def description(db: None, settings: Settings) -> Iterator[Any]:
    """The schema as a program would fetch it, over a small world."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    factories.vocabulary()
    factories.release(
        factories.customs(), [factories.customs_fact(company=factories.ice(firm)) for firm in range(1, 9)]
    )
    # As Django's own test client does: a request must not close the connection that holds the test's transaction.
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
    for end in ends:
        end.connect(close_old_connections)


def test_every_question_of_the_description_is_answered_as_it_says(description: Any) -> None:
    operations = [found.ok() for found in description.get_all_operations()]
    assert {operation.path for operation in operations} >= {"/api/v1/data/", "/api/v1/regions/{code}/"}
    for operation in operations:
        # Not schemathesis' own parametrisation: it makes test items that this pytest cannot name.
        @given(case=operation.as_strategy())
        @bounded(
            max_examples=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=HELD, headers={"Accept-Encoding": "identity"})

        ask()
