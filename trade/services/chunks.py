"""The chunks in which a file arrives: the rules of tus 1.0 (https://tus.io/protocols).

A chunk counts when it is whole, its checksum holds and it is on disk: only then the row's `offset` moves. A server
that is killed meanwhile leaves bytes behind the offset, which the next chunk cuts off; so at most one chunk is lost.
"""

import base64
import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Protocol

from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base import storage
from portal.base.errors import Conflict, DomainError, Invalid, Missing
from trade.models import Upload
from trade.services.uploads import (
    MEGA,
    TooLarge,
    kept_until,
    no_room,
    upload_get,
    upload_path,
    upload_write,
)

BLOCK = 1 << 18
# The largest chunk of one request; the portal's own script sends 8 MB at most.
CHUNK = 16 << 20


class Reader(Protocol):
    """What a chunk is read from: a request."""

    def read(self, size: int, /) -> bytes: ...


class WrongOffset(Conflict):
    """The chunk does not begin where the file ends; `offset` is where it does."""

    code = "wrong_offset"

    def __init__(self, offset: int) -> None:
        super().__init__(_("The next byte that is missing is %(offset)s.") % {"offset": offset})
        self.offset = offset


class Damaged(DomainError):
    """The chunk is not what was sent. The status is the one that tus has for it."""

    code = "damaged"
    status = 460


def upload_append(
    upload_id: uuid.UUID,
    *,
    acting_user: User,
    offset: int,
    length: int,
    body: Reader,
    checksum: tuple[str, str] | None = None,
) -> Upload:
    """Add a chunk of `length` bytes that begins at `offset`; with the last one the file's SHA-256 is known.

    `checksum` is the algorithm's name and the digest in base64. Raises Missing, TooLarge, WrongOffset, Damaged
    (nothing of the chunk is kept), NoRoom.
    """
    upload = upload_get(upload_id, user=acting_user)
    if length > CHUNK:
        raise TooLarge(_("A chunk may hold %(limit)s MB at most.") % {"limit": CHUNK // MEGA})
    with _held(upload) as file:
        upload.offset = upload_get(upload_id, user=acting_user).offset
        if offset != upload.offset:
            raise WrongOffset(upload.offset)
        if offset + length > upload.size:
            raise TooLarge(_("The file is longer than was said when it was begun."))
        file.truncate(offset)
        file.seek(offset)
        try:
            _receive(body, file, length, checksum)
        except BaseException as error:
            file.truncate(offset)
            if storage.no_space(error):
                raise no_room() from error
            raise
        upload.offset, upload.expires_at = offset + length, kept_until()
        if upload.offset == upload.size:
            file.seek(0)
            upload.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if not upload_write(upload):
            # It was cancelled meanwhile.
            upload_path(upload.pk).unlink(missing_ok=True)
            raise Missing(_("There is no such upload."))
    return upload


def _receive(body: Reader, file: FileIO, length: int, checksum: tuple[str, str] | None) -> None:
    digest = _digest(checksum[0]) if checksum else None
    missing = length
    while missing:
        block = body.read(min(BLOCK, missing))
        if not block:
            raise Damaged(_("The connection broke off within a chunk."), hint=_("Send it again."))
        left = memoryview(block)
        while left:
            # Of a disk that becomes full a write may take a part without a word.
            left = left[file.write(left) :]
        if digest:
            digest.update(block)
        missing -= len(block)
    if checksum and digest and base64.b64encode(digest.digest()).decode() != checksum[1]:
        raise Damaged(_("The chunk was changed on its way."), hint=_("Send it again."))
    file.flush()
    os.fsync(file.fileno())


def _digest(algorithm: str) -> "hashlib._Hash":
    if algorithm not in ("sha256", "sha1"):
        raise Invalid(_("The checksum must be of the kind sha256 or sha1."))
    return hashlib.new(algorithm, usedforsecurity=False)


@contextmanager
def _held(upload: Upload) -> Iterator[FileIO]:
    """The upload's file, which nobody else writes to meanwhile: a chunk sent twice waits for nothing."""
    with FileIO(os.open(upload_path(upload.pk), os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                _("Another request is sending this file."), hint=_("Try again in a moment."), code="locked"
            ) from error
        yield file
