"""What this process may use of the machine."""

import os


def usable_cores() -> int:
    """The cores this process may use, which in a container can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
