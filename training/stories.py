"""Invented stories with the questions and claims that people would type about them.

    python -m training.stories FILE ...      check story files

A story teaches what annotated encyclopaedia paragraphs don't: sloppy, reworded and trick questions
about a few news articles. Every story is our own text. `training/stories/README.md` documents the
format.
"""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FOLDER = Path(__file__).parent / "stories"


class Kind(StrEnum):
    """Form of a question, and whether the story answers it."""

    DIRECT = "direct"
    CASUAL = "casual"
    REWORDED = "reworded"
    KEYWORDS = "keywords"
    WHO_IS = "who-is"
    YES_NO = "yes-no"
    FOLLOW_UP = "follow-up"
    NEAR_MISS = "near-miss"
    FALSE_PREMISE = "false-premise"
    OFF_TOPIC = "off-topic"


UNANSWERABLE = {Kind.NEAR_MISS, Kind.FALSE_PREMISE, Kind.OFF_TOPIC}


class Label(StrEnum):
    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_FOUND = "not_found"


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoryArticle(_Record):
    """Article with its sentences in order."""

    id: str = Field(pattern="^[a-z]$")
    title: str
    source: str
    published: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    sentences: tuple[str, ...] = Field(min_length=4)


class StoryTurn(_Record):
    question: str
    answer: str


class StoryQuestion(_Record):
    """Question about a story. `gold` names every sentence that answers it, `answer` is part of the
    first of them, and `near` names sentences that tempt to a wrong answer."""

    kind: Kind
    question: str
    gold: tuple[str, ...] = ()
    answer: str | None = None
    near: tuple[str, ...] = ()
    verdict: Verdict | None = None
    history: tuple[StoryTurn, ...] = ()
    standalone: str = ""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind in UNANSWERABLE) == bool(self.gold):
            raise ValueError(f"{self.kind}: {self.question!r} has the wrong gold {self.gold}")
        if self.answer is not None and not self.gold:
            raise ValueError(f"{self.question!r} has an answer and no gold sentence")
        if (self.kind is Kind.FOLLOW_UP) != bool(self.history and self.standalone):
            raise ValueError(f"{self.question!r}: follow-ups need history and standalone")
        if (self.kind is Kind.YES_NO) != (self.verdict is not None):
            raise ValueError(f"{self.question!r}: yes-no questions need a verdict, others none")
        return self


class StoryClaim(_Record):
    """Claim about a story. `gold` names the sentences that support or contradict it, each by
    itself."""

    claim: str
    label: Label
    gold: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_gold(self) -> Self:
        if (self.label is Label.NOT_FOUND) == bool(self.gold):
            raise ValueError(f"{self.label}: {self.claim!r} has the wrong gold {self.gold}")
        return self


class Story(_Record):
    """Few articles about one subject, with questions and claims."""

    title: str
    articles: tuple[StoryArticle, ...] = Field(min_length=1, max_length=4)
    questions: tuple[StoryQuestion, ...]
    claims: tuple[StoryClaim, ...]

    @model_validator(mode="after")
    def _points_at_sentences(self) -> Self:
        for each in self.questions:
            for place in (*each.gold, *each.near):
                self.sentence(place)
            if each.answer is not None and each.answer not in self.sentence(each.gold[0]):
                raise ValueError(f"{each.answer!r} is not in {self.sentence(each.gold[0])!r}")
        for claim in self.claims:
            for place in claim.gold:
                self.sentence(place)
        return self

    def sentence(self, place: str) -> str:
        """Return the sentence at a place such as "b3": article b, its fourth sentence. Raises
        ValueError if there is none."""
        article = next((each for each in self.articles if each.id == place[:1]), None)
        if article is None or not place[1:].isdigit() or int(place[1:]) >= len(article.sentences):
            raise ValueError(f"there is no sentence {place!r}")
        return article.sentences[int(place[1:])]


def read_stories(folder: Path = FOLDER) -> Iterator[tuple[str, Story]]:
    """Yield every story with the name of its file, in the order of names."""
    for path in sorted(folder.glob("*.json")):
        yield path.stem, Story.model_validate_json(path.read_bytes())


def main() -> int:
    """Check the files that the command line names; print one line a file."""
    failed = False
    for name in sys.argv[1:]:
        try:
            story = Story.model_validate(json.loads(Path(name).read_text("utf-8")))
        except (OSError, ValueError, ValidationError) as error:
            failed = True
            print(f"{name}: {error}")
            continue
        print(f"{name}: {len(story.questions)} questions, {len(story.claims)} claims")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
