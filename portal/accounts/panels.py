"""What this room draws on the desk."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from portal.accounts import selectors


def account(request: HttpRequest, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who is signed in, with what protection, and the ways to change it."""
    if not request.user.is_authenticated:
        return None
    return {
        "person": request.user,
        "is_staff": selectors.is_staff(request.user),
        "second_factor": selectors.has_second_factor(request.user),
    }
