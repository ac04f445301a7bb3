"""bm25s without its optional imports.

bm25s imports scipy and tqdm wherever they are installed, used or not, and works without them. Other
packages bring them into the environment. Importing both takes a fifth of the time needed to answer
a question from a cold start.
"""

import sys

_UNUSED = [name for name in ("scipy.sparse", "tqdm.auto") if name not in sys.modules]

for name in _UNUSED:
    sys.modules[name] = None  # type: ignore[assignment]  # makes the import fail
try:
    import bm25s
finally:
    for name in _UNUSED:
        del sys.modules[name]

__all__ = ["bm25s"]
