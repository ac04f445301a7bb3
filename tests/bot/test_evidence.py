"""Ranking of retrieved sentences: only the texts that the judge reads are loaded."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest

from bot.answering.judge.judge import Judge, Judgement
from bot.answering.judge.model import load_judge
from bot.answering.question.analysis import QuestionAnalysis
from bot.answering.ranking import evidence, evidence_model
from bot.answering.ranking.evidence import EvidenceRanker
from bot.answering.ranking.evidence_model import (
    MOST_JUDGED,
    EvidenceModel,
    Ranking,
    judged_places,
)
from bot.answering.ranking.given_sentences import (
    GivenArticle,
    SentenceRanker,
    _as_article,
)
from bot.answering.ranking.second_reading import SecondReading
from bot.domain.models import RankRequest, RankResult
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.generation import FileGeneration, open_current
from index.models import Span
from index.progress import NoProgress
from index.retrieval import Searcher, SentenceHit
from index.stores.text_store import StoredSentence

_ARTICLES = {
    "harbour": "The harbour opened in May. Its mayor, Ann Bell, welcomed the ships. It cost $3 bn.",
    "market": "The market pays $5 for fish. Prices didn't rise in July. The mayor bought none.",
}
# Long enough for several passages.
_ARTICLES["ferry"] = " ".join(
    f"Ferry {n} left quay {n % 5} with {n * 7} crates." for n in range(30)
)
_QUESTION = "How much did the harbour cost the mayor?"


@pytest.fixture(scope="module")
def generation(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> FileGeneration:
    articles, index = (tmp_path_factory.mktemp(name) for name in ("articles", "index"))
    for name, text in _ARTICLES.items():
        (articles / f"{name}.md").write_text(f"---\ntitle: The {name}\n---\n{text}")
    build_index([articles], index, encoder, NoProgress())
    return open_current(index)


@pytest.fixture
def hits(generation: FileGeneration, encoder: Encoder) -> list[SentenceHit]:
    vector = encoder.encode_queries([_QUESTION])[0]
    return Searcher().search_sentences(generation, _QUESTION, vector, 40)


@pytest.fixture(scope="module")
def model() -> EvidenceModel:
    return EvidenceModel.load()


@pytest.fixture
def question(model: EvidenceModel) -> QuestionAnalysis:
    return model.question(_QUESTION)


def test_sentences_rank_as_they_do_where_they_are_given(
    generation: FileGeneration,
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
    ranker = SentenceRanker(encoder, model)
    read = partial(ranker.judged, _QUESTION, texts)
    given = model.rank(question, ranker.pool(_QUESTION, texts), read).scores
    assert len(found) == len(given) == 36
    for each in found:
        assert each.score == pytest.approx(given[each.hit.sentence.row], abs=1e-2)  # 16-bit vectors


def test_only_what_the_judge_reads_is_read_of_a_text(
    generation: FileGeneration,
    hits: list[SentenceHit],
    model: EvidenceModel,
    question: QuestionAnalysis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []
    real = generation.texts.sentence

    def sentence(row: int) -> StoredSentence:
        read.append(row)
        return real(row)

    monkeypatch.setattr(generation.texts, "sentence", sentence)
    ranked, _ = EvidenceRanker(model).rank(generation, question, hits)
    judged = [each.hit.sentence.row for each in ranked if each.judged]
    assert 0 < len(judged) <= MOST_JUDGED < len(hits)
    assert set(read) <= {row - 1 for row in judged}


@pytest.mark.parametrize(
    ("candidates", "odds", "count"),
    [
        (23, [2.1], 5),
        (23, [0.0, 0.0, 0.0, 0.0, 2.1], 5),
        (23, [1.9], MOST_JUDGED),  # none of the first five clearly answers
        (7, [0.0], 7),
        (3, [0.0], 3),
    ],
)
def test_the_judge_reads_on_unless_a_candidate_clearly_answers(
    candidates: int, odds: list[float], count: int
) -> None:
    scores = np.arange(candidates, dtype=np.float64)  # the best candidate is the last one
    known = dict(zip(range(candidates)[::-1], odds, strict=False))
    asked: list[int] = []

    def read(chosen: Sequence[int]) -> list[Judgement]:
        asked.extend(chosen)
        return [Judgement(known.get(place, -5.0), 0.0, 0.0, None, 0.0) for place in chosen]

    chosen, judged = evidence_model._read_while_unsure(scores, read)
    assert asked == chosen.tolist() == judged_places(scores)[:count].tolist()
    assert len(judged) == count


def test_no_hit_is_no_evidence(
    generation: FileGeneration, model: EvidenceModel, question: QuestionAnalysis
) -> None:
    assert EvidenceRanker(model).rank(generation, question, []) == ([], 0.0)


def test_words_are_read_once_until_they_are_too_many(
    generation: FileGeneration,
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
    monkeypatch.setattr(evidence, "_MOST_WORDS", known)
    assert ranker.rank(generation, question, hits) == first
    assert ranker._lexicon is lexicon
    monkeypatch.setattr(evidence, "_MOST_WORDS", known - 1)
    assert ranker.rank(generation, question, hits) == first
    assert ranker._lexicon is not lexicon


def test_where_given_sentences_stand_is_where_an_index_has_them(
    generation: FileGeneration, hits: list[SentenceHit], encoder: Encoder, model: EvidenceModel
) -> None:
    found, pool = EvidenceRanker(model).pool(generation, hits)
    texts = generation.texts
    articles = [
        GivenArticle(article.title, [s.text for s in texts.sentences(rows)])
        for article in texts.articles
        for rows in [range(article.first_sentence, article.end_sentence)]
    ]
    given = SentenceRanker(encoder, model).pool(_QUESTION, articles).places
    rows = [each.hit.sentence.row for each in found]
    assert len(set(given.passage.tolist())) > len(articles)
    for name in ("sentence", "before", "after", "passage", "passage_end", "position", "count"):
        assert getattr(pool.places, name).tolist() == getattr(given, name)[rows].tolist(), name
    titles = [articles[number].title for number in given.article[rows]]
    assert titles == [each.hit.sentence.article.title for each in found]


def test_sentences_of_one_score_stay_in_their_order(
    generation: FileGeneration,
    hits: list[SentenceHit],
    model: EvidenceModel,
    question: QuestionAnalysis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    undecided = Ranking(np.zeros(len(hits)), 0.5, {})
    monkeypatch.setattr(model, "rank", lambda question, pool, read: undecided)
    ranked, _ = EvidenceRanker(model).rank(generation, question, hits)
    assert [each.hit for each in ranked] == hits


def test_given_sentences_are_scored_and_the_best_is_trusted(
    encoder: Encoder, model: EvidenceModel
) -> None:
    ranker = SentenceRanker(encoder, model)
    sentences = ("The harbour cost $3 bn.", "Its mayor welcomed the ships.")
    request = RankRequest(id="r1", question=_QUESTION, title="Harbour", sentences=sentences)
    pool = ranker.pool(_QUESTION, [GivenArticle("Harbour", sentences)])
    read = partial(ranker.judged, _QUESTION, [GivenArticle("Harbour", sentences)])
    expected = model.rank(model.question(_QUESTION), pool, read)
    result = ranker.rank(request)
    assert result.id == "r1"
    assert result.scores == tuple(round(float(score), 5) for score in expected.scores)
    best = sentences[int(np.argmax(expected.scores))]
    revised = SecondReading.load().revised(
        Judge(load_judge()), _QUESTION, best, expected.confidence
    )
    assert result.confidence == round(revised, 4)
    none = ranker.rank(request.model_copy(update={"sentences": ()}))
    assert none == RankResult(id="r1")


def test_given_sentences_are_parted_by_one_character() -> None:
    assert _as_article(["Fog.", "", "It sank."]) == [Span(0, 4), Span(5, 5), Span(6, 14)]
