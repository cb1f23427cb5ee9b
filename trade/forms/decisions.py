"""Decisions on a release, each with its reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy


class ReasonForm(forms.Form):
    """Why a release is published or taken back: kept in the audit trail."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("One sentence for those who look at this later; it is kept with your name."),
    )


class DecisionForm(ReasonForm):
    """Publishing: with `gates` that do not hold, only by somebody who says so."""

    over_gates = forms.BooleanField(
        label=gettext_lazy("Publish although a check does not hold"),
        required=False,
        help_text=gettext_lazy("The reason above must say why the release is right all the same."),
    )

    def __init__(self, *args: Any, open_gates: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not open_gates:
            del self.fields["over_gates"]


class ScheduleForm(DecisionForm):
    """The minute of publishing, in Moroccan time."""

    at = forms.DateTimeField(
        label=gettext_lazy("Date and time, Casablanca"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("at", "reason", "over_gates")
