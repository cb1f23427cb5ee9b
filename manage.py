#!/usr/bin/env python3
"""Django's command line. Uses the project's own `.venv` when it was started with another Python."""

import os
import sys
from pathlib import Path

VENV_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        if not VENV_PYTHON.exists() or sys.prefix == str(VENV_PYTHON.parent.parent):
            raise SystemExit("Django is not installed here. Run `make run` once: it makes .venv.") from None
        os.execv(str(VENV_PYTHON), [str(VENV_PYTHON), *sys.argv])  # noqa: S606
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
