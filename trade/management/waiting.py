"""Waiting for a run in a terminal: a bar where there is one, lines otherwise, and an end where no worker lives."""

import datetime as dt
import json
import time
from typing import TextIO

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.base.errors import Unavailable
from portal.base.models import Heartbeat
from trade.models import Release, Run

POLL_SECONDS = 0.2
BAR = 30
# A worker that was just started gets this long to show its first heartbeat.
PATIENCE = 30


class Meter:
    """`phase`, `done` of `total`, on one line that is drawn over where the stream is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.terminal, self.last = stream, stream.isatty(), ""

    def show(self, phase: str, done: int, total: int) -> None:
        share = min(done / total, 1) if total else 0
        if self.terminal:
            filled = round(BAR * share)
            line = f"\r{phase:<40} [{'█' * filled}{'·' * (BAR - filled)}] {share:>4.0%} "
        else:
            line = f"{phase} {done}/{total}\n" if total else f"{phase}\n"
        if line != self.last:
            self.stream.write(line)
            self.stream.flush()
            self.last = line

    def close(self) -> None:
        if self.terminal and self.last:
            self.stream.write("\r" + " " * (BAR + 52) + "\r")
            self.stream.flush()


def wait(run: Run, stream: TextIO) -> Run:
    """Return when the run has ended. Raises Unavailable on Ctrl-C and where worker or database are silent."""
    meter = Meter(stream)
    answered = since = time.monotonic()
    try:
        while True:
            try:
                run.refresh_from_db()
                if run.state in Run.ENDED:
                    return run
                meter.show(str(run.get_phase_display() or run.get_state_display()), run.done, run.total)
                if time.monotonic() - since > PATIENCE:
                    _check_worker(run)
                answered = time.monotonic()
            except (OperationalError, InterfaceError) as error:
                # A server that is started again is back in seconds; the run goes on with its worker.
                connection.close()
                if time.monotonic() - answered > PATIENCE:
                    raise _database_away(run) from error
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        raise Unavailable(
            _("Run %(number)s goes on without you.") % {"number": run.number},
            hint=_("Its end is shown on the staff pages and by the command “releases”."),
        ) from None
    finally:
        meter.close()


def _database_away(run: Run) -> Unavailable:
    return Unavailable(
        _("The database does not answer any more, so the end of run %(number)s is not known.")
        % {"number": run.number},
        hint=_("Start it again, with “make run” say; the run is kept and will be taken up."),
    )


def _check_worker(run: Run) -> None:
    last = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    stale = dt.timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS)
    if last is None or timezone.now() - last > stale:
        raise Unavailable(
            _("No worker is running, so run %(number)s waits.") % {"number": run.number},
            hint=_(
                "Start one with “make run” or “celery -A portal worker”; the run is kept and will be taken up."
            ),
        )


def summary(run: Run) -> str:
    """The one line of JSON that `--wait` ends with."""
    release = Release.objects.filter(run=run).exclude(state=Release.State.DISCARDED).first()
    if run.state == Run.State.UNCHANGED:
        release = run.dataset.published
    return json.dumps(
        {
            "run": run.number,
            "release": release.number if release is not None else None,
            "read": run.rows_read,
            "accepted": run.rows_accepted,
            "repaired": run.rows_repaired,
            "rejected": run.rows_rejected,
            "seconds": run.seconds,
            "unchanged": run.state == Run.State.UNCHANGED,
        }
    )
