"""Files on their way up: what a person has begun to send, and how much of it has arrived."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.base.models import BaseModel


class Upload(BaseModel):
    """One file that arrives in chunks. The row goes when the file has become a run's, is cancelled or expires.

    What has arrived lies under the row's id in the folder of `trade.services.uploads`. `offset` is written after the
    chunk is on disk, so it never promises more than there is.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("by")
    )
    name = models.CharField(_("file"), max_length=255)
    # How the sender's browser knows the file again after a reload: name, size and the time it was changed.
    fingerprint = models.CharField(max_length=400, blank=True)
    size = models.BigIntegerField(_("bytes"))
    offset = models.BigIntegerField(_("bytes that have arrived"), default=0)
    # Of the whole file; empty until its last byte has arrived.
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="trade_upload_offset_in_size",
                condition=models.Q(size__gt=0, offset__gte=0, offset__lte=models.F("size")),
            ),
            models.CheckConstraint(
                name="trade_upload_whole_has_checksum",
                condition=models.Q(sha256="") | models.Q(offset=models.F("size")),
            ),
        ]
        indexes = [models.Index(fields=["person"], name="trade_upload_person")]

    def __str__(self) -> str:
        return self.name

    @property
    def whole(self) -> bool:
        """Whether it can be handed in."""
        return bool(self.sha256)

    @property
    def share(self) -> int:
        """How much has arrived, in hundredths."""
        return int(100 * self.offset / self.size)
