"""Files on their way into the statistics, and what is chosen among those that were rejected."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import cached_property, lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.base import i18n
from reference.selectors import editions
from trade.forms.files import FilesField, megabytes
from trade.models import Upload
from trade.selectors import datasets
from trade.selectors.rejects import Counts
from trade.sources import SOURCES


def source_names() -> list[tuple[str, str]]:
    names = {
        "customs": _("Customs extract (CSV, one month a file)"),
        "comtrade-json": _("UN Comtrade, JSON"),
        "comtrade-csv": _("UN Comtrade, legacy CSV"),
        "baci": _("BACI of CEPII (CSV, one year a file)"),
        "workbook": _("Workbook (XLSX)"),
        "sdmx": _("SDMX-ML message (XML)"),
    }
    return [(code, names.get(code, code)) for code in SOURCES]


def _datasets() -> list[tuple[str, str]]:
    known = [(dataset.code, f"{i18n.localized(dataset)} ({dataset.code})") for dataset in datasets()]
    return [("", _("The format’s own")), *known]


def _editions() -> list[tuple[str, str]]:
    found = sorted(editions().values_list("code", flat=True), reverse=True)
    return [("", _("As the file says")), *((code, code) for code in found)]


class HandIn(forms.Form):
    """Files: chosen in the form, or sent ahead in chunks by the person whose `waiting` uploads these are."""

    upload = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("All files handed in together become one run and one release."),
    )
    uploads = forms.MultipleChoiceField(
        label=gettext_lazy("Files that have arrived already"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, endpoint: str = "", waiting: list[Upload] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = [upload for upload in waiting or [] if upload.whole]
        files: Any = self.fields["upload"]
        files.endpoint = endpoint
        # What was sent ahead is enough.
        files.required = not (self.is_bound and self.data.getlist("uploads"))  # type: ignore[attr-defined]
        if self.waiting:
            self.fields["uploads"].choices = [  # type: ignore[attr-defined]
                (str(upload.pk), f"{upload.name} ({megabytes(upload.size)})") for upload in self.waiting
            ]
        else:
            del self.fields["uploads"]

    @property
    def ahead(self) -> list[uuid.UUID]:
        """The uploads that are to be handed in with it."""
        return [uuid.UUID(one) for one in dict.fromkeys(self.cleaned_data.get("uploads", []))]


class RunForm(HandIn):
    """Files on their way into the statistics."""

    source = forms.ChoiceField(label=gettext_lazy("Format"), choices=lazy(source_names, list))
    mapping = forms.FileField(
        label=gettext_lazy("Column map"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "A TOML file, only for a table of another country’s customs: it says which column holds what."
        ),
        widget=forms.FileInput(attrs={"accept": ".toml"}),
    )
    dataset = forms.ChoiceField(
        label=gettext_lazy("Dataset"),
        required=False,
        choices=lazy(_datasets, list),
        help_text=gettext_lazy("Leave it empty for the dataset that belongs to the format."),
    )
    edition = forms.ChoiceField(
        label=gettext_lazy("Edition of the Harmonized System"),
        required=False,
        choices=lazy(_editions, list),
        help_text=gettext_lazy("Rows of another edition are rejected."),
    )
    corrects = forms.IntegerField(
        label=gettext_lazy("Corrects run"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text=gettext_lazy(
            "The number of a run whose rejected rows these files hold, corrected; empty for everything else."
        ),
    )
    publish = forms.BooleanField(
        label=gettext_lazy("Publish when every check holds"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise the release waits until somebody has looked at it and publishes it."
        ),
    )
    field_order = ("source", "upload", "uploads", "dataset", "edition", "mapping", "corrects", "publish")

    MAPPING_BYTES = 64_000

    def clean_mapping(self) -> str:
        """The map's text, "" where there is none."""
        file = self.cleaned_data["mapping"]
        if not file:
            return ""
        if file.size > self.MAPPING_BYTES:
            raise forms.ValidationError(
                _("A column map has %(limit)s kB at most.") % {"limit": self.MAPPING_BYTES // 1000}
            )
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The column map is not in UTF-8.")) from error

    @cached_property
    def options(self) -> Mapping[str, str]:
        """What `run_create` takes besides the files."""
        chosen = {"edition": self.cleaned_data["edition"], "map": self.cleaned_data["mapping"]}
        return {name: value for name, value in chosen.items() if value}


class CorrectionForm(HandIn):
    """The corrected rows of one run, alone."""


class FaultsForm(forms.Form):
    """Which of a run's faults are shown."""

    use_required_attribute = False
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    column = forms.ChoiceField(label=gettext_lazy("Column"), required=False)

    def __init__(self, *args: Any, counts: Counts | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons, columns = (counts.reasons, counts.columns) if counts else ([], [])
        chosen: Any = self.fields
        chosen["reason"].choices = [("", _("All")), *((code, f"{text} ({code})") for code, text in reasons)]
        chosen["column"].choices = [("", _("All")), *((name, name) for name in columns if name)]
