"""Reasons why a checked sentence is not supported, in words."""

from collections.abc import Callable

from bot.domain.claims import CheckedSentence, FindingKind, Piece, Reason, Standing
from bot.wording.overviews import date_in_words
from prompts import text

# The sentence says it and the articles do not.
_ONLY_IN_TEXT = {
    FindingKind.QUOTE: "checks.claimed_quote",
    FindingKind.SPEAKER: "checks.claimed_speaker",
    FindingKind.NEGATION: "checks.claimed_negation",
    FindingKind.CAUSE: "checks.claimed_cause",
    FindingKind.UNSTATED: "checks.claimed_unstated",
}
# The articles say it and the sentence leaves it out.
_ONLY_IN_ARTICLE = {
    FindingKind.NEGATION: "checks.told_negation",
    FindingKind.HEDGE: "checks.told_hedge",
    FindingKind.UNSTATED: "checks.told_unstated",
}
# No words of the sentence or of the articles show it.
_WITHOUT_WORDS = {FindingKind.NEGATION: "checks.opposite", FindingKind.HEDGE: "checks.open"}
_STANDINGS = {
    Standing.SUPPORTED: "checks.supported",
    Standing.CONTRADICTED: "checks.contradicted",
    Standing.UNCLEAR: "checks.unclear",
    Standing.NOT_FOUND: "checks.not_found",
    Standing.OUTDATED: "checks.outdated",
    Standing.DISPUTED: "checks.disputed",
}


def standing_words(standing: Standing) -> str:
    """Return the label before the sentence, such as "Supported:"."""
    return text(_STANDINGS[standing])


def until_line(sentence: CheckedSentence) -> str:
    """Say until when an outdated sentence held; "" for any other one."""
    if not sentence.until:
        return ""
    return text("checks.until", day=date_in_words(sentence.until))


def reason_line(reason: Reason, shown: Callable[[str], str]) -> str:
    """Describe the reason in one line; `shown` makes untrusted text safe for the surface."""
    claimed, told = _quoted(reason.in_text, shown), _quoted(reason.in_article, shown)
    if claimed and told:
        name = "checks.both_role" if reason.kind is FindingKind.ROLE else "checks.both"
        return text(name, claimed=claimed, told=told)
    if told:
        return text(_ONLY_IN_ARTICLE[reason.kind], told=told)
    if claimed:
        return text(_ONLY_IN_TEXT.get(reason.kind, "checks.claimed"), claimed=claimed)
    return text(_WITHOUT_WORDS.get(reason.kind, "checks.nothing"))


def _quoted(piece: Piece | None, shown: Callable[[str], str]) -> str:
    return text("checks.quoted", words=shown(piece.text)) if piece else ""
