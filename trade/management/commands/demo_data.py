"""`manage.py demo_data`: write demonstration customs extracts, one file a month, for the importer to read."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trade.demo.generator import customs_files, notices


class Command(BaseCommand):
    help = "Write demonstration customs extracts: invented firms, published totals, one file a month."
    requires_system_checks: list[str] = []  # writes files only: neither database nor broker

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months", type=int, required=True, help="months, the last one December 2024")
        parser.add_argument("--rows", type=int, required=True, help="rows in all")
        parser.add_argument("--seed", type=int, required=True, help="the same seed gives the same bytes")
        parser.add_argument("--out", type=Path, required=True, help="folder for customs-YYYY-MM.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        months, rows = options["months"], options["rows"]
        try:
            paths = customs_files(months, rows, options["seed"], options["out"])
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        for path in paths:
            self.stdout.write(str(path))
        for notice in notices(months, rows):
            self.stdout.write(self.style.WARNING(notice))
