"""Machine resources available to this process."""

import os
import sys
import threading
from contextlib import suppress

_LEAST_URGENT = 19  # nice value


def usable_cores() -> int:
    """Count the CPU cores that this process may use. In a container they can be fewer than the
    machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def give_way() -> None:
    """Let the other threads of this machine run before the calling thread. On Linux only: elsewhere
    a priority belongs to the whole process."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST_URGENT)
