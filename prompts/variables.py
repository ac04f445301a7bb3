"""What can be filled into texts, with its type."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0, examples=[1_200], description="how many")]
Id = Annotated[str, Field(examples=["7qkx3mzr5avd"], description="what names it")]
Time = Annotated[str, Field(examples=["40 seconds"], description="how long, in words")]


class Variables(BaseModel):
    """Those of one text; most have none. Every field has an example, which shows how the text
    will look."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def example(cls) -> Self:
        """With the examples as values."""
        fields = cls.model_fields.items()
        return cls(**{name: (field.examples or [None])[0] for name, field in fields})


class Waiting(Variables):
    before: int = Field(gt=0, examples=[1_200], description="how many questions come first")


class Counted(Variables):
    count: Count


class TooMuch(Variables):
    count: Count
    most: int = Field(ge=0, examples=[1_000], description="how many are taken")


class Character(Variables):
    code: str = Field(examples=["U+0007"], description="the character, as Unicode numbers it")


class Later(Variables):
    wait: Time


class Limited(Variables):
    limit: str = Field(examples=["10 requests a minute"], description="measures.limit")
    wait: Time


class Limit(Variables):
    requests: str = Field(examples=["10 requests"], description="how many, in words")
    time: str = Field(examples=["a minute"], description="measures.every_*, or a time in words")


class Reference(Variables):
    reference: Id


class Channels(Variables):
    channels: str = Field(examples=["#news #deals"], description="their names, which lead there")


class Lacking(Variables):
    channel: str = Field(examples=["#news"], description="its name, which leads there")
    permissions: str = Field(examples=["Embed Links"], description="as Discord calls them")


class Likely(Variables):
    likelihood: str = Field(examples=["82%"], description="measures.share")


class Share(Variables):
    share: float = Field(ge=0, le=1, examples=[0.82], description="of 1")


class Day(Variables):
    date: datetime = Field(examples=[datetime(2031, 2, 3)], description="when it was published")


class Took(Variables):
    milliseconds: float = Field(ge=0, examples=[12.4], description="how long it took")


class Generation(Variables):
    generation: Id


class Page(Variables):
    page: int = Field(gt=0, examples=[2], description="which it is")
    pages: int = Field(gt=0, examples=[3], description="how many there are")


class Score(Variables):
    score: float = Field(examples=[0.913], description="how well a sentence answers")


class Scores(Variables):
    fused: float = Field(examples=[0.512], description="what the search gave it")
    dense: float = Field(examples=[0.614], description="by what it means")
    lexical: float = Field(examples=[0.307], description="by its words")


class Cited(Variables):
    number: str = Field(examples=["[1]"], description="the number of a citation")


class Kept(Variables):
    answers: str = Field(examples=["12 answers"], description="measures.answers")
    votes: str = Field(examples=["1 vote"], description="measures.votes")


class Supported(Variables):
    supported: Count
    sentences: str = Field(examples=["1,300 sentences"], description="measures.sentences")


class Quoted(Variables):
    words: str = Field(examples=["two boats"], description="of a text, or as typed")


class Claimed(Variables):
    claimed: str = Field(examples=["“two boats”"], description="checks.quoted, of the text")


class Told(Variables):
    told: str = Field(examples=["“reportedly”"], description="checks.quoted, of the article")


class Both(Claimed, Told):
    pass


class Lacked(Variables):
    lacking: str = Field(examples=["Acme or 2031"], description="of the question's, one or two")


class OperatingPoint(Variables):
    threshold: float = Field(examples=[0.28], description="the least confidence that is enough")
    questions: Count
    answered_unanswerable: float = Field(examples=[0.02], description="a share of 1")
    refused_answerable: float = Field(examples=[0.11], description="a share of 1")


class Made(Generation):
    created: str = Field(examples=["2031-02-03T04:05:06Z"], description="when, in ISO 8601")


class Held(Variables):
    articles: str = Field(examples=["12 articles"], description="measures.articles")
    sentences: str = Field(examples=["1,300 sentences"], description="measures.sentences")


class Latencies(Variables):
    median: float = Field(examples=[12.4], description="milliseconds, of half the answers")
    slow: float = Field(examples=[230.0], description="milliseconds, of 19 in 20 answers")


class Degraded(Variables):
    part: str = Field(examples=["store"], description="of the bot")
    since: datetime = Field(examples=[datetime(2031, 2, 3, 4, 5, tzinfo=UTC)])


class Hello(Generation):
    articles: str = Field(examples=["12 articles"], description="measures.articles")


class Unknown(Variables):
    command: str = Field(examples=[":soruces"], description="what was typed")
    meant: str = Field(examples=[":sources"], description="the nearest that there is")


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
    sentences: int = Field(gt=0, examples=[4], description="how many the model may write")


class AnswerPrompt(Variables):
    evidence: str = Field(
        examples=['<sentence number="1" source="The Paper 2026-01-31">What it says.</sentence>'],
        description="the sentences that a model may use, one a line",
    )
    question: str = Field(examples=["Who invests?"], description="the question as understood")


class RewritePrompt(Variables):
    conversation: str = Field(
        examples=["<question>Who invests?</question>\n<answer>Nvidia does.</answer>"],
        description="the questions before and their answers, oldest first",
    )
    question: str = Field(examples=["And how much?"], description="the question as asked")


class Verified(Variables):
    verified: int = Field(gt=0, examples=[3], description="how many are carried by the articles")
    sentences: int = Field(gt=0, examples=[4], description="how many the model wrote")
