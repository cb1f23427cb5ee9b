"""A supervisor over stand-in processes, as a program of its own: `python -m tests.run.standin FOLDER`.

The supervisor has to be killed in these tests, and may have no second thread, which pytest's workers have.
"""

import os
import signal
import sys
from pathlib import Path

from portal.run.commands import StopFlag
from portal.run.processes import Spec
from portal.run.supervisor import Supervisor

STEADY = 'sleep 1000 & echo $! > "$1/grandchild"; echo $$ > "$1/steady"; wait'
STUBBORN = 'trap "" TERM; echo $$ > "$1/stubborn"; while :; do sleep 0.2; done'
CRASHING = 'echo again >> "$1/crashes"; echo "ERROR a reason"; exit 3'


def specs(folder: Path) -> list[Spec]:
    """One that has a child of its own, one that does not listen to SIGTERM, one that dies at once."""
    shell = ("/bin/sh", "-c")
    return [
        Spec("steady", (*shell, STEADY, "sh", str(folder))),
        Spec(
            "stubborn", (*shell, STUBBORN, "sh", str(folder)), stop_seconds=0.5, death_signal=signal.SIGKILL
        ),
        Spec("crashing", (*shell, CRASHING, "sh", str(folder))),
    ]


def main(folder: Path) -> None:
    stop = StopFlag()
    stop.install()
    supervisor = Supervisor(specs(folder), {**os.environ, "QAFILA_HOME": str(folder)}, folder)
    supervisor.start()
    supervisor.wait(lambda: stop.count > 0)
    supervisor.stop(lambda: stop.count > 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
