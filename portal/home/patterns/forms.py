"""What the examples of the group "forms" show: real forms of Django, as they are asked, refused and shut."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.base import formats, i18n

COMPONENTS: tuple[str, ...] = (
    "form", "field", "errors", "stepper", "upload", "date", "slots", "filter", "tabs", "modal", "progress",
    "entrance", "codes",
)  # fmt: skip
FIRST_DAY = dt.date(2027, 3, 1)
LAST_DAY = dt.date(2027, 3, 31)
WEEKDAYS = 5
HOURS = ("09:00", "09:30", "10:00", "11:30", "14:00")


class EnquiryForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=gettext_lazy("Full name"), widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"})
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The office answers to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("Eight characters or more."),
        min_length=8,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("fr", "Français"), ("ar", "العربية"), ("en", "English")]
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("How shall the office answer?"),
        choices=[("mail", gettext_lazy("By e-mail")), ("call", gettext_lazy("By telephone"))],
        widget=forms.RadioSelect,
    )
    question = forms.CharField(
        label=gettext_lazy("Your question"), widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )
    agreed = forms.BooleanField(label=gettext_lazy("The office may pass my question on to customs."))


class FilesForm(forms.Form):
    papers = forms.FileField(
        label=gettext_lazy("Proof of registration"),
        help_text=gettext_lazy("5 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.png"}),
    )


class DayForm(forms.Form):
    day = forms.DateField(
        label=gettext_lazy("Day of your visit"),
        help_text=gettext_lazy("The office is closed on Saturday and Sunday."),
        widget=forms.DateInput(attrs={"type": "date", "min": FIRST_DAY, "max": LAST_DAY}, format="%Y-%m-%d"),
    )

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(_("Choose a day in March."))
        return day


class ListForm(forms.Form):
    """A filter: nothing in it has to be filled in."""

    use_required_attribute = False
    sector = forms.ChoiceField(
        label=gettext_lazy("Sector"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("food", gettext_lazy("Food")),
            ("cloth", gettext_lazy("Clothing")),
        ],
    )
    name = forms.CharField(label=gettext_lazy("Name"), required=False)


@dataclass(frozen=True, slots=True)
class Link:
    """A step, a tab or an applied filter."""

    text: str | Promise
    url: str
    state: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    value: str
    text: str
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    label: str
    slots: list[Slot] = field(default_factory=list)


def samples(request: HttpRequest) -> dict[str, Any]:
    given = {"name": "Fatima Aït Lahcen", "email": "fatima@coop.example", "answer": "call"}
    shut = EnquiryForm(auto_id="shut_%s", initial=given)
    for bound in shut.fields.values():
        bound.disabled = True
    return {
        "asked": EnquiryForm(auto_id="asked_%s", initial={"answer": "mail"}),
        "refused": _refused(
            EnquiryForm({"email": "fatima@", "phone": "0524", "secret": "short"}, auto_id="wrong_%s")
        ),
        "pair": EnquiryForm(auto_id="pair_%s", initial={"answer": "mail"}),
        "pair_wrong": EnquiryForm({"email": "fatima@"}, auto_id="pairwrong_%s"),
        "one_wrong": DayForm({"day": "2027-05-01"}, auto_id="one_%s"),
        "late": DayForm({"day": "2027-05-01"}, auto_id="late_%s"),
        "entering": EnquiryForm(auto_id="enter_%s"),
        "shut": shut,
        "files": FilesForm(auto_id="files_%s"),
        "no_files": FilesForm({}, auto_id="nofiles_%s"),
        "day": DayForm(auto_id="visit_%s"),
        "narrowing": ListForm({"sector": "food"}, auto_id="narrow_%s"),
        "narrowing_open": ListForm(auto_id="narrowopen_%s"),
        "applied": [
            Link(_("Sector: food"), "?only=filter"),
            Link(_("Region: Drâa-Tafilalet"), "?only=filter"),
        ],
        "first_step": _steps(0),
        "second_step": _steps(1),
        "last_step": _steps(4),
        "days": _days(),
        "codes": ["4711 0815", "1234 5678", "2468 1357", "9753 8642"],
        "few_tabs": _tabs(3),
        "many_tabs": _tabs(9),
    }


def _refused(form: EnquiryForm) -> EnquiryForm:
    form.add_error(None, _("An enquiry with these words was sent a minute ago."))
    return form


def _steps(now: int) -> list[Link]:
    names = [_("Company"), _("Activity"), _("Contacts"), _("Documents"), _("Check and send")]
    return [
        Link(name, "#stepper", "done" if place < now else "now" if place == now else "later")
        for place, name in enumerate(names)
    ]


def _days() -> list[Day]:
    """A working week: one day is full of times, one has none left, one is shut."""
    found = []
    for number in range(WEEKDAYS):
        day = FIRST_DAY + dt.timedelta(days=number)
        hours = () if number == WEEKDAYS - 1 else HOURS[number:]
        slots = [
            Slot(f"{day:%m%d}-{hour.replace(':', '')}", hour, taken=(number + place) % 3 == 1)
            for place, hour in enumerate(hours)
        ]
        found.append(Day(formats.date(day, i18n.current()), slots))
    return found


def _tabs(count: int) -> list[Link]:
    return [
        Link(formats.period(str(2024 - place), i18n.current()), "#tabs", chosen=place == 0)
        for place in range(count)
    ]
