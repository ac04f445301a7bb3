"""Machine resources available to this process."""

import os


def usable_cores() -> int:
    """Count the CPU cores that this process may use. In a container they can be fewer than the
    machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
