"""Why a checked sentence is not supported, in words."""

from collections.abc import Callable

from bot.domain.claims import FindingKind, Piece, Reason, Standing
from prompts import text

# What the sentence has and the articles have not.
_ONLY_IN_TEXT = {
    FindingKind.QUOTE: "checks.claimed_quote",
    FindingKind.SPEAKER: "checks.claimed_speaker",
    FindingKind.NEGATION: "checks.claimed_negation",
    FindingKind.CAUSE: "checks.claimed_cause",
    FindingKind.UNSTATED: "checks.claimed_unstated",
}
# What the articles have and the sentence leaves out.
_ONLY_IN_ARTICLE = {
    FindingKind.NEGATION: "checks.told_negation",
    FindingKind.HEDGE: "checks.told_hedge",
    FindingKind.UNSTATED: "checks.told_unstated",
}
_STANDINGS = {
    Standing.SUPPORTED: "checks.supported",
    Standing.CONTRADICTED: "checks.contradicted",
    Standing.NOT_FOUND: "checks.not_found",
}


def standing_words(standing: Standing) -> str:
    """ "Supported:": what stands before the sentence."""
    return text(_STANDINGS[standing])


def reason_line(reason: Reason, shown: Callable[[str], str]) -> str:
    """One line; `shown` makes untrusted text safe where the line goes."""
    claimed, told = _quoted(reason.in_text, shown), _quoted(reason.in_article, shown)
    if claimed and told:
        name = "checks.both_role" if reason.kind is FindingKind.ROLE else "checks.both"
        return text(name, claimed=claimed, told=told)
    if told:
        return text(_ONLY_IN_ARTICLE[reason.kind], told=told)
    if claimed:
        return text(_ONLY_IN_TEXT.get(reason.kind, "checks.claimed"), claimed=claimed)
    return text("checks.nothing")


def _quoted(piece: Piece | None, shown: Callable[[str], str]) -> str:
    return text("checks.quoted", words=shown(piece.text)) if piece else ""
