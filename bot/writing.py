"""What is told of a model's part in an answer, in one line."""

from bot.models import Writing
from prompts import text


def writing_line(writing: Writing) -> str:
    """How many of its sentences are verified, or why there are none."""
    if writing.verified:
        return text("writing.verified", verified=writing.verified, sentences=writing.sentences)
    return text(f"writing.{writing.trouble or 'begun'}")
