"""bm25s, without what it imports only because it is there.

scipy and tqdm come into an environment with other packages. bm25s imports them whether they are
used or not and does without where they are missing; both together take a fifth of the time that
answering a question from a cold start does.
"""

import sys

_UNUSED = [name for name in ("scipy.sparse", "tqdm.auto") if name not in sys.modules]

for name in _UNUSED:
    sys.modules[name] = None  # type: ignore[assignment]  # importing it fails, as if not there
try:
    import bm25s
finally:
    for name in _UNUSED:
        del sys.modules[name]

__all__ = ["bm25s"]
