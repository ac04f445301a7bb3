"""Read articles, build an index of them, and search it.

The names in `__all__` are the public API; `docs/api.md` describes it. They are imported on first
use, so that importing a module of this package stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.api import SearchResult, build, search
    from index.building.build import BuildOptions, BuildReport
    from index.errors import ExpectedError

__all__ = ["BuildOptions", "BuildReport", "ExpectedError", "SearchResult", "build", "search"]

_MODULES = {
    "BuildOptions": "index.building.build",
    "BuildReport": "index.building.build",
    "ExpectedError": "index.errors",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES.get(name, "index.api")), name)
