"""`manage.py release_publish N`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.base.errors import DomainError
from trade.management.operator import operator
from trade.services import release_publish


class Command(BaseCommand):
    help = "Publish a staged release, or again one that was replaced or withdrawn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("--reason", default="", help="kept in the audit trail")
        parser.add_argument(
            "--over-gates", action="store_true", help="although a soft gate does not hold; needs a reason"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with operator("release_publish"):
                release = release_publish(
                    options["number"],
                    acting_user=None,
                    reason=options["reason"],
                    over_gates=options["over_gates"],
                )
        except DomainError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(
            _("Release %(number)s of %(dataset)s is published.")
            % {"number": release.number, "dataset": release.dataset.code}
        )
