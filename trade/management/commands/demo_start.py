"""`manage.py demo_start`: 24 months of demonstration statistics, where the portal has none of its own yet."""

import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.base.errors import DomainError
from trade.demo.generator import customs_files
from trade.management.operator import operator
from trade.management.waiting import Meter, summary, wait
from trade.models import Release, Run
from trade.selectors import run_reason
from trade.services import run_create

DATASET = "ma-customs"
MONTHS = 24
SEED = 2025
POLL_SECONDS = 0.2


class Command(BaseCommand):
    help = "Make, import and publish demonstration statistics; does nothing where there is a release already."

    def handle(self, *args: Any, **options: Any) -> None:
        if Release.objects.filter(dataset__code=DATASET).exclude(state=Release.State.DISCARDED).exists():
            waiting = Run.objects.filter(dataset__code=DATASET).exclude(state__in=Run.ENDED).first()
            if waiting is None:
                self.stdout.write(_("There are statistics already; no demonstration data is made."))
                return
        folder = Path(settings.QAFILA_HOME) / "demo"
        try:
            run = wait(self._handed_in(folder), sys.stderr)
        except DomainError as error:
            raise CommandError(str(error), returncode=2) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self.stdout.write(summary(run))
        if run.state in Run.WITHOUT:
            raise CommandError(run_reason(run) or str(run.get_state_display()), returncode=2)

    def _handed_in(self, folder: Path) -> Run:
        """The run of an earlier start that is under way still, else a new one."""
        running = Run.objects.filter(dataset__code=DATASET).exclude(state__in=Run.ENDED).first()
        if running is not None:
            return running
        shutil.rmtree(folder, ignore_errors=True)
        files = self._generated(folder)
        with operator("demo_start"):
            return run_create(acting_user=None, source="customs", files=files, publish=True)

    def _generated(self, folder: Path) -> list[Path]:
        """Generate in a thread, and show the files as they appear."""
        made: list[Path] = []
        failed: list[BaseException] = []

        def work() -> None:
            try:
                made.extend(customs_files(MONTHS, settings.TRADE_DEMO_ROWS, SEED, folder))
            except BaseException as error:
                failed.append(error)

        meter = Meter(sys.stderr)
        thread = threading.Thread(target=work)
        thread.start()
        while thread.is_alive():
            meter.show("generating", len(list(folder.glob("*.csv"))) if folder.exists() else 0, MONTHS)
            time.sleep(POLL_SECONDS)
        meter.close()
        if failed:
            raise failed[0]
        return made
