"""`manage.py releases_prune [--simulate]`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from trade.management.operator import operator
from trade.services import releases_prune


class Command(BaseCommand):
    help = "Take away releases that the datasets' policies no longer keep, and files that nothing points to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--simulate", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        with operator("releases_prune"):
            found = releases_prune(simulate=options["simulate"])
        numbers = ", ".join(str(number) for number in found.releases) or "-"
        told = {"releases": numbers, "files": found.files, "bytes": found.bytes}
        if options["simulate"]:
            self.stdout.write(
                _("Releases that would go: %(releases)s; files: %(files)s, %(bytes)s bytes.") % told
            )
        else:
            self.stdout.write(_("Releases gone: %(releases)s; files: %(files)s, %(bytes)s bytes.") % told)
        for code in found.skipped:
            self.stdout.write(
                _("A run works on %(dataset)s: its releases were left alone.") % {"dataset": code}
            )
