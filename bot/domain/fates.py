"""Fates of cited sentences in later generations."""

from enum import StrEnum


class FateKind(StrEnum):
    """HOLDS: an article still states it. CORRECTED: the article is there without it. WITHDRAWN: the
    publisher took the article back. GONE: the index no longer has the article, or the shorter edition
    of it that the sentence is from."""

    HOLDS = "holds"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    GONE = "gone"
