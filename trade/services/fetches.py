"""Fetches: ask, take up again, and hand what has arrived to an import."""

import datetime as dt
import re
import tempfile
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import structlog
from celery import current_app
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base import storage
from portal.base.errors import DomainError, Invalid
from portal.base.locks import is_free, try_lock
from trade.fetch import comtrade
from trade.models import Fetch, FetchPart
from trade.services.runs import run_create
from trade.sources.reasons import Refusal, in_all_languages, reason_of

log = structlog.get_logger(__name__)
SOURCE = "comtrade-json"
PERIODS_MOST = 600
# After so many attempts, each of several tries, somebody has to look.
ATTEMPTS = 20
REST = dt.timedelta(minutes=5)
CODES = re.compile(r"[A-Za-z0-9]{1,8}(,[A-Za-z0-9]{1,8}){0,499}")
PERIOD = {"A": re.compile(r"(19|20)[0-9]{2}"), "M": re.compile(r"(19|20)[0-9]{2}(0[1-9]|1[0-2])")}


def fetch_create(
    *, acting_user: User | None, periods: Sequence[str], reporter: str, flow: str = "M,X", partner: str = "",
    product: str = "TOTAL", freq: str = "A", classification: str = "HS", publish: bool = False,
) -> Fetch:  # fmt: skip
    """Write down what is to be fetched and queue the work after commit. Raises Invalid.

    `reporter`, `flow`, `partner` and `product` are UN Comtrade's codes, several by comma; an empty partner is all.
    """
    if not settings.COMTRADE_API_KEY:
        raise Invalid(_("There is no key for UN Comtrade's API."), hint=_("Set COMTRADE_API_KEY."))
    asked = {"reporter": reporter, "flow": flow, "product": product, "classification": classification}
    for name, codes in asked.items():
        if not CODES.fullmatch(codes):
            raise Invalid(
                _("%(value)s is no list of codes for %(name)s.") % {"name": name, "value": codes[:40]},
                hint=_("Write UN Comtrade's codes with commas between them."),
            )
    if partner and not CODES.fullmatch(partner):
        raise Invalid(
            _("%(value)s is no list of codes for %(name)s.") % {"name": "partner", "value": partner[:40]}
        )
    if freq not in PERIOD or not periods or len(periods) > PERIODS_MOST:
        raise Invalid(_("Ask for years (A) or months (M), %(most)s at most.") % {"most": PERIODS_MOST})
    for period in periods:
        if not PERIOD[freq].fullmatch(period):
            raise Invalid(
                _("%(period)s is not a period of UN Comtrade.") % {"period": period[:40]},
                hint=_("Write years as 2023 and months as 202303."),
            )
    query = {**asked, "partner": partner, "kind": "C", "freq": freq, "periods": [*dict.fromkeys(periods)]}
    with transaction.atomic():
        fetch = Fetch.objects.create(query=query, publish=publish, acting_user=acting_user)
        transaction.on_commit(lambda: _queue(fetch.pk), robust=True)
    return fetch


def _queue(fetch_id: uuid.UUID) -> None:
    current_app.send_task("trade.tasks.fetch_execute", args=[str(fetch_id)])


def fetch_execute(fetch_id: uuid.UUID | str) -> bool:
    """Fetch what has not arrived yet and hand it to an import; False where somebody else does or it has ended."""
    with try_lock(f"fetch:{fetch_id}") as held:
        fetch = Fetch.objects.filter(pk=fetch_id, state=Fetch.State.WAITING).first() if held else None
        if fetch is None or (fetch.not_before and fetch.not_before > timezone.now()):
            return False
        fetch.attempts += 1
        fetch.save(update_fields=["attempts", "updated_at"])
        _attempt(fetch)
    return True


def _attempt(fetch: Fetch) -> None:
    try:
        _gather(fetch)
        _hand_in(fetch)
    except comtrade.Later as later:
        _rest(fetch, dt.timedelta(seconds=later.seconds))
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        if error.response.is_server_error or status == comtrade.TOO_MANY:
            _rest(fetch, REST)
        else:
            code = "fetch_key" if status in (401, 403) else "fetch_answer"
            _fail(fetch, in_all_languages(code, {"status": str(status)}))
    except (httpx.TransportError, comtrade.CutOff) as error:
        log.warning("fetch_broken_off", fetch=str(fetch.pk), error=type(error).__name__)
        _rest(fetch, REST)
    except Refusal as refusal:
        _fail(fetch, refusal.reason())
    except DomainError as error:
        _fail(fetch, reason_of(error))


def _rest(fetch: Fetch, pause: dt.timedelta) -> None:
    if fetch.attempts >= ATTEMPTS:
        _fail(fetch, in_all_languages("fetch_gave_up", {"attempts": str(fetch.attempts)}))
        return
    fetch.not_before = timezone.now() + pause
    fetch.save(update_fields=["not_before", "updated_at"])


def _fail(fetch: Fetch, reason: dict[str, Any]) -> None:
    fetch.state, fetch.reason = Fetch.State.FAILED, reason
    fetch.save(update_fields=["state", "reason", "updated_at"])
    log.warning("fetch_failed", fetch=str(fetch.pk), code=reason["code"])


def _gather(fetch: Fetch) -> None:
    """One request after the other; each answer is kept before the next is asked for."""
    waiting = [*comtrade.slices(fetch.query)]
    arrived = {part.slice: part for part in fetch.parts.all()}
    while waiting:
        wanted = waiting.pop(0)
        part = arrived.get(wanted.name) or _part(fetch, wanted)
        if not part.stored_as and part.records:
            finer = wanted.finer()
            if not finer:
                raise Refusal("fetch_capped", file=wanted.period, limit=comtrade.ROWS_MOST)
            waiting = [*finer, *waiting]


def _part(fetch: Fetch, wanted: comtrade.Slice) -> FetchPart:
    with tempfile.TemporaryDirectory(prefix="qafila-") as folder:
        path = Path(folder) / "answer.json"
        records = comtrade.download(wanted, path)
        stored = ""
        if 0 < records < comtrade.ROWS_MOST:
            stored, _checksum = storage.put(path, folder="uploads", suffix=".json")
    return FetchPart.objects.create(
        fetch=fetch, slice=wanted.name, period=wanted.period, records=records, stored_as=stored
    )


def _hand_in(fetch: Fetch) -> None:
    """All that arrived is one run. The run and the fetch's end are one transaction: neither is there twice."""
    parts = [part for part in fetch.parts.all() if part.stored_as]
    if not parts:
        raise Refusal("fetch_empty", file="UN Comtrade")
    with ExitStack() as stack, transaction.atomic():
        files = [
            File(
                stack.enter_context(storage.local_path(part.stored_as).open("rb")),
                name=f"comtrade-{part.period.replace(',', '-')[:40]}-{number:03}.json",
            )
            for number, part in enumerate(parts, 1)
        ]
        fetch.run = run_create(
            acting_user=fetch.acting_user, source=SOURCE, files=files, publish=fetch.publish
        )
        fetch.state = Fetch.State.DONE
        fetch.save(update_fields=["run", "state", "updated_at"])


def fetches_sweep() -> int:
    """Queue every waiting fetch that nobody works on and whose time has come; their number."""
    now = timezone.now()
    due = Fetch.objects.filter(
        Q(not_before=None) | Q(not_before__lte=now), state=Fetch.State.WAITING,
        updated_at__lt=now - dt.timedelta(seconds=10),
    )  # fmt: skip
    free = [pk for pk in due.values_list("pk", flat=True) if is_free(f"fetch:{pk}")]
    for pk in free:
        _queue(pk)
    return len(free)
