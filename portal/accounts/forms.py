"""Forms on people. They translate, the services decide.

allauth's forms keep their rules; `Plain` only gives their inputs what our pages promise: a label instead of a
placeholder, and latin text that runs from left to right on Arabic pages too.
"""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts.models import User


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Django's own, whose Arabic lacks this one sentence."""

    def get_error_message(self) -> str:
        return ngettext(
            "This password is too short: it needs %(count)s character or more.",
            "This password is too short: it needs %(count)s characters or more.",
            self.min_length,
        ) % {"count": self.min_length}


LATIN = frozenset({"email", "password", "tel", "url"})


class Plain:
    """Mixin, first base of a form."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            attrs = field.widget.attrs
            attrs.pop("placeholder", None)
            kind = attrs.get("type") or getattr(field.widget, "input_type", "")
            if kind in LATIN or attrs.get("autocomplete") == "one-time-code":
                attrs["dir"] = "ltr"
            if kind == "email":
                field.label = _("E-mail")
                attrs.setdefault("autocomplete", "email")
            if attrs.get("autocomplete") == "one-time-code":
                field.label = _("Code")
                attrs.update(inputmode="numeric", autocapitalize="off", spellcheck="false")


class LoginForm(Plain, account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        # The way to a forgotten password stands under the button, not between a label and its box.
        self.fields["password"].help_text = ""
        if "remember" in self.fields:
            self.fields["remember"].label = _("Keep me signed in on this device")


class SignupForm(Plain, account.SignupForm):  # type: ignore[misc]
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    field_order = ("full_name", "email", "password1", "password2")

    def try_save(self, request: HttpRequest) -> Any:
        """A taken address is not told by a quicker answer either: its password is hashed too, and thrown away."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)

    @property
    def cndp_number(self) -> str:
        """Number of the declaration at the CNDP (law 09-08), empty until there is one."""
        return str(getattr(settings, "CNDP_NUMBER", ""))


def plain(form: Any) -> Any:
    """A form of allauth with our inputs and nothing else changed."""
    return type(form.__name__, (Plain, form), {})


AddEmailForm = plain(account.AddEmailForm)
ChangePasswordForm = plain(account.ChangePasswordForm)
SetPasswordForm = plain(account.SetPasswordForm)
ResetPasswordForm = plain(account.ResetPasswordForm)
ResetPasswordKeyForm = plain(account.ResetPasswordKeyForm)
ReauthenticateForm = plain(account.ReauthenticateForm)
CodeForm = plain(mfa.AuthenticateForm)
CodeAgainForm = plain(mfa.ReauthenticateForm)
ActivateForm = plain(totp.ActivateTOTPForm)


class ProfileForm(forms.Form):
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Your e-mails are written in it, and your desk opens in it."),
    )

    @classmethod
    def of(cls, user: User, data: Any = None) -> "ProfileForm":
        return cls(data, initial={"full_name": user.full_name, "language": user.language})


class DeleteForm(forms.Form):
    sure = forms.BooleanField(label=_("I want to delete my account. I know that it cannot be brought back."))
