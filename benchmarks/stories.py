"""Invented stories that did not teach the judge, as a set of the evaluation.

They lie with the training data, which the program does not import, so this module reads them.
"""

from bot.domain.models import Turn, Verdict
from bot.evaluation.datasets import OpenSet, Record, Stories
from bot.evaluation.questions import EvalClaim, EvalQuestion, GoldSpan
from training.judge.sets import story_questions
from training.stories import FOLDER, Story, StoryQuestion, read_stories


def held_out_stories() -> Stories:
    """Read the held-out stories, and the articles of all stories as the larger corpus."""
    asked = {name: open_set(name, story) for name, story in story_questions(held_out=True)}
    articles = [article for name, story in read_stories() for article in _articles(name, story)]
    return Stories(FOLDER, asked, articles)


def open_set(name: str, story: Story) -> OpenSet:
    """Turn a story into articles, questions and claims; `name` keeps its ids apart from others'."""
    questions = [_question(name, n, story, each) for n, each in enumerate(story.questions)]
    claims = [EvalClaim(claim=each.claim, label=each.label.value) for each in story.claims]
    return OpenSet(_articles(name, story), questions, claims)


def _articles(name: str, story: Story) -> list[Record]:
    return [
        {
            "id": f"{name}-{each.id}",
            "title": each.title,
            "source": each.source,
            "published": each.published,
            "text": " ".join(each.sentences),
        }
        for each in story.articles
    ]


def _question(name: str, number: int, story: Story, asked: StoryQuestion) -> EvalQuestion:
    return EvalQuestion(
        id=f"{name}-{number}",
        question=asked.question,
        kind=asked.kind.value,
        answerable=bool(asked.gold),
        history=tuple(Turn(question=turn.question, answer=turn.answer) for turn in asked.history),
        gold=tuple(_span(name, story, place) for place in asked.gold),
        short=asked.answer,
        verdict=Verdict(asked.verdict.value) if asked.verdict else None,
    )


def _span(name: str, story: Story, place: str) -> GoldSpan:
    """Find a sentence such as "b3" in the text of its article."""
    article = next(each for each in story.articles if each.id == place[0])
    start = sum(len(sentence) + 1 for sentence in article.sentences[: int(place[1:])])
    end = start + len(story.sentence(place))
    return GoldSpan(article_id=f"{name}-{article.id}", start=start, end=end)
