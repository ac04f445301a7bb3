"""Clock for the end of leases."""

import time

# The monotonic clock of Linux stands still while a machine sleeps, but a lease does not.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady_s() -> float:
    """Return the seconds since an arbitrary start, including those in which the machine slept."""
    return time.clock_gettime(_CLOCK)
