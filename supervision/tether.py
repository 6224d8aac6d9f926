"""Runs a command that dies with the process that started it: `python tether.py PARENT_PID SIGNAL COMMAND…`.

Linux only (PR_SET_PDEATHSIG, kept across exec); elsewhere the command just runs. A separate program, because code
between fork and exec (`preexec_fn`) is not safe in a process with threads, and every Kafka client has threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, signal, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
        if os.getppid() != parent:  # it died before the line above: no signal will come
            sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
