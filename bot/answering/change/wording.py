"""Wording of one sentence, compared with those of others."""

from bot.answering.question.analysis import NEGATIONS, stem
from bot.answering.ranking.copies import are_copies
from bot.answering.ranking.lexicon import NOT_TELLING
from bot.answering.text.names import names_in
from index.text.initials import Initials
from index.text.words import read_words


class Wording:
    """A sentence with its initials written out."""

    def __init__(self, initials: Initials, sentence: str) -> None:
        self._initials = initials
        self._sentence = initials.expand(sentence)
        self.stems = _stems(self._sentence)

    def is_copied_in(self, other: str) -> bool:
        """Return whether the other sentence differs in trifles at most."""
        return are_copies(self._sentence, self._initials.expand(other))

    def has_words_of(self, value: str) -> bool:
        """Return whether the sentence has all informative words of a value."""
        stems = _stems(self._initials.expand(value))
        return bool(stems) and stems <= self.stems

    def lacks_particulars_of(self, other: str) -> bool:
        """Return whether the other sentence has a name, a number or a negation that this one
        lacks."""
        other = self._initials.expand(other)
        return not _particulars(other) <= self.stems

    def overlap(self, other: str) -> float:
        """Return the share of informative words that the sentences have in common, from 0 to 1."""
        stems = _stems(self._initials.expand(other))
        return len(self.stems & stems) / max(1, len(self.stems | stems))


def _particulars(sentence: str) -> frozenset[str]:
    names = " ".join(sentence[name.start : name.end] for name in names_in(sentence))
    words = [word.lower for word in read_words(sentence)]
    marked = [word for word in words if word in NEGATIONS or any(map(str.isdigit, word))]
    return _stems(names) | frozenset(map(stem, marked))


def _stems(sentence: str) -> frozenset[str]:
    words = [word.lower for word in read_words(sentence)]
    return frozenset(stem(word) for word in words if word not in NOT_TELLING)
