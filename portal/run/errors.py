"""What stops a command, told to the person at the terminal rather than as a traceback."""


class RunError(Exception):
    """Something the person can act on: the message says what happened and what to do."""


class Stopped(Exception):
    """Ctrl-C or a signal asked this process to end while it was waiting for something."""
