"""Amount that a reranker reads for a question: its inputs and their tokens."""

from collections.abc import Callable, Sequence
from functools import wraps
from statistics import median
from typing import Any

# The tokens of each input, from the arguments of a model's forward method.
Lengths = Callable[..., Sequence[int]]


def reading(
    ask: Callable[[str], object], questions: Sequence[str], model: type, method: str, count: Lengths
) -> dict[str, float]:
    """Return medians over the questions: inputs of the model for one question, and tokens of them
    all.

    `method` is the name of the model's method that reads inputs.
    """
    from unittest.mock import patch  # imported here: no process that only answers needs it

    read: list[list[int]] = []
    original: Callable[..., Any] = getattr(model, method)

    @wraps(original)
    def counted(self: object, *args: Any, **kwargs: Any) -> Any:
        read[-1].extend(count(*args, **kwargs))
        return original(self, *args, **kwargs)

    with patch.object(model, method, counted):
        for question in questions:
            read.append([])
            ask(question)
    return {"inputs": median(map(len, read)), "tokens": median(map(sum, read))}
