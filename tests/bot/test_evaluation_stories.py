"""The held-out stories as questions, claims and articles."""

import pytest

from benchmarks.stories import held_out_stories, open_set
from bot.domain.models import Verdict
from bot.evaluation.datasets import Stories
from training.stories import Story, read_stories


@pytest.fixture(scope="module")
def stories() -> Stories:
    return held_out_stories()


@pytest.fixture(scope="module")
def story() -> Story:
    return next(story for name, story in read_stories() if name == "people-4")


def test_gold_is_the_sentence_of_the_story(story: Story) -> None:
    found = open_set("people-4", story)
    texts = {article["id"]: article["text"] for article in found.articles}
    for asked, question in zip(story.questions, found.questions, strict=True):
        sentences = [texts[span.article_id][span.start : span.end] for span in question.gold]
        assert sentences == [story.sentence(place) for place in asked.gold]
        assert question.answerable == bool(asked.gold)


def test_a_question_keeps_what_is_right(story: Story) -> None:
    found = open_set("people-4", story).questions
    verdicts = [question.verdict for question in found if question.kind == "yes-no"]
    assert set(verdicts) == {Verdict.YES, Verdict.NO}
    assert {question.short for question in found if not question.answerable} == {None}
    assert all(question.history for question in found if question.kind == "follow-up")


def test_ids_are_unique_and_the_corpus_holds_every_story(stories: Stories) -> None:
    ids = [question.id for each in stories.asked.values() for question in each.questions]
    articles = [article["id"] for article in stories.articles]
    assert len(stories.asked) == 13
    assert len(set(ids)) == len(ids)
    assert len(set(articles)) == len(articles)
    for each in stories.asked.values():
        assert all(article in stories.articles for article in each.articles)
        assert {claim.label for claim in each.claims} <= {"supported", "contradicted", "not_found"}
