"""Every page that has a language: what the browser's tests walk and `make screenshots` pictures.

`tests/browser/test_table.py` fails on an address with a language that is neither in PAGES nor in NOT_PAGES.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("fr", "ar", "en")
PASSWORD = "argan-et-safran-9"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of the staff's one-time codes
Act = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Page:
    """`name` is the picture's, `url` the address's name, `path` what follows the language (with a world's facts).

    `who` opens it: nobody, `member`, `bare` (an account without a password) or `staff`. `act` brings it into its
    state, with the Playwright page as the argument. `main` marks the pages that most readers meet.
    """

    name: str
    url: str
    path: str
    who: str = ""
    act: Act | None = None
    status: int = 200
    main: bool = False
    # Patterns show everything at once: the budget of bytes is for pages that readers come for.
    light: bool = True


def send_empty(page: Any) -> None:
    """The main form as it stands, past what the browser itself would refuse."""
    page.evaluate("for (const form of document.forms) { form.noValidate = true }")
    with page.expect_navigation():
        page.locator(
            "main form[method=post] [type=submit], main form[method=post] button:not([type])"
        ).last.click()


def sign_in(page: Any, email: str, password: str = PASSWORD) -> None:
    page.locator("main input[name=login]").fill(email)
    page.locator("main input[name=password]").fill(password)
    with page.expect_navigation():
        page.locator("main input[name=password]").press("Enter")


def wrong_password(page: Any) -> None:
    sign_in(page, "somebody@example.ma", "wrong")


def to_the_code(page: Any) -> None:
    sign_in(page, "omar@example.ma")


def wrong_code(page: Any) -> None:
    to_the_code(page)
    page.locator("main input[name=code]").fill("000000")
    with page.expect_navigation():
        page.locator("main input[name=code]").press("Enter")


PAGES = (
    Page("home", "home", "", main=True),
    Page("home-region", "home", "?region=MA-08", main=True),
    Page("search", "search", "search/?q=huile", main=True),
    Page("search-start", "search", "search/"),
    Page("search-empty", "search", "search/?q=zzzzqqq"),
    Page("about", "about", "about/", main=True),
    Page("patterns", "patterns", "patterns/", light=False),
    # Data
    Page("data", "data", "data/", main=True),
    Page("regions", "regions", "data/regions/", main=True),
    Page("region", "region", "data/regions/MA-08/", main=True),
    Page("region-large", "region", "data/regions/MA-06/"),
    Page("region-year", "region", "data/regions/MA-08/?period=2023"),
    Page("products", "products", "data/products/", main=True),
    Page("chapter", "product", "data/products/08/"),
    Page("heading", "product", "data/products/0805/"),
    Page("product", "product", "data/products/870321/", main=True),
    Page("product-world", "product", "data/products/390720/"),
    Page("markets", "markets", "data/markets/", main=True),
    Page("market", "market", "data/markets/FR/", main=True),
    Page("releases", "releases", "data/releases/", main=True),
    Page("calendar", "calendar", "data/calendar/"),
    Page("subscribe", "subscribe", "subscriptions/"),
    Page("subscribe-errors", "subscribe", "subscriptions/", act=send_empty),
    Page("confirm-old", "subscription_confirm", "subscriptions/confirm/old/"),
    Page("cancel-old", "subscription_cancel", "subscriptions/cancel/old/"),
    # What is said when something is not there or not possible
    Page("missing", "", "nothing-here/", status=404),
    Page("forbidden", "", "faults/403/", status=403),
    Page("expired", "", "faults/csrf/", status=403),
    Page("too-many", "", "faults/429/", status=429),
    Page("broken", "", "faults/500/", status=500),
    # Account
    Page("sign-in", "account_login", "account/login/", main=True),
    Page("sign-in-refused", "account_login", "account/login/", act=wrong_password),
    Page("sign-up", "account_signup", "account/signup/", main=True),
    Page("sign-up-errors", "account_signup", "account/signup/", act=send_empty),
    Page("code", "mfa_authenticate", "account/login/", act=to_the_code),
    Page("code-refused", "mfa_authenticate", "account/login/", act=wrong_code),
    Page("closed-account", "account_inactive", "account/inactive/"),
    Page("verification-sent", "account_email_verification_sent", "account/confirm-email/"),
    Page("confirm-email", "account_confirm_email", "account/confirm-email/{confirm}/"),
    Page("confirm-email-old", "account_confirm_email", "account/confirm-email/old/"),
    Page("reset", "account_reset_password", "account/password/reset/"),
    Page("reset-errors", "account_reset_password", "account/password/reset/", act=send_empty),
    Page("reset-sent", "account_reset_password_done", "account/password/reset/done/"),
    Page("reset-new", "account_reset_password_from_key", "account/password/reset/key/{reset}/"),
    Page("reset-old", "account_reset_password_from_key", "account/password/reset/key/1-old/"),
    Page("reset-done", "account_reset_password_from_key_done", "account/password/reset/key/done/"),
    Page("desk", "desk", "desk/", "member", main=True),
    Page("profile", "account", "account/profile/", "member"),
    Page("webhooks", "webhooks", "account/webhooks/", "member"),
    Page("webhooks-errors", "webhooks", "account/webhooks/", "member", act=send_empty),
    Page("profile-delete", "account_delete", "account/delete/", "member"),
    Page("sign-out", "account_logout", "account/logout/", "member"),
    Page("again", "account_reauthenticate", "account/reauthenticate/", "member"),
    Page("e-mail", "account_email", "account/email/", "member"),
    Page("password", "account_change_password", "account/password/change/", "member"),
    Page("password-errors", "account_change_password", "account/password/change/", "member", act=send_empty),
    Page("password-first", "account_set_password", "account/password/set/", "bare"),
    Page("sessions", "usersessions_list", "account/sessions/", "member"),
    Page("factors-none", "mfa_index", "account/2fa/", "member"),
    Page("factor-new", "mfa_activate_totp", "account/2fa/totp/activate/", "member"),
    Page("factors", "mfa_index", "account/2fa/", "staff"),
    Page("factor-again", "mfa_reauthenticate", "account/2fa/reauthenticate/", "staff"),
    Page("factor-off", "mfa_deactivate_totp", "account/2fa/totp/deactivate/", "staff"),
    Page("recovery", "mfa_view_recovery_codes", "account/2fa/recovery-codes/", "staff"),
    Page("recovery-new", "mfa_generate_recovery_codes", "account/2fa/recovery-codes/generate/", "staff"),
    # Staff
    Page("staff", "staff", "staff/", "staff", main=True),
    Page("imports", "staff_trade", "staff/trade/", "staff", main=True),
    Page("imports-errors", "staff_trade", "staff/trade/", "staff", act=send_empty),
    Page("run", "staff_run", "staff/trade/runs/1/", "staff"),
    Page("run-staged", "staff_run", "staff/trade/runs/3/", "staff"),
    Page("run-refused", "staff_run", "staff/trade/runs/4/", "staff"),
    Page("run-working", "staff_run", "staff/trade/runs/5/", "staff"),
    Page("run-waiting", "staff_run", "staff/trade/runs/6/", "staff"),
    Page("run-cancelled", "staff_run", "staff/trade/runs/7/", "staff"),
    Page("cancel", "staff_run_cancel", "staff/trade/runs/6/cancel/", "staff"),
    Page("cancel-errors", "staff_run_cancel", "staff/trade/runs/6/cancel/", "staff", act=send_empty),
    Page("rejects", "staff_run_rejects", "staff/trade/runs/4/rejects/", "staff"),
    Page("rejects-filtered", "staff_run_rejects", "staff/trade/runs/4/rejects/?reason=region&column=region", "staff"),
    Page("correct", "staff_run_correct", "staff/trade/runs/1/correct/", "staff"),
    Page("staff-releases", "staff_releases", "staff/trade/releases/", "staff"),
    Page("staff-release", "staff_release", "staff/trade/releases/1/", "staff"),
    Page("schedule", "staff_release_schedule", "staff/trade/releases/3/schedule/", "staff"),
    Page("keep", "staff_release_keep", "staff/trade/releases/1/keep/", "staff"),
    Page("datasets", "staff_datasets", "staff/trade/datasets/", "staff"),
    Page("dataset", "staff_dataset", "staff/trade/datasets/ma-customs/", "staff"),
    Page("dataset-errors", "staff_dataset", "staff/trade/datasets/ma-customs/", "staff", act=send_empty),
    Page("totals", "staff_totals", "staff/trade/datasets/ma-customs/totals/", "staff"),
    Page("totals-none", "staff_totals", "staff/trade/datasets/baci/totals/", "staff"),
    Page("totals-errors", "staff_totals", "staff/trade/datasets/baci/totals/", "staff", act=send_empty),
    Page("total", "staff_total", "staff/trade/totals/{total}/", "staff"),
    Page("total-remove", "staff_total_remove", "staff/trade/totals/{total}/remove/", "staff"),
    Page("publish", "staff_release_publish", "staff/trade/releases/3/publish/", "staff"),
    Page("withdraw", "staff_release_withdraw", "staff/trade/releases/1/withdraw/", "staff"),
    Page("withdraw-errors", "staff_release_withdraw", "staff/trade/releases/1/withdraw/", "staff", act=send_empty),
)  # fmt: skip

# Addresses that have a language and are no pages, with what they are.
NOT_PAGES = {
    "chart": "a picture",
    "chart_png": "a picture",
    "chart_spec": "what a picture is drawn from",
    "data_download": "a file",
    "account_data": "a file",
    "staff_run_progress": "a part of the run's page",
    "staff_run_rejects_csv": "a file",
    "staff_run_rejects_rows": "a file",
    "webhook": "what the forms of the webhooks' page are sent to",
    "staff_uploads": "where a file begins to arrive",
    "staff_upload": "a file on its way",
    "mfa_download_recovery_codes": "a file",
    "account_confirm_login_code": "leads to the sign-in: a code by e-mail is not offered",
}
