"""Paraphrases: whether one sentence repeats what another one says."""

from bot.answering.change.wording import Wording
from bot.answering.verification.verifier import Cited, ClaimVerdict, Verifier
from bot.domain.claims import FindingKind, Standing
from index.text.initials import Initials

# Log-odds of the judge from which one sentence says what the other does. On pairs such as "backs
# the plan" and "opposes the plan", one direction alone was wrong, both together were not.
_SAYS = 1.0
# Differences of these kinds are differences of meaning, whatever the judge says.
_DIFFER = frozenset({FindingKind.NUMBER, FindingKind.DATE})


class Paraphrases:
    """Comparison of sentences by meaning. An instance belongs to one thread, as its verifier."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def repeats(self, sentence: str, other: str, initials: Initials) -> bool:
        """Return whether `sentence` says nothing that `other` does not say: both say the same, or
        `other` has all its words and supports it."""
        forth = self._verifier.verify(sentence, [Cited(other)], initials)
        if not _says(forth):
            return False
        if forth.standing is Standing.SUPPORTED and _has_words_of(initials, other, sentence):
            return True
        return _says(self._verifier.verify(other, [Cited(sentence)], initials))


def _says(verdict: ClaimVerdict) -> bool:
    differs = any(each.kind in _DIFFER for each in verdict.findings)
    return verdict.supports >= _SAYS and verdict.supports > verdict.contradicts and not differs


def _has_words_of(initials: Initials, sentence: str, other: str) -> bool:
    return Wording(initials, other).stems <= Wording(initials, sentence).stems
