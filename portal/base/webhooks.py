"""Signed messages to other people's machines: never to an inner address, never longer than a few seconds.

The name is resolved once, every address that it has must be public, and the connection goes to the address that was
checked: a name that changes its mind between the check and the call leads nowhere. Redirects are not followed.
"""

import hashlib
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from portal.base.errors import Invalid

CONNECT_SECONDS = 5.0
# A server that answers a byte at a time must not hold a worker.
WHOLE_SECONDS = 15.0
LONGEST_URL = 500
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one message: an answer's status, or why there was none."""

    ok: bool
    status: int | None = None
    error: str = ""


def secret_make() -> str:
    return "whsec_" + secrets.token_urlsafe(32)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Hexadecimal HMAC-SHA256 over `timestamp.body`: the time is signed too, so that an old message is seen as old."""
    return hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()


def headers_for(secret: str, *, kind: str, delivery: str, body: bytes) -> dict[str, str]:
    """Everything that a receiver needs to know a message as ours and as the same one again."""
    now = int(time.time())
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Qafila-Webhook/1",
        "Qafila-Event": kind,
        "Qafila-Delivery": delivery,
        "Qafila-Timestamp": str(now),
        "Qafila-Signature": f"v1={signature(secret, now, body)}",
    }


def url_check(url: str) -> SplitResult:
    """The parts of an address that may be written to. Raises Invalid; names are resolved only when it is called."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise Invalid(
            _("This is not a web address."), hint=_("Write https://, a host and a path.")
        ) from error
    schemes = ("https", "http") if settings.WEBHOOKS_PRIVATE else ("https",)
    if parts.scheme not in schemes or not parts.hostname or len(url) > LONGEST_URL or not url.isprintable():
        raise Invalid(_("This is not a web address."), hint=_("Write https://, a host and a path."))
    if parts.username is not None or parts.password is not None or port == 0:
        raise Invalid(
            _("The address may not hold a name or a password."),
            hint=_("The messages are signed: check the signature instead."),
        )
    if not settings.WEBHOOKS_PRIVATE and _inner_name(parts.hostname):
        raise Invalid(
            _("The address leads to a private network."),
            hint=_("Use an address that the internet can reach."),
        )
    return parts


def _inner_name(host: str) -> bool:
    try:
        return not public(ipaddress.ip_address(host))
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").endswith((".localhost", ".local", ".internal"))


def public(address: Address) -> bool:
    """Whether an address is one of the open internet, also inside IPv6 forms that carry an IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return public(inner)
        # Python counts the old site-local range fec0::/10 as global.
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve(host: str, port: int) -> str:
    """The one address to connect to. Raises OSError where there is none or one of them is not public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    inner = [text for text in addresses if not public(ipaddress.ip_address(text.partition("%")[0]))]
    if inner and not settings.WEBHOOKS_PRIVATE:
        raise PermissionError(f"{host} leads to a private network")
    return addresses[0]


class _Connection(http.client.HTTPConnection):
    """Connects to the address that was checked; the name is only for the certificate and the header."""

    def __init__(self, parts: SplitResult, port: int) -> None:
        super().__init__(parts.hostname or "", port, timeout=CONNECT_SECONDS)
        self.parts = parts

    def connect(self) -> None:
        raw = socket.create_connection((resolve(self.host, self.port), self.port), CONNECT_SECONDS)
        if self.parts.scheme == "https":
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=self.host)
        self.sock = raw

    def break_off(self) -> None:
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send one message; every answer of 200 to 299 is good. Never raises for what the other side does."""
    try:
        parts = url_check(url)
    except Invalid as error:
        return Outcome(ok=False, error=str(error)[:300])
    connection = _Connection(parts, parts.port or (443 if parts.scheme == "https" else 80))
    limit = threading.Timer(WHOLE_SECONDS, connection.break_off)
    limit.daemon = True
    limit.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body=body, headers=dict(headers))
        status = connection.getresponse().status
    # UnicodeError: a name or a path that cannot be written into a request.
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return Outcome(ok=False, error=(str(error) or type(error).__name__)[:300])
    finally:
        limit.cancel()
        connection.close()
    ok = 200 <= status < 300
    return Outcome(ok=ok, status=status, error="" if ok else f"HTTP {status}")
