"""What staff fill in: files handed in, and the reason for publishing or taking back."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.base import i18n
from trade.selectors import datasets
from trade.sources import SOURCES


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; `cleaned_data` is always a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(one, initial) for one in given]


def source_names() -> list[tuple[str, str]]:
    names = {
        "customs": _("Customs extract (CSV, one month a file)"),
        "comtrade-json": _("UN Comtrade, JSON"),
        "comtrade-csv": _("UN Comtrade, legacy CSV"),
    }
    return [(code, names.get(code, code)) for code in SOURCES]


class RunForm(forms.Form):
    """Files on their way into the statistics."""

    source = forms.ChoiceField(label=gettext_lazy("Format"), choices=lazy(source_names, list))
    dataset = forms.ChoiceField(
        label=gettext_lazy("Dataset"),
        required=False,
        help_text=gettext_lazy("Leave it empty for the dataset that belongs to the format."),
    )
    upload = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("All files handed in together become one run and one release."),
    )
    publish = forms.BooleanField(
        label=gettext_lazy("Publish when every check holds"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise the release waits until somebody has looked at it and publishes it."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(dataset.code, f"{i18n.localized(dataset)} ({dataset.code})") for dataset in datasets()]
        self.fields["dataset"].choices = [("", _("The format’s own")), *known]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why a release is published or taken back: kept in the audit trail."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("One sentence for those who look at this later; it is kept with your name."),
    )
