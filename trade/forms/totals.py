"""A total that an office published, as people write it: in millions, its tolerance in per cent."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from trade.models import PublishedTotal

THOUSANDTHS = 1000
FLOWS = (
    ("X", gettext_lazy("Exports (X)")),
    ("M", gettext_lazy("Imports (M)")),
    ("RX", gettext_lazy("Re-exports (RX)")),
    ("RM", gettext_lazy("Re-imports (RM)")),
    ("X+RX", gettext_lazy("Exports and re-exports together (X+RX)")),
    ("M+RM", gettext_lazy("Imports and re-imports together (M+RM)")),
)
UNITS = (
    (1, gettext_lazy("units")),
    (10**3, gettext_lazy("thousands")),
    (10**6, gettext_lazy("millions")),
    (10**9, gettext_lazy("billions")),
)
MILLION = 10**6


class TotalForm(forms.Form):
    """One total; `fields` has it as the row holds it."""

    flow = forms.ChoiceField(label=gettext_lazy("Flow"), choices=FLOWS)
    period = forms.CharField(
        label=gettext_lazy("Period"),
        max_length=8,
        help_text=gettext_lazy("A year, 2024, or a month, 2024-03."),
    )
    value = forms.DecimalField(
        label=gettext_lazy("Value"), min_value=Decimal("0.000001"), max_digits=24, decimal_places=9
    )
    unit = forms.TypedChoiceField(
        label=gettext_lazy("Written in"), choices=UNITS, coerce=int, initial=MILLION,
        help_text=gettext_lazy("Of the dataset’s currency."),
    )  # fmt: skip
    tolerance = forms.DecimalField(
        label=gettext_lazy("Tolerance, in per cent"),
        min_value=0,
        max_value=Decimal("99.999"),
        decimal_places=3,
        initial=Decimal("0.1"),
        help_text=gettext_lazy(
            "A release that differs by more is held until somebody publishes it with a reason."
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("Published where"),
        max_length=300,
        help_text=gettext_lazy("Title, date and page, so that somebody else finds the figure."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("One sentence for those who look at this later; it is kept with your name."),
    )

    def __init__(self, *args: Any, total: PublishedTotal | None = None, **kwargs: Any) -> None:
        if total is not None:
            kwargs["initial"] = {
                "flow": total.flow,
                "period": total.period,
                "value": _plain(Decimal(total.value) / (MILLION * THOUSANDTHS)),
                "unit": MILLION,
                "tolerance": _plain(total.tolerance * 100),
                "source": total.source,
            }
        super().__init__(*args, **kwargs)
        if total is not None and total.flow not in dict(FLOWS):
            self.fields["flow"].choices = [*FLOWS, (total.flow, total.flow)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        value, unit = given.get("value"), given.get("unit")
        if value is not None and unit:
            thousandths = value * unit * THOUSANDTHS
            if thousandths != int(thousandths):
                self.add_error("value", gettext_lazy("Write at most three decimals of the currency."))
            given["thousandths"] = int(thousandths)
        return given

    @property
    def total(self) -> dict[str, Any]:
        """As the row holds it: the value in thousandths of the currency, the tolerance as a share."""
        given = self.cleaned_data
        return {
            "flow": given["flow"],
            "period": given["period"].strip(),
            "value": given["thousandths"],
            "tolerance": given["tolerance"] / 100,
            "source": given["source"].strip(),
        }


def _plain(number: Decimal) -> Decimal:
    """Without the zeros behind the point, and never with an exponent."""
    short = number.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral() else short
