"""Insights as the command line prints them in JSON. Surfaces put them in words."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.domain.outcomes import Outcome


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(StrEnum):
    """Length of a period of time."""

    DAY = "day"
    WEEK = "week"


class Tally(_Part):
    """Number of questions by outcome. `asked` is their sum."""

    asked: int = 0
    answered: int = 0
    unsure: int = 0
    unanswered: int = 0


class Period(Tally):
    """Tally of a day or a week (UTC) that begins on `start`."""

    start: date


class QuestionGroup(Tally):
    """Questions of one meaning, under the most central of them."""

    question: str


class ArticleSentence(_Part):
    """Sentence of an article."""

    article_id: str
    title: str
    quote: str


class SentenceGroup(_Part):
    """Sentences of one meaning, under the most central of them, and the number of questions that
    have one of them as their best or closest sentence."""

    sentence: ArticleSentence
    times: int


class DislikedAnswer(_Part):
    """Answer that got thumbs down. `said` is its short answer or what a model wrote, "" if it has
    neither, and `sentences` are its quotes. `question` is None if its words are not kept or too few
    people asked it."""

    receipt: str
    question: str | None
    outcome: Outcome
    said: str
    sentences: tuple[ArticleSentence, ...]
    up: int
    down: int


class ArticleUse(_Part):
    """Article of the index, and the number of public answers that cite it."""

    article_id: str
    title: str
    source: str
    published: str
    cited: int


class Coverage(_Part):
    """Articles that are cited least, the fewest first, out of `held`. No answer cites
    `never_cited` of them."""

    held: int
    never_cited: int
    articles: tuple[ArticleUse, ...]


class Groups(_Part):
    """Groups made of the newest `considered` questions. Those that were asked privately
    (`whispered`) are in no group, and `wordless` of the others are kept without their words.

    A question is shown only if at least `people` different people asked it. `hidden` questions are
    not shown, and neither are `hidden_unanswered` of those without an answer."""

    considered: int
    whispered: int
    wordless: int
    people: int
    hidden: int
    hidden_unanswered: int
    unanswered: tuple[QuestionGroup, ...]
    most_asked: tuple[QuestionGroup, ...]
    unanswered_near: tuple[SentenceGroup, ...]
    most_given: tuple[SentenceGroup, ...]
    disliked: tuple[DislikedAnswer, ...]


class Insights(_Part):
    """Insights of one server, or of the whole bot if `server` is None. The totals and the coverage
    count all questions, the groups the newest."""

    server: int | None
    since: datetime
    until: datetime
    totals: Tally
    step: Step
    over_time: tuple[Period, ...]
    groups: Groups
    coverage: Coverage
