"""Features of many sentences at once: equal to those of each sentence alone, and to slow reference
implementations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.ranking.features import raw_features
from bot.answering.ranking.matches import QuestionMatches
from bot.answering.text.letters import TrigramIndex
from tests.bot.pools import pool_of

# These features depend on other sentences, on the position or on the passage.
_OF_OTHERS = {
    *("cover_rare", "cover_passage", "cover_before", "cover_after", "bm25_passage"),
    *("cover_particular_anywhere", "missing_name", "other_name", "position", "first", "last"),
}
_WORDS = (
    "Acme Brook's the of in Ohio, and was not 3 $5 2019 May Monday paid pays paying because didn't "
    "CEO who led first - “plant” percent Dr. Ann Bell"
).split()
_SENTENCE = st.lists(st.sampled_from(_WORDS), max_size=9).map(" ".join)
_QUESTIONS = st.sampled_from(
    [
        *("When did Acme's first CEO pay Brook $5?", "How much was not paid in Ohio?"),
        *(
            "Who led Acme in May 2019?",
            "Where did Ann Bell payed?",
            "Why?",
            "",
            "the plant of Acme",
        ),
    ]
)


@pytest.fixture(scope="module")
def model() -> EvidenceModel:
    return EvidenceModel.load()


def features_of(model: EvidenceModel, question: str, *sentences: str) -> dict[str, np.ndarray]:
    return raw_features(QuestionMatches(model.question(question), pool_of(model, sentences)))


@settings(deadline=None)
@given(_QUESTIONS, st.lists(_SENTENCE, min_size=1, max_size=5))
def test_no_sentence_changes_what_another_has(
    model: EvidenceModel, question: str, sentences: list[str]
) -> None:
    together = features_of(model, question, *sentences)
    for place, sentence in enumerate(sentences):
        alone = features_of(model, question, sentence)
        for name in together.keys() - _OF_OTHERS:
            assert together[name][place] == pytest.approx(alone[name][0], abs=1e-12), name


@settings(deadline=None)
@given(_QUESTIONS, _SENTENCE)
def test_the_longest_run_is_the_longest_that_both_have(
    model: EvidenceModel, question: str, sentence: str
) -> None:
    asked = model.question(question).stems
    told = model.question(sentence).stems
    runs = {tuple(asked[i:j]) for i in range(len(asked)) for j in range(i + 1, len(asked) + 1)}
    of_told = {tuple(told[i:j]) for i in range(len(told)) for j in range(i + 1, len(told) + 1)}
    longest = max(map(len, runs & of_told), default=0)
    [found] = features_of(model, question, sentence)["longest_run"]
    assert found * max(len(asked), 1) == pytest.approx(longest)


@settings(deadline=None)
@given(st.lists(st.text("abc", max_size=7), min_size=1), st.lists(st.text("abcd", max_size=7)))
def test_words_are_as_alike_as_their_trigrams(strings: list[str], words: list[str]) -> None:
    letters = TrigramIndex()
    alike = letters.alike(np.array([letters.number(each) for each in strings]), words)
    assert alike.shape == (len(strings), len(words))

    def trigrams(word: str) -> set[str]:
        marked = f"^{word}$"
        return {marked[i : i + 3] for i in range(len(marked) - 2)} if len(word) > 3 else set()

    for string, row in zip(strings, alike.tolist(), strict=True):
        for word, found in zip(words, row, strict=True):
            here, there = trigrams(string), trigrams(word)
            both = len(here) + len(there)
            assert found == pytest.approx(2 * len(here & there) / both if both else 0.0)


def test_strings_keep_their_numbers_however_many_there_are() -> None:
    letters = TrigramIndex()
    numbers = [letters.number(f"string{number}") for number in range(30_000)]
    assert numbers == list(range(1, 30_001))
    assert letters.number("string29999") == 30_000
    assert letters.known("string30000") == -1
    assert letters.alike(np.array([1, 30_000]), ["string29999"])[1, 0] == 1.0


@pytest.mark.parametrize(
    ("question", "sentence", "feature", "value"),
    [
        ("Who leads Acme?", "Acme is led by Ann Bell and Dr Joe of Tarn.", "new_names", 3),
        ("Who leads Acme?", "The plant is led by acme.", "new_names", 0),
        ("Who leads Acme?", "However, in Tarn they voted.", "new_names", 1),
        ("Who leads Acme?", "Ann Bell leads.", "type_fits", 1),
        ("Who leads Acme?", "Tarn leads.", "type_fits", 0.5),
        ("Who leads Acme?", "Acme leads.", "type_fits", -1),
        ("Where is Acme?", "It is in the Ohio of old, Tarn said.", "new_places", 2),
        ("Where is Acme?", "It is in old Ohio.", "new_places", 0),
        ("When was Acme sold?", "In May 2019, 3 years ago.", "new_dates", 3),
        ("When was Acme sold in 2019?", "In 2019.", "new_dates", 0),
        ("How many are 5?", "They are 6.", "other_number", 1),
        ("How many are 5?", "They are 5, not 6.", "other_number", 0),
        ("What did Acme pay?", "It didn't.", "negated", 1),
        ("What did Acme pay?", "She said so.", "points_back", 1),
        ("What was the first deal?", "It was the last deal.", "missing_superlative", 1),
        ("Who signed the agreement?", "They signed agreements.", "cover", 1),
        ("Who signed the agrement?", "They signed agreements.", "cover", 0.5),
    ],
)
def test_what_a_sentence_has(
    model: EvidenceModel, question: str, sentence: str, feature: str, value: float
) -> None:
    [found] = features_of(model, question, sentence)[feature]
    assert found == (pytest.approx(value, abs=0.15) if feature == "cover" else value)
