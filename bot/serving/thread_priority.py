"""Priority of computing threads below that of the event loop."""

import os
import sys

# With three threads that computed on two busy cores, the event loop sent 22% of the refusals within
# 50 ms at the same priority, 29% with 5 (medians of three runs) and 54% with 10 (of two).
_NICE = 10


def lower_priority() -> None:
    """Lower the priority of the calling thread and of the threads that it will start. Only Linux
    has a priority for each thread; elsewhere this does nothing."""
    if sys.platform == "linux":
        os.nice(_NICE)
