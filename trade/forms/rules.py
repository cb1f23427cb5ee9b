"""The rules that the runs of a dataset must pass."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from trade.models import Dataset


class RulesForm(forms.Form):
    """The rules of one dataset; a share is written as a percentage."""

    max_rejected = forms.DecimalField(
        label=gettext_lazy("Largest share of rejected rows, in per cent"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=gettext_lazy("A run that rejects more is refused, and nothing of it is taken."),
    )
    outlier_bound = forms.DecimalField(
        label=gettext_lazy("Bound of implausible unit values"),
        required=False,
        min_value=1,
        max_value=999,
        decimal_places=2,
        help_text=gettext_lazy(
            "Rows beyond it are flagged, never dropped. Empty: it is found from the data."
        ),
    )
    keep_releases = forms.IntegerField(
        label=gettext_lazy("Releases to keep"), min_value=1, max_value=1000,
        help_text=gettext_lazy("The newest so many stay, whatever their age."),
    )  # fmt: skip
    keep_months = forms.IntegerField(
        label=gettext_lazy("Months for which every release is kept"), min_value=0, max_value=1200
    )
    needs_every_month = forms.BooleanField(
        label=gettext_lazy("No month may be missing in between"), required=False
    )
    trusted = forms.BooleanField(
        label=gettext_lazy("Publishes by itself when every check holds"), required=False
    )
    needs_consent = forms.BooleanField(
        label=gettext_lazy("Asks for a second person’s consent"),
        required=False,
        help_text=gettext_lazy(
            "Who handed the files in cannot publish them; only an operator can take this away."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("One sentence for those who look at this later; it is kept with your name."),
    )

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        known = {name: getattr(dataset, name) for name in self.base_fields if name != "reason"}
        known["max_rejected"] = (known["max_rejected"] * 100).quantize(Decimal("0.01"))
        kwargs["initial"] = known
        super().__init__(*args, **kwargs)

    @property
    def rules(self) -> dict[str, Any]:
        """As the dataset holds them."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return {**given, "max_rejected": given["max_rejected"] / 100}
