"""`manage.py load_datasets`: the datasets' properties from `trade/data/datasets.csv`."""

from typing import Any

from django.core.management.base import BaseCommand

from trade.services import datasets_load


class Command(BaseCommand):
    help = "Write the datasets' properties; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"datasets written: {datasets_load()}")
