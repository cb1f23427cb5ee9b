"""Who ran a command: the audit trail keeps the account of the machine, since no person signed in."""

import getpass
from contextlib import AbstractContextManager

import pghistory


def operator(command: str) -> AbstractContextManager[object]:
    """Everything written inside carries the machine's account and the command's name."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = "unknown"
    context: AbstractContextManager[object] = pghistory.context(operator=account, command=command)
    return context
