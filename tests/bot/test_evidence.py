"""Ranking what was found in an index: nothing is read of a text, and words are read once."""

import pytest

from bot.answering import evidence
from bot.answering.analysis import QuestionAnalysis
from bot.answering.evidence import EvidenceRanker
from bot.answering.evidence_model import EvidenceModel
from bot.answering.ranking import GivenArticle, SentenceRanker
from index.build import build_index
from index.encoder import Encoder
from index.generations import Generation, open_current
from index.search import Searcher, SentenceHit
from tests.conftest import Silent

_ARTICLES = {
    "harbour": "The harbour opened in May. Its mayor, Ann Bell, welcomed the ships. It cost $3 bn.",
    "market": "The market pays $5 for fish. Prices didn't rise in July. The mayor bought none.",
}
_QUESTION = "How much did the harbour cost the mayor?"


@pytest.fixture(scope="module")
def generation(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Generation:
    articles, index = (tmp_path_factory.mktemp(name) for name in ("articles", "index"))
    for name, text in _ARTICLES.items():
        (articles / f"{name}.md").write_text(f"---\ntitle: The {name}\n---\n{text}")
    build_index([articles], index, encoder, Silent())
    return open_current(index)


@pytest.fixture
def hits(generation: Generation, encoder: Encoder) -> list[SentenceHit]:
    vector = encoder.encode_queries([_QUESTION])[0]
    return Searcher().search_sentences(generation, _QUESTION, vector, 40)


@pytest.fixture(scope="module")
def model() -> EvidenceModel:
    return EvidenceModel.load()


@pytest.fixture
def question(model: EvidenceModel) -> QuestionAnalysis:
    return model.question(_QUESTION)


def test_sentences_rank_as_they_do_where_they_are_given(
    generation: Generation,
    hits: list[SentenceHit],
    encoder: Encoder,
    model: EvidenceModel,
    question: QuestionAnalysis,
) -> None:
    found = EvidenceRanker(model).rank(generation, question, hits)[0]
    texts = [
        GivenArticle(article.title, [s.text for s in generation.texts.sentences(rows)])
        for article in generation.texts.articles
        for rows in [range(article.first_sentence, article.end_sentence)]
    ]
    given = model.rank(question, SentenceRanker(encoder, model).pool(_QUESTION, texts)).scores
    assert len(found) == len(given) == 6
    for each in found:
        assert each.score == pytest.approx(given[each.hit.sentence.row], abs=1e-2)  # 16-bit vectors


def test_nothing_is_read_of_a_text(
    generation: Generation,
    hits: list[SentenceHit],
    model: EvidenceModel,
    question: QuestionAnalysis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generation.texts, "_texts", None)
    assert EvidenceRanker(model).rank(generation, question, hits)[0]


def test_no_hit_is_no_evidence(
    generation: Generation, model: EvidenceModel, question: QuestionAnalysis
) -> None:
    assert EvidenceRanker(model).rank(generation, question, []) == ([], 0.0)


def test_words_are_read_once_until_they_are_too_many(
    generation: Generation,
    hits: list[SentenceHit],
    model: EvidenceModel,
    question: QuestionAnalysis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ranker = EvidenceRanker(model)
    first = ranker.rank(generation, question, hits)
    lexicon = ranker._lexicon
    assert lexicon is not None
    known = lexicon.read_words
    assert 0 < known <= len(generation.tokens.words)
    assert ranker.rank(generation, question, hits) == first
    assert (ranker._lexicon, lexicon.read_words) == (lexicon, known)
    monkeypatch.setattr(evidence, "_MOST_WORDS", known - 1)
    assert ranker.rank(generation, question, hits) == first
    assert ranker._lexicon is not lexicon
