"""The small world that the pictures show and the browser's tests walk, and a server for it.

Runs and releases have fixed numbers, which the addresses of `scripts.pages` name: 1 published customs figures, 2 world
trade, 3 a staged month, 4 a refused file, 5 a run at work, 6 one that waits, 7 one that was cancelled.
"""

import itertools
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data" / "comtrade"
# What a portal of pictures and tests asks of the settings. Sign-in is not held back: it is walked over and over.
SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": "scripts.faults",
    "ACCOUNT_RATE_LIMITS": False,
    "CELERY_BROKER_URL": "memory://",
    "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}
# Neither pictured nor walked, and slow to compress.
UNSERVED = ["drf_spectacular_sidecar", "admin", "rest_framework", "pghistory"]
MEMBER, BARE, STAFF = "fatima@example.ma", "idir@example.ma", "omar@example.ma"
Facts = Mapping[str, str]


def static_collect() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNSERVED)


def world_make(*, rows: int, real: bool) -> Facts:
    """Reference data, releases and runs in every state, people; `real` takes the world's files beside the project.

    Returns what the addresses of `scripts.pages` are filled with.
    """
    from django.core.management import call_command

    from trade import services

    call_command("load_reference", verbosity=0)
    call_command("load_datasets", verbosity=0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        call_command("demo_data", months=24, rows=rows, seed=1, out=folder, verbosity=0, stdout=StringIO())
        months = sorted(folder.glob("customs-*.csv"))
        source, files = _world_trade(folder, real=real)
        handed_in = [
            ("customs", months, True),
            (source, files, True),
            ("customs", [_revised(months[-1])], False),
            ("customs", [_spoilt(months[-2])], True),
        ]
        people_make()
        for source, files, publish in handed_in:
            run = services.run_create(acting_user=_user(STAFF), source=source, files=files, publish=publish)
            services.run_execute(run.pk)
    _working()
    return {**_keys(), "total": _totals()}


def _world_trade(folder: Path, *, real: bool) -> tuple[str, list[Path]]:
    found = sorted(SHARED.glob("legacy_2019_*.csv")) if real else []
    if found:
        return "comtrade-csv", found
    path = folder / "world.json"
    path.write_text(json.dumps({"data": list(_records())}))
    return "comtrade-json", [path]


def _records() -> Iterator[dict[str, Any]]:
    """Two products, bought and sold by four countries over three years, as UN Comtrade writes them."""
    fixed = {
        "typeCode": "C", "freqCode": "A", "partner2Code": 0, "aggrLevel": 6, "customsCode": "C00", "mosCode": "0",
        "motCode": 0, "qtyUnitCode": 8, "fobvalue": None, "cifvalue": None,
    }  # fmt: skip
    products, flows = {"390720": "H5", "870321": "H6"}, {"X": "fobvalue", "M": "cifvalue"}
    reporters, partners = (504, 251, 724, 276), (0, 504, 251, 724)
    for product, year, reporter, partner, flow in itertools.product(
        products, (2021, 2022, 2023), reporters, partners, flows
    ):
        if reporter == partner:
            continue
        value = float((reporters.index(reporter) + 1) * (year - 2018) * (partner or 2000) * 1000)
        yield fixed | {
            "period": str(year), "reporterCode": reporter, "partnerCode": partner, "flowCode": flow,
            "classificationCode": products[product], "cmdCode": product, "qty": value / 7, "netWgt": value / 7,
            "primaryValue": value, flows[flow]: value,
        }  # fmt: skip


def _revised(month: Path) -> Path:
    """The month as customs would hand it in again: a tenth of the lines is gone."""
    lines = month.read_text().splitlines(keepends=True)
    path = month.with_name("revised-" + month.name)
    path.write_text("".join(line for number, line in enumerate(lines) if number % 10 or number == 0))
    return path


def _spoilt(month: Path) -> Path:
    """A third of its lines name a region or a product that does not exist."""
    lines = month.read_text().splitlines(keepends=True)
    path = month.with_name("spoilt-" + month.name)
    header, rows = lines[0], lines[1:]
    column = header.split(",").index("region")
    for number in range(0, len(rows), 3):
        cells = rows[number].split(",")
        cells[column] = "MA-99"
        rows[number] = ",".join(cells)
    path.write_text("".join([header, *rows]))
    return path


def _working() -> None:
    """A run that reads its files and never ends, one that waits behind it, one that was taken back."""
    from django.utils import timezone

    from trade import services
    from trade.models import Dataset, Run

    run = Run.objects.create(
        number=5, dataset=Dataset.objects.get(code="ma-customs"), source_code="customs", fingerprint="0" * 64,
        acting_user=_user(STAFF),
    )  # fmt: skip
    now = timezone.now()
    Run.objects.filter(pk=run.pk).update(
        state="running", phase="reading", done=18_000, total=60_000, started_at=now
    )
    for number in (6, 7):
        Run.objects.create(
            number=number, dataset=run.dataset, source_code="customs", fingerprint=f"{number:064d}",
            acting_user=run.acting_user,
        )  # fmt: skip
    services.run_cancel(7, acting_user=run.acting_user, reason="The file holds March, not April.")


def _totals() -> str:
    """What an office published, one total corrected and one removed; the id of one that is there."""
    from trade import services

    by = _user(STAFF)
    fields = {
        "flow": "X+RX",
        "value": 455_000_000_000_000,
        "tolerance": Decimal("0.001"),
        "source": "Rapport annuel 2020, p. 12",
    }
    made = services.total_add(
        acting_user=by, dataset="ma-customs", fields={**fields, "period": "2019"}, reason="First figures."
    )
    services.total_correct(
        made.pk, acting_user=by, fields={"value": 430_900_000_000_000}, reason="The office revised the year."
    )
    monthly = {**fields, "flow": "M", "period": "2019-03", "value": 61_234_500_000_000}
    services.total_add(acting_user=by, dataset="ma-customs", fields=monthly, reason="Bulletin of April.")
    wrong = services.total_add(
        acting_user=by, dataset="ma-customs", fields={**monthly, "flow": "RM"}, reason="Bulletin of April."
    )
    services.total_remove(wrong.pk, acting_user=by, reason="The bulletin does not tell re-imports.")
    return str(made.pk)


def people_make() -> None:
    """Fatima, who has an account; Idir, who has no password yet; Omar, a statistician with a second factor."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    from portal.accounts import services
    from scripts.pages import PASSWORD, SECRET

    names = {MEMBER: "Fatima Aït Taleb", BARE: "Idir Amellal", STAFF: "Omar Alaoui"}
    for email, name in names.items():
        user = services.user_create(
            acting_user=None, email=email, full_name=name, password=None if email == BARE else PASSWORD
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    services.role_grant(acting_user=None, user=_user(STAFF), kind="statistician")
    TOTP.activate(_user(STAFF), SECRET)
    RecoveryCodes.activate(_user(STAFF))


def _user(email: str) -> Any:
    from portal.accounts.models import User

    return User.objects.get(email=email)


def _keys() -> Facts:
    """Links that e-mails would carry: an address to confirm, a password to set anew."""
    from allauth.account.forms import default_token_generator
    from allauth.account.models import EmailAddress, EmailConfirmationHMAC
    from allauth.account.utils import user_pk_to_url_str

    # Not Fatima's: who has an address to confirm is not let to set a second factor up.
    fatima, idir = _user(MEMBER), _user(BARE)
    new, _created = EmailAddress.objects.get_or_create(user=idir, email="idir.new@example.ma")
    return {
        "confirm": EmailConfirmationHMAC.create(new).key,
        "reset": f"{user_pk_to_url_str(fatima)}-{default_token_generator.make_token(fatima)}",
    }


def session_make(who: str) -> str:
    """The session of `member`, `bare` or `staff`, signed in a moment ago as far as any page asks."""
    from allauth.account.internal.userkit import user_id_to_str
    from django.conf import settings
    from django.test import Client

    client, user = Client(), _user({"member": MEMBER, "bare": BARE, "staff": STAFF}[who])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    # As if the password had been asked for again within the hour: allauth's own record of it.
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() + 3600, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def served() -> Iterator[str]:
    """The portal on a free port, as long as the block lasts."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
