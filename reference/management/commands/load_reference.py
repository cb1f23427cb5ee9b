"""manage.py load_reference: territory, countries, products, sectors from the project's own files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.base.errors import DomainError
from reference.selectors import CURRENT_EDITION
from reference.services import reference_load


class Command(BaseCommand):
    help = "Load regions to communes, countries, products and sectors. Safe to repeat: it writes only what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--edition", default=CURRENT_EDITION, help="edition of the product list (%(default)s)"
        )
        parser.add_argument("--reindex", action="store_true", help="write the search index anew in any case")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = reference_load(options["edition"], reindex=options["reindex"])
        except DomainError as error:
            raise CommandError(str(error), returncode=2) from error
        for count in counts:
            kept = f", {count.kept} kept as a person left them" if count.kept else ""
            self.stdout.write(
                f"{count.kind}: {count.rows} ({count.created} new, {count.changed} changed{kept})"
            )
