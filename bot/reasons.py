"""Why a checked sentence is not supported, in words."""

from collections.abc import Callable

from bot.claims import FindingKind, Piece, Reason, Standing

# What the sentence has and the articles have not.
_ONLY_IN_TEXT = {
    FindingKind.QUOTE: "the articles do not quote {0}",
    FindingKind.SPEAKER: "the articles do not say this of {0}",
    FindingKind.NEGATION: "the articles do not say {0} here",
    FindingKind.CAUSE: "the articles do not make one the reason of the other ({0})",
}
# What the articles have and the sentence leaves out.
_ONLY_IN_ARTICLE = {
    FindingKind.NEGATION: "the articles deny it: {0}",
    FindingKind.HEDGE: "the articles say it with {0}",
}
_STANDINGS = {
    Standing.SUPPORTED: "supported",
    Standing.CONTRADICTED: "contradicted",
    Standing.NOT_FOUND: "not found",
}


def standing_words(standing: Standing) -> str:
    """How people are told how a sentence stands."""
    return _STANDINGS[standing]


def reason_line(reason: Reason, shown: Callable[[str], str]) -> str:
    """One line; `shown` makes untrusted text safe where the line goes."""
    claimed, told = _quoted(reason.in_text, shown), _quoted(reason.in_article, shown)
    if claimed and told:
        return f"{claimed} here, {told} in the article"
    if told:
        return _ONLY_IN_ARTICLE[reason.kind].format(told)
    if claimed:
        return _ONLY_IN_TEXT.get(reason.kind, "the articles do not have {0} here").format(claimed)
    return "no sentence says this"


def _quoted(piece: Piece | None, shown: Callable[[str], str]) -> str:
    return f"“{shown(piece.text)}”" if piece else ""
