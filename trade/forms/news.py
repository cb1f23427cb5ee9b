"""Who is told of new releases: people by e-mail, machines by webhooks."""

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.base import i18n
from trade.selectors import datasets


def _topics() -> list[tuple[str, str]]:
    return [(dataset.code, i18n.localized(dataset)) for dataset in datasets()]


class SubscriptionForm(forms.Form):
    """Who wants to be told of which datasets, in which language."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        help_text=gettext_lazy("You are sent a link first; nothing else is sent before you have opened it."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Datasets"),
        required=False,
        choices=lazy(_topics, list),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )


class WebhookForm(forms.Form):
    """A machine that is told of releases."""

    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"dir": "ltr"}),
        help_text=gettext_lazy("It must begin with https:// and answer from the public network."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=80)
    topic = forms.ChoiceField(
        label=gettext_lazy("Dataset"),
        required=False,
        choices=lazy(lambda: [("", _("All")), *_topics()], list),
    )
