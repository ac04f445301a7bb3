"""Summary of a checked text in words: how many sentences got which standing."""

from collections import Counter

from bot.domain.claims import Check, Standing
from bot.wording.measures import counted
from prompts import text


def check_summary(check: Check) -> str:
    """Count the sentences by their standing: "3 sentences: 2 supported, 1 not found"."""
    counts = Counter(sentence.standing for sentence in check.sentences)
    parts = [
        text(f"checks.count_{standing}", count=counts[standing])
        for standing in Standing
        if counts[standing]
    ]
    sentences = counted(len(check.sentences), "sentence")
    return text("checks.title", sentences=sentences, standings=", ".join(parts))
