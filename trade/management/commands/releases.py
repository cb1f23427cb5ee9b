"""`manage.py releases`: every release, the newest first."""

from typing import Any

from django.core.management.base import BaseCommand

from trade.models import Release


class Command(BaseCommand):
    help = "List the releases: number, dataset, state, run, when it was published, whether it is demonstration data."

    def handle(self, *args: Any, **options: Any) -> None:
        for release in Release.objects.select_related("dataset", "run"):
            published = f"{release.published_at:%Y-%m-%d %H:%M}" if release.published_at else "-"
            demonstration = "demonstration" if release.demonstration else ""
            self.stdout.write(
                f"{release.number:>5}  {release.dataset.code:<12} {release.state:<10} run {release.run.number:<5} "
                f"{published:<16} {demonstration}".rstrip()
            )
