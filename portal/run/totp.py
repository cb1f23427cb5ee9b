"""The six digits that an authenticator shows for the staff sign-in (RFC 6238), for who has none at hand."""

import base64
import hmac
import struct
import time

_STEP_SECONDS = 30


def code(secret: str, at: float | None = None) -> str:
    """`secret` in base32; `at` in seconds since 1970, default now."""
    counter = int(time.time() if at is None else at) // _STEP_SECONDS
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), "sha1")
    start = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"
