"""Answer questions about news articles, each answer with the exact sentences behind it.

The names in `__all__` are the public API; `docs/api.md` describes it. They are imported on first
use, so that importing a module of this package stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.api import Answerer, AsyncAnswerer
    from bot.domain.claims import Check, CheckedSentence, Standing
    from bot.domain.models import Answer, Citation, Question, Status, Turn
    from index.errors import ExpectedError

__all__ = [
    "Answer",
    "Answerer",
    "AsyncAnswerer",
    "Check",
    "CheckedSentence",
    "Citation",
    "ExpectedError",
    "Question",
    "Standing",
    "Status",
    "Turn",
]

_MODULES = {
    "Answerer": "bot.api",
    "AsyncAnswerer": "bot.api",
    "Check": "bot.domain.claims",
    "CheckedSentence": "bot.domain.claims",
    "Standing": "bot.domain.claims",
    "ExpectedError": "index.errors",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES.get(name, "bot.domain.models")), name)
