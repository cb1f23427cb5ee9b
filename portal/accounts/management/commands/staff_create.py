"""`manage.py staff_create`: the first sign-in of a new portal, from QAFILA_STAFF_EMAIL, _PASSWORD and _TOTP."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.accounts import services
from portal.base.errors import DomainError


class Command(BaseCommand):
    help = "Make the staff sign-in (operator and statistician, with two-factor sign-in). Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", default=settings.STAFF_EMAIL, help="default: QAFILA_STAFF_EMAIL")
        parser.add_argument(
            "--password", default=settings.STAFF_PASSWORD, help="default: QAFILA_STAFF_PASSWORD"
        )
        parser.add_argument(
            "--totp", default=settings.STAFF_TOTP, help="secret in base32; default: QAFILA_STAFF_TOTP"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {name: options[name] for name in ("email", "password", "totp")}
        missing = [f"QAFILA_STAFF_{name.upper()}" for name, value in wanted.items() if not value]
        if missing:
            raise CommandError(
                f"Set {', '.join(missing)} in the environment, or give the argument of that name."
            )
        try:
            user = services.staff_create(**wanted, language=settings.LANGUAGE_CODE)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email} can sign in as operator and statistician.")
