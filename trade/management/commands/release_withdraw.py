"""`manage.py release_withdraw N`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.base.errors import DomainError
from trade.management.operator import operator
from trade.services import release_withdraw


class Command(BaseCommand):
    help = "Take the published release back: readers see its predecessor again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("--reason", default="", help="kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with operator("release_withdraw"):
                now = release_withdraw(options["number"], acting_user=None, reason=options["reason"])
        except DomainError as error:
            raise CommandError(str(error), returncode=2) from error
        if now is None:
            self.stdout.write(_("Release %(number)s is withdrawn; nothing is published now.") % options)
        else:
            self.stdout.write(
                _("Release %(number)s is withdrawn; readers see release %(now)s.")
                % {"number": options["number"], "now": now.number}
            )
