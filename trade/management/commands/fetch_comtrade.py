"""`manage.py fetch_comtrade --reporter 504 --period 2020:2023 [--flow M,X] [--product TOTAL] [--publish] [--wait]`"""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.base.errors import DomainError
from trade.management.operator import operator
from trade.management.waiting import summary, wait
from trade.models import Fetch
from trade.services import fetch_create

REFUSED = 2
POLL_SECONDS = 1.0


class Command(BaseCommand):
    help = "Fetch from UN Comtrade's API and import what arrives; a broken-off fetch goes on where it ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reporter", required=True, help="UN Comtrade's codes, several by comma: 504")
        parser.add_argument("--period", required=True, help="2023, 2020,2022, 2020:2023 or months as 202303")
        parser.add_argument("--flow", default="M,X", help="M,X,RM,RX")
        parser.add_argument("--partner", default="", help="partners' codes, 0 for the World; all without it")
        parser.add_argument("--product", default="TOTAL", help="codes, or AG2, AG4, AG6 for a whole level")
        parser.add_argument("--freq", default="A", choices=["A", "M"])
        parser.add_argument("--classification", default="HS", help="HS as reported, or H0 to H6")
        parser.add_argument("--publish", action="store_true", help="publish when every gate holds")
        parser.add_argument(
            "--wait", action="store_true", help="wait for the import and end with one line of JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("reporter", "flow", "partner", "product", "freq", "classification", "publish")
        try:
            with operator("fetch_comtrade"):
                fetch = fetch_create(
                    acting_user=None,
                    periods=periods(options["period"]),
                    **{name: options[name] for name in names},
                )
            if not options["wait"]:
                self.stdout.write(_("The fetch of %(what)s is queued.") % {"what": fetch})
                return
            self._wait(fetch)
        except DomainError as error:
            raise CommandError(str(error), returncode=REFUSED) from error

    def _wait(self, fetch: Fetch) -> None:
        while fetch.state == Fetch.State.WAITING:
            time.sleep(POLL_SECONDS)
            fetch.refresh_from_db()
        if fetch.run is None:
            language = (get_language() or "fr")[:2]
            raise CommandError(fetch.reason.get(language, fetch.reason.get("fr", "")), returncode=REFUSED)
        wait(fetch.run, sys.stderr)
        self.stdout.write(summary(fetch.run))


def periods(text: str) -> list[str]:
    """`2020:2023,2025` → the years one by one."""
    found: list[str] = []
    for piece in text.split(","):
        first, colon, last = piece.strip().partition(":")
        whole = colon and first.isdigit() and last.isdigit() and len(first) == len(last) == 4
        found += map(str, range(int(first), int(last) + 1)) if whole else [piece.strip()]
    return found
