"""Files that arrive in chunks: the addresses of tus 1.0 (creation, checksum, termination, expiration).

Any client of the protocol that sends the session's cookie and `X-CSRFToken` may use them; ours is `upload.js`.
"""

import base64
import binascii
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.base.errors import DomainError, Invalid
from trade import services
from trade.models import Upload
from trade.services.chunks import WrongOffset
from trade.views.staff_frame import StaffRequest, trade_staff

TUS = "1.0.0"
BODY = "application/offset+octet-stream"


View = Callable[..., HttpResponse]


def protocol(view: View) -> View:
    """Every answer names the version; a rule that says no becomes its status with the sentence as JSON."""

    @wraps(view)
    def answer(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse
        if request.headers.get("Tus-Resumable", TUS) != TUS:
            return HttpResponse(status=412, headers={"Tus-Version": TUS, "Tus-Resumable": TUS})
        try:
            response = view(request, *args, **kwargs)
        except DomainError as error:
            response = JsonResponse({"code": error.code, "detail": str(error)}, status=error.status)
            if isinstance(error, WrongOffset):
                response["Upload-Offset"] = str(error.offset)
        response["Tus-Resumable"] = TUS
        return response

    return answer


@trade_staff
@never_cache
@require_http_methods(["OPTIONS", "POST"])
@protocol
def uploads(request: StaffRequest) -> HttpResponse:
    """Begin a file: `Upload-Length`, and `filename` and `fingerprint` in `Upload-Metadata`; its address is answered."""
    if request.method == "OPTIONS":
        told = {
            "Tus-Version": TUS,
            "Tus-Extension": "creation,checksum,termination,expiration",
            "Tus-Checksum-Algorithm": "sha256,sha1",
            "Tus-Max-Size": str(settings.TRADE_UPLOAD_MAX),
        }
        return HttpResponse(status=204, headers=told)
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    upload = services.upload_create(
        acting_user=request.user,
        name=told.get("filename", ""),
        size=_count(request, "Upload-Length"),
        fingerprint=told.get("fingerprint", ""),
    )
    headers = {"Location": reverse("staff_upload", args=[upload.pk]), **_state(upload)}
    return HttpResponse(status=201, headers=headers)


@trade_staff
@never_cache
@require_http_methods(["HEAD", "PATCH", "DELETE", "POST"])
@protocol
def upload(request: StaffRequest, number: uuid.UUID) -> HttpResponse:
    """How far it is (HEAD), the next chunk (PATCH), away with it (DELETE, and POST from a form)."""
    if request.method == "HEAD":
        found = services.upload_get(number, user=request.user)
        return HttpResponse(headers={"Upload-Length": str(found.size), **_state(found)})
    if request.method == "PATCH":
        return _chunk(request, number)
    services.upload_cancel(number, acting_user=request.user)
    if request.method == "DELETE":
        return HttpResponse(status=204)
    messages.success(request, _("The file is removed."))
    return redirect("staff_trade")


def _chunk(request: StaffRequest, number: uuid.UUID) -> HttpResponse:
    if request.content_type != BODY:
        raise Invalid(_("A chunk must be of the type %(type)s.") % {"type": BODY})
    found = services.upload_append(
        number,
        acting_user=request.user,
        offset=_count(request, "Upload-Offset"),
        length=_count(request, "Content-Length"),
        body=request,
        checksum=_checksum(request),
    )
    return HttpResponse(status=204, headers=_state(found))


def _state(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset), "Upload-Expires": http_date(upload.expires_at.timestamp())}


def _count(request: HttpRequest, header: str) -> int:
    """A header that holds a number. Raises Invalid."""
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(_("The header %(name)s must hold a number.") % {"name": header})
    return int(text)


def _checksum(request: HttpRequest) -> tuple[str, str] | None:
    algorithm, _space, digest = request.headers.get("Upload-Checksum", "").partition(" ")
    return (algorithm, digest) if algorithm else None


def _metadata(text: str) -> dict[str, str]:
    """`name base64,name base64`. Raises Invalid."""
    pairs = (pair.strip().partition(" ") for pair in text.split(",") if pair.strip())
    try:
        return {name: base64.b64decode(value, validate=True).decode() for name, _space, value in pairs}
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Invalid(_("The header %(name)s cannot be read.") % {"name": "Upload-Metadata"}) from error
