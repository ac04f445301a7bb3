"""The variables of each text, with types, examples and descriptions."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0, examples=[1_200], description="how many")]
Id = Annotated[str, Field(examples=["7qkx3mzr5avd"], description="its id")]
Time = Annotated[str, Field(examples=["40 seconds"], description="a duration, in words")]


class Variables(BaseModel):
    """Variables of one text; most texts have none. Every field has an example, which shows how the
    text will look."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def example(cls) -> Self:
        """Build an instance from the example values."""
        fields = cls.model_fields.items()
        return cls(**{name: (field.examples or [None])[0] for name, field in fields})


class Waiting(Variables):
    before: int = Field(gt=0, examples=[1_200], description="number of questions ahead")


class Counted(Variables):
    count: Count


class TooMuch(Variables):
    count: Count
    most: int = Field(ge=0, examples=[1_000], description="the limit")


class Character(Variables):
    code: str = Field(examples=["U+0007"], description="Unicode code point of the character")


class RetryDelay(Variables):
    wait: Time


class Limited(Variables):
    limit: str = Field(examples=["10 requests a minute"], description="measures.limit")
    wait: Time


class Limit(Variables):
    requests: str = Field(examples=["10 requests"], description="number of requests, in words")
    time: str = Field(examples=["a minute"], description="measures.every_*, or a duration in words")


class Reference(Variables):
    reference: Id


class Channels(Variables):
    channels: str = Field(examples=["#news #deals"], description="links to the channels")


class MissingPermissions(Variables):
    channel: str = Field(examples=["#news"], description="link to the channel")
    permissions: str = Field(examples=["Embed Links"], description="their names on Discord")


class Likelihood(Variables):
    likelihood: str = Field(examples=["82%"], description="measures.share")


class Share(Variables):
    share: float = Field(ge=0, le=1, examples=[0.82], description="from 0 to 1")


class Day(Variables):
    date: datetime = Field(examples=[datetime(2031, 2, 3)], description="date of publication")


class Duration(Variables):
    milliseconds: float = Field(ge=0, examples=[12.4], description="duration in milliseconds")


class Generation(Variables):
    generation: Id


class Page(Variables):
    page: int = Field(gt=0, examples=[2], description="number of this page")
    pages: int = Field(gt=0, examples=[3], description="number of pages")


class Score(Variables):
    score: float = Field(examples=[0.913], description="how well a sentence answers the question")


class Scores(Variables):
    fused: float = Field(examples=[0.512], description="combined score of the search")
    dense: float = Field(examples=[0.614], description="score by meaning")
    lexical: float = Field(examples=[0.307], description="score by words")


class Cited(Variables):
    number: str = Field(examples=["[1]"], description="the number of a citation")


class StoredCounts(Variables):
    answers: str = Field(examples=["12 answers"], description="measures.answers")
    votes: str = Field(examples=["1 vote"], description="measures.votes")


class Supported(Variables):
    supported: Count
    sentences: str = Field(examples=["1,300 sentences"], description="measures.sentences")


class Quoted(Variables):
    words: str = Field(examples=["two boats"], description="words of a text, or as typed")


class TextWords(Variables):
    claimed: str = Field(
        examples=["“two boats”"], description="checks.quoted, with words of the text"
    )


class ArticleWords(Variables):
    told: str = Field(
        examples=["“reportedly”"], description="checks.quoted, with words of the article"
    )


class TextAndArticleWords(TextWords, ArticleWords):
    pass


class MissingWords(Variables):
    lacking: str = Field(examples=["Acme or 2031"], description="one or two words of the question")


class OperatingPoint(Variables):
    threshold: float = Field(examples=[0.28], description="lowest confidence of an answer")
    questions: Count
    answered_unanswerable: float = Field(examples=[0.02], description="a share of 1")
    refused_answerable: float = Field(examples=[0.11], description="a share of 1")


class GenerationCreated(Generation):
    created: str = Field(examples=["2031-02-03T04:05:06Z"], description="time in ISO 8601")


class IndexSize(Variables):
    articles: str = Field(examples=["12 articles"], description="measures.articles")
    sentences: str = Field(examples=["1,300 sentences"], description="measures.sentences")


class Latencies(Variables):
    median: float = Field(examples=[12.4], description="median, in milliseconds")
    slow: float = Field(examples=[230.0], description="95th percentile, in milliseconds")


class Degraded(Variables):
    part: str = Field(examples=["store"], description="part of the bot")
    since: datetime = Field(examples=[datetime(2031, 2, 3, 4, 5, tzinfo=UTC)])


class Hello(Generation):
    articles: str = Field(examples=["12 articles"], description="measures.articles")


class Unknown(Variables):
    command: str = Field(examples=[":soruces"], description="what was typed")
    meant: str = Field(examples=[":sources"], description="the most similar command")


class NoNumber(Variables):
    number: str = Field(examples=["7"], description="what was typed")
    there: str = Field(examples=["[1] to [3]"], description="repl.numbers, or [1]")


class Place(Variables):
    article: Id
    start: Count
    end: Count


class Outcome(Variables):
    confidence: str = Field(examples=["Confidence 82%"], description="answers.confidence")
    outcome: str = Field(examples=["answered"], description="lists.why_answered or _abstained")
    generation: str = Field(examples=["generation g1"], description="answers.generation")


class System(Variables):
    sentences: int = Field(gt=0, examples=[4], description="how many sentences the model may write")


class AnswerPrompt(Variables):
    evidence: str = Field(
        examples=['<sentence number="1" source="The Paper 2026-01-31">What it says.</sentence>'],
        description="sentences that a model may use, one per line",
    )
    question: str = Field(examples=["Who invests?"], description="the question as understood")


class RewritePrompt(Variables):
    conversation: str = Field(
        examples=["<question>Who invests?</question>\n<answer>Nvidia does.</answer>"],
        description="earlier questions and their answers, oldest first",
    )
    question: str = Field(examples=["And how much?"], description="the question as asked")


class Verified(Variables):
    verified: int = Field(gt=0, examples=[3], description="how many sentences the articles support")
    sentences: int = Field(gt=0, examples=[4], description="how many sentences the model wrote")
