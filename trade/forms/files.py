"""The field for files: one or several, in one piece or in chunks."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from portal.base import formats, i18n

MEGA = 1_000_000


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; `cleaned_data` is always a list. With an `endpoint` they are sent in chunks by a script."""

    widget = ManyFiles
    endpoint = ""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        found = [super(FilesField, self).clean(one, initial) for one in given]
        for file in found:
            if file.size > settings.TRADE_UPLOAD_MAX:
                raise forms.ValidationError(
                    _("%(file)s is larger than %(limit)s MB.")
                    % {"file": file.name, "limit": settings.TRADE_UPLOAD_MAX // MEGA}
                )
        return found

    @property
    def words(self) -> str:
        """What the script says of a file, as JSON; it puts its figures into the named places."""
        return json.dumps(
            {
                "waiting": _("waiting"),
                "begun": _("%(sent)s of %(size)s"),
                "sending": _("%(sent)s of %(size)s, %(speed)s a second, %(left)s left"),
                "paused": _("paused at %(sent)s of %(size)s"),
                "whole": _("has arrived (%(size)s)"),
                "lost": _("The line is lost; it goes on by itself when the server answers again."),
                "cancelled": _("%(name)s: cancelled"),
                "changed": _("The file has changed or is not there any more. Choose it again."),
                "refused": _(
                    "The server answers %(status)s. Load the page again, then choose the file again."
                ),
                "soon": _("The form is sent as soon as every file has arrived."),
                "held": _("A file waits for you: let it go on or cancel it, then hand in again."),
            },
            ensure_ascii=False,
        )


def megabytes(size: int) -> str:
    """A size as files are told: 1.2 MB."""
    return _("%(size)s MB") % {"size": formats.figure(size / MEGA, i18n.current(), decimals=1)}
