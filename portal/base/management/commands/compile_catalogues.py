"""Compile the message catalogues with Babel: no gettext programs are needed on the machine."""

from pathlib import Path
from typing import Any

from babel.messages import mofile, pofile
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Compile locale/*/LC_MESSAGES/*.po to .mo where the .po is newer."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                    continue
                with source.open("rb") as reader:
                    catalogue = pofile.read_po(reader, locale=source.parent.parent.name)
                problems = [error for message in catalogue for error in message.check(catalogue)]
                if problems:
                    raise CommandError(f"{source}: {problems[0]}")
                # Babel fills a plural's empty forms with the English source; left out, the text falls back to French.
                for message in [m for m in catalogue if isinstance(m.string, tuple) and not all(m.string)]:
                    catalogue.delete(message.id, message.context)
                beside = target.with_suffix(".mo.new")
                with beside.open("wb") as writer:
                    mofile.write_mo(writer, catalogue)
                beside.replace(target)
                self.stdout.write(f"compiled {source.relative_to(Path(folder).parent)}")
