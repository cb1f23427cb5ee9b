"""What every template may rely on."""

from typing import Any

from django.http import HttpRequest

from portal.base import i18n


def page(request: HttpRequest) -> dict[str, Any]:
    language = i18n.current()
    return {
        "language": language,
        "direction": i18n.direction(language),
        "alternates": i18n.alternates(request.get_full_path()),
    }
