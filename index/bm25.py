"""bm25s, without what it imports only because it is there.

scipy comes into an environment with sentence-transformers; bm25s imports it whether it is used or
not, which takes a fifth of the time that answering a question from a cold start does.
"""

import sys

_UNUSED = "scipy.sparse"

if _UNUSED in sys.modules:
    import bm25s
else:
    sys.modules[_UNUSED] = None  # type: ignore[assignment]  # importing it fails, as if not there
    try:
        import bm25s
    finally:
        del sys.modules[_UNUSED]

__all__ = ["bm25s"]
