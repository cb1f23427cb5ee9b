"""What allauth asks us: how a person is made, where sign-in leads, how e-mails leave."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

import qrcode  # type: ignore[import-untyped]
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.dispatch import receiver
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from portal.accounts import selectors, services
from portal.accounts.models import User
from portal.base import i18n, mail

# Of what allauth hands to an e-mail; names are left out, since whoever signs up writes them.
SAID: tuple[str, ...] = ("ip", "user_agent", "timestamp", "from_email", "to_email")
# What a reader meets at the door, in our own words: the library's are rough in Arabic.
REFUSALS = {
    "account_inactive": _("This account is closed"),
    "email_password_mismatch": _("The e-mail address or the password is wrong."),
    "email_taken": _("This address has an account."),
    "enter_current_password": _("Write your present password."),
    "incorrect_code": _("This code is wrong, too old or used already."),
    "incorrect_password": _("The password is wrong."),
    "invalid_or_expired_key": _("This link is used up, too old or incomplete."),
    "invalid_password_reset": _("This link is used up, too old or incomplete."),
    "same_as_current": _("The new value is the same as the present one."),
    "too_many_login_attempts": _("Too many attempts failed. Wait five minutes, then try again."),
}


def absolute(url: str, language: str) -> str:
    """The same page at the portal's own address and in the given language, whatever host the request named."""
    parts = urlsplit(translate_url(url, language))
    query = f"?{parts.query}" if parts.query else ""
    return f"{settings.SITE_URL.rstrip('/')}{parts.path}{query}"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {**DefaultAccountAdapter.error_messages, **REFUSALS}

    def save_user(self, request: HttpRequest, user: User, form: Form, commit: bool = True) -> User:
        """Sign-up: the page's language becomes the person's."""
        data = form.cleaned_data
        return services.user_create(
            acting_user=None,
            email=data["email"],
            full_name=data.get("full_name", ""),
            language=i18n.current(),
            password=data["password1"],
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The desk, or the staff's front page, in the person's own language."""
        user = request.user
        with override(getattr(user, "language", i18n.current())):
            return reverse("staff" if selectors.roles_of(user) else "desk")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Behind a Unix socket there is no address: everybody then shares one rate limit, and nobody is locked out."""
        return get_client_ip(request) or "0.0.0.0"  # noqa: S104  no address is bound

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the outbox, in the receiver's language; that of the request where nobody has the address."""
        name = template_prefix.rsplit("/", 1)[1].removesuffix("_signup")
        language = selectors.language_of(email) or i18n.current()
        # Links were made in the request's language and for the host that it named.
        links = {key: absolute(value, language) for key, value in context.items() if key.endswith("_url")}
        said = {key: context[key] for key in SAID if key in context} | links
        mail.mail_send(f"account_{name}", to=email, language=language, context={"email": email, **said})


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": REFUSALS["incorrect_code"],
    }

    def build_totp_svg(self, url: str) -> str:
        """On white: a dark page would swallow the black squares."""
        return str(qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode"))


@receiver(authenticator_added, dispatch_uid="accounts.second_factor_added")
def second_factor_added(
    sender: Any, *, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """A session that was opened without the second factor must not outlive its activation."""
    if authenticator.type == Authenticator.Type.TOTP:
        services.sessions_end(acting_user=user, user=user, keep=request.session.session_key)
