"""The second reading: the best sentence is judged by itself, and the confidence follows."""

from functools import partial

import pytest

from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Window
from bot.answering.judge.model import load_judge
from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.ranking.given_sentences import GivenArticle, SentenceRanker
from bot.answering.ranking.second_reading import SecondReading, log_odds, read_alone
from bot.domain.models import RankRequest
from index.encoder.encoder import Encoder

_QUESTION = "How much did the ferry cost?"
_ANSWER = "The ferry cost 3 million dollars."
_OTHER = "The mayor welcomed the ships."


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load_judge())


@pytest.fixture(scope="module")
def second() -> SecondReading:
    return SecondReading.load()


def test_a_sentence_that_does_not_answer_by_itself_lowers_the_confidence(
    judge: Judge, second: SecondReading
) -> None:
    assert second.revised(judge, _QUESTION, _ANSWER, 0.5) == 0.5
    assert second.revised(judge, _QUESTION, _OTHER, 0.5) < 0.25


def test_the_confidence_never_rises(judge: Judge, second: SecondReading) -> None:
    for sentence in (_ANSWER, _OTHER):
        for first in (0.0, 0.2, 0.5, 0.8, 1.0):
            assert 0 <= second.revised(judge, _QUESTION, sentence, first) <= first


def test_neighbours_and_title_are_not_read(judge: Judge) -> None:
    window = Window("What the ferry cost", (_ANSWER, _OTHER), (1,))
    ((with_context,),) = judge.judge(Task.QUESTION, _QUESTION, [window])
    alone = read_alone(judge, _QUESTION, _OTHER)
    assert alone != with_context
    bare = window._replace(title="", sentences=(_OTHER,), candidates=(0,))
    assert [[alone]] == judge.judge(Task.QUESTION, _QUESTION, [bare])


def test_given_sentences_are_read_twice_too(
    encoder: Encoder, judge: Judge, second: SecondReading
) -> None:
    model = EvidenceModel.load()
    ranker = SentenceRanker(encoder, model, judge)
    request = RankRequest(id="r1", question=_QUESTION, sentences=(_OTHER, _ANSWER))
    articles = [GivenArticle("", request.sentences)]
    first = model.rank(
        model.question(_QUESTION),
        ranker.pool(_QUESTION, articles),
        partial(ranker.judged, _QUESTION, articles),
    ).confidence
    revised = second.revised(judge, _QUESTION, _ANSWER, first)
    assert ranker.rank(request).confidence == round(revised, 4)


def test_certain_probabilities_have_finite_log_odds() -> None:
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0))
    assert log_odds(0.5) == 0
