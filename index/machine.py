"""Machine resources available to this process."""

import ctypes
import math
import os
import sys
from contextlib import suppress
from pathlib import Path

LEAST_URGENT = 19  # the highest nice value

_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container


def usable_cores(quota: Path = _CPU_QUOTA) -> int:
    """Count the CPU cores that this process may use. In a container they can be fewer than the
    machine has. Part of a core counts as one."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _cores_of_quota(quota))
    return os.cpu_count() or 1


def _cores_of_quota(quota: Path) -> int:
    """Read a limit of Linux control groups (version 2): microseconds of computing, or "max", in a
    period of so many microseconds. Return a large number if there is no limit."""
    try:
        allowed, period = quota.read_text("ascii").split()
        return max(1, math.ceil(int(allowed) / int(period)))
    except (OSError, ValueError, ZeroDivisionError):  # also of "max"
        return sys.maxsize


def give_way(by: int = LEAST_URGENT) -> None:
    """Raise the nice value of the calling thread, and of the threads and processes that it will
    start. On Linux only: elsewhere a priority belongs to the whole process."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.nice(by)


def return_free_memory() -> None:
    """Return the free memory of C libraries to the system, which takes a millisecond. Only glibc
    can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
