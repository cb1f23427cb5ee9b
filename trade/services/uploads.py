"""Files that people send ahead, and go on with where they broke off: which there are, and when they go.

`trade.services.chunks` adds to them.
"""

import datetime as dt
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base.errors import Conflict, DomainError, Invalid, Missing
from trade.models import Upload
from trade.permissions import uploads_visible_to
from trade.sources.reasons import plain

KEPT_FOR = dt.timedelta(days=3)
# A disk that is full to the last byte stops the database too.
SPARE = 512 << 20
MEGA = 1_000_000


class TooLarge(DomainError):
    """More than one file, one person or one request may hold."""

    code = "too_large"
    status = 413


class NoRoom(DomainError):
    """The disk is full."""

    code = "no_space"
    status = 507


class Arrived(File):  # type: ignore[type-arg]
    """A whole upload as a file that is handed in; it is on this machine's disk already."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(None, name=upload.name)
        self.path = upload_path(upload.pk)

    def temporary_file_path(self) -> str:
        return str(self.path)


def upload_create(*, acting_user: User, name: str, size: int, fingerprint: str = "") -> Upload:
    """Begin a file of `size` bytes, or go on with the one of the same fingerprint.

    Raises Invalid for an empty file, TooLarge and NoRoom for what cannot be kept.
    """
    name = plain(Path(name.replace("\\", "/")).name[-200:]) or "file"
    if size < 1:
        raise Invalid(
            _("%(file)s is empty.") % {"file": name}, hint=_("Choose the file that holds the rows.")
        )
    if size > settings.TRADE_UPLOAD_MAX:
        limit = {"file": name, "limit": settings.TRADE_UPLOAD_MAX // MEGA}
        raise TooLarge(
            _("%(file)s is larger than %(limit)s MB.") % limit,
            hint=_("Compress it (gzip, zip), or hand it in in several files."),
        )
    fingerprint = plain(fingerprint)[:400]
    with transaction.atomic():
        # One at a time for each person, or two requests could each stay under the quota.
        User.objects.select_for_update().get(pk=acting_user.pk)
        mine = Upload.objects.filter(person=acting_user)
        if fingerprint and (begun := mine.filter(fingerprint=fingerprint, name=name, size=size).first()):
            return begun
        _check_room(mine.aggregate(all=Sum("size", default=0))["all"], size)
        return Upload.objects.create(
            person=acting_user, name=name, fingerprint=fingerprint, size=size, expires_at=kept_until()
        )


def _check_room(held: int, size: int) -> None:
    if held + size > settings.TRADE_UPLOAD_QUOTA:
        raise TooLarge(
            _("Your files that are not handed in yet would exceed %(limit)s MB.")
            % {"limit": settings.TRADE_UPLOAD_QUOTA // MEGA},
            hint=_("Hand in or remove the ones that have arrived first."),
        )
    # The file is copied into the private storage when it is handed in.
    if shutil.disk_usage(_folder()).free < 2 * size + SPARE:
        raise no_room()


def upload_get(upload_id: uuid.UUID, *, user: User) -> Upload:
    """One of the person's own uploads; another's looks missing. Its `offset` is what is on disk. Raises Missing."""
    upload = uploads_visible_to(user).filter(pk=upload_id).first()
    if upload is None:
        raise Missing(_("There is no such upload."))
    there = _arrived(upload)
    if there < upload.offset:
        # The folder was emptied, or this is another machine: what is not there has to come again.
        upload.offset, upload.sha256 = there, ""
        upload_write(upload)
    return upload


def upload_write(upload: Upload) -> int:
    fields = {"offset": upload.offset, "sha256": upload.sha256, "expires_at": upload.expires_at}
    return Upload.objects.filter(pk=upload.pk).update(**fields, updated_at=timezone.now())


def upload_cancel(upload_id: uuid.UUID, *, acting_user: User) -> None:
    """Remove an upload and what has arrived of it. Raises Missing."""
    _remove(upload_get(upload_id, user=acting_user))


def uploads_take(upload_ids: Sequence[uuid.UUID], *, acting_user: User) -> list[Upload]:
    """Whole uploads of the person, in this order, to be handed in. Raises Missing, Conflict."""
    found = [upload_get(upload_id, user=acting_user) for upload_id in upload_ids]
    for upload in found:
        if not upload.whole:
            raise Conflict(
                _("%(file)s has not arrived whole.") % {"file": upload.name},
                hint=_("Choose it again: it goes on where it broke off."),
            )
    return found


def uploads_done(uploads: Sequence[Upload]) -> None:
    """The files are kept with their run now."""
    for upload in uploads:
        _remove(upload)


def uploads_sweep() -> int:
    """Remove what nobody has gone on with for three days, and files without a row; the number removed."""
    old = list(Upload.objects.filter(expires_at__lt=timezone.now()))
    for upload in old:
        _remove(upload)
    known = {str(pk) for pk in Upload.objects.values_list("pk", flat=True)}
    lost = [path for path in _folder().iterdir() if path.name not in known and _is_old(path)]
    for path in lost:
        path.unlink(missing_ok=True)
    return len(old) + len(lost)


def _is_old(path: Path) -> bool:
    """A row is written before its file; a file that is older than an hour and has none is nobody's."""
    try:
        return timezone.now().timestamp() - path.stat().st_mtime > 3600
    except FileNotFoundError:
        return False


def _remove(upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk).delete()
    upload_path(upload.pk).unlink(missing_ok=True)


def _arrived(upload: Upload) -> int:
    try:
        return upload_path(upload.pk).stat().st_size
    except FileNotFoundError:
        return 0


def _folder() -> Path:
    folder = Path(settings.QAFILA_HOME) / "uploads-in-progress"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def upload_path(upload_id: uuid.UUID) -> Path:
    return _folder() / str(upload_id)


def kept_until() -> dt.datetime:
    return timezone.now() + KEPT_FOR


def no_room() -> NoRoom:
    return NoRoom(_("The disk is full."), hint=_("Tell an operator; what has arrived is kept."))
