"""Tau-Argus in a process of its own: reads `table.jj` in the folder it is started in and writes `hidden.txt` there.

A program, started by path (`optimum`) and never imported by the portal: the engine keeps its state for the whole
process, writes its logs beside it, and on some tables neither ends nor says so. The processor time that it may take is
its argument; the system ends it then, even where whoever started it is gone.
"""

import resource
import sys

from pytauargus import HiTaSCtrl

TABLE, HIDDEN = "table.jj", "hidden.txt"
MEMORY = 2 << 30
# The engine counts its own patience in minutes, and does not always keep to it.
MINUTES = 1


def main(seconds: int) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    return int(HiTaSCtrl().full_jj(in_file_jj=TABLE, out_file=HIDDEN, max_time=MINUTES) != 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
