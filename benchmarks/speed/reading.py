"""Amount that a reranker reads for a question: its inputs and their tokens."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
    read: list[list[int]] = []
    with _watched(model, method, lambda *args, **kwargs: read[-1].extend(count(*args, **kwargs))):
        for question in questions:
            read.append([])
            ask(question)
    return {"inputs": median(map(len, read)), "tokens": median(map(sum, read))}


@contextmanager
def _watched(owner: type, name: str, note: Callable[..., None]) -> Iterator[None]:
    """Pass the arguments of each call of a method to `note` until the block is left."""
    method: Callable[..., Any] = getattr(owner, name)

    @wraps(method)
    def call(self: object, *args: Any, **kwargs: Any) -> Any:
        note(*args, **kwargs)
        return method(self, *args, **kwargs)

    setattr(owner, name, call)
    try:
        yield
    finally:
        setattr(owner, name, method)
