"""`manage.py import_trade SOURCE FILE… [--dataset NAME] [--edition HS1992] [--map FILE.toml] [--publish] [--wait]`"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.base.errors import DomainError, Invalid
from trade.management.operator import operator
from trade.management.waiting import summary, wait
from trade.models import Run
from trade.selectors import run_log, run_reason
from trade.services import run_create
from trade.sources import SOURCES
from trade.sources.column_map import LARGEST

# Refused by a gate, unreadable or not done: nothing has changed for readers.
REFUSED = 2


class Command(BaseCommand):
    help = "Import statistics files: one command's files are one run and one release."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=list(SOURCES), help="the format of the files")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--dataset", help="the dataset to feed; the format's own by default")
        parser.add_argument(
            "--edition", help="the edition of the product codes where the files do not say, HS1992"
        )
        parser.add_argument(
            "--map",
            type=Path,
            metavar="FILE.toml",
            help="a column map: which column of a national CSV is what",
        )
        parser.add_argument(
            "--corrects", type=int, metavar="RUN", help="the files hold rejected rows of this run, corrected"
        )
        parser.add_argument("--publish", action="store_true", help="publish when every gate holds")
        parser.add_argument("--wait", action="store_true", help="show progress and end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            settings = _settings(options)
            with operator("import_trade"):
                run = run_create(
                    acting_user=None,
                    source=options["source"],
                    files=options["files"],
                    dataset=options["dataset"],
                    options=settings,
                    publish=options["publish"],
                    corrects=options["corrects"],
                )
            if not options["wait"]:
                self.stdout.write(_("Run %(number)s is queued.") % {"number": run.number})
                return
            wait(run, sys.stderr)
        except DomainError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        self._tell(run)

    def _tell(self, run: Run) -> None:
        for line in run_log(run):
            self.stderr.write(line)
        self.stdout.write(summary(run))
        if run.state in Run.WITHOUT:
            raise CommandError(run_reason(run) or str(run.get_state_display()), returncode=REFUSED)


def _settings(options: dict[str, Any]) -> dict[str, str]:
    """The run's options. Raises Invalid where the column map cannot be opened."""
    settings = {"edition": options["edition"]} if options["edition"] else {}
    if options["map"]:
        try:
            with options["map"].open(encoding="utf-8-sig") as stream:
                settings["map"] = stream.read(LARGEST + 1)
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(
                _("%(file)s cannot be opened.") % {"file": options["map"]},
                hint=_("Check the path; a column map is a text file in UTF-8."),
            ) from error
    return settings
