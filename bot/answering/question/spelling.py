"""Spelling correction of a question towards the words of the articles."""

from collections.abc import Mapping

from bot.answering.question.analysis import WordWeights, stem
from index.text.words import read_words

_SHORTEST = 5  # shorter words have too many neighbours: "viel" is not "view"
_LONG = 8  # in longer words two typos are likelier than a different word
_NAME_RANK = 3000  # more frequent words never replace a misspelt name


class SpellingCorrector:
    """Spelling corrector that knows the words of one generation's articles."""

    def __init__(self, vocabulary: Mapping[str, int], english: WordWeights) -> None:
        """Take the counts of the articles' lower-case words, and the English frequency list."""
        self._english = english
        self._vocabulary = vocabulary
        self._stems = {stem(word) for word in vocabulary}
        self._by_first: dict[str, list[str]] = {}
        for word in vocabulary:
            self._by_first.setdefault(word[0], []).append(word)

    def correct(self, question: str) -> str:
        """Replace each word that neither English nor the articles know by the nearest word of the
        articles. The nearest word has the same first letter and is one edit away, or two edits in a
        word of at least eight letters (optimal string alignment: Damerau 1964). If no word is that
        near, keep the original."""
        corrected, position = [], 0
        for word in read_words(question):
            if word.start >= position and (better := self._better(word.surface, word.start > 0)):
                corrected += [question[position : word.start], better]
                position = word.start + len(word.surface)
        return "".join([*corrected, question[position:]])

    def _better(self, surface: str, inside: bool) -> str | None:
        word, apostrophe, ending = surface.partition("'" if "'" in surface else "’")
        if apostrophe and ending.lower() == "s":
            better = self._better(word, inside)
            return better and f"{better}{apostrophe}{ending}"
        word = surface.lower()
        if len(word) < _SHORTEST or not word.isalpha() or self._known(word):
            return None
        from rapidfuzz.distance import OSA  # imported here: most questions have no such word

        is_name = surface[0].isupper() and inside
        limit = 2 if len(word) >= _LONG else 1
        near = [
            (distance, -self._vocabulary[candidate], candidate)
            for candidate in self._by_first.get(word[0], ())
            if abs(len(candidate) - len(word)) <= limit
            and not (is_name and self._is_everyday(candidate))
            and (distance := OSA.distance(word, candidate, score_cutoff=limit)) <= limit
        ]
        if not near:
            return None
        best = min(near)[2]
        return best.capitalize() if is_name else best

    def _known(self, word: str) -> bool:
        return self._english.known(word) or self.in_articles(word)

    def in_articles(self, word: str) -> bool:
        """Return whether the articles have the lower-case word, or a form of it."""
        return word in self._vocabulary or stem(word) in self._stems

    def _is_everyday(self, word: str) -> bool:
        rank = self._english.rank(word)
        return rank is not None and rank < _NAME_RANK
