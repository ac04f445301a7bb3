"""What a model writes: sentences, each with the evidence that it says carries it.

The form is asked for as JSON. Of models that cannot be held to it much is understood all the same:
JSON with words around it, that breaks off, or plain sentences with markers ("... [1][2]").
"""

import html
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import from_json

from bot.answering.text.names import names_in
from bot.domain.models import Trouble
from bot.generation.errors import GenerationError
from bot.generation.loose_json import read_json
from index.text.sentences import split_sentences

MOST_SENTENCES = 4  # of a draft
MOST_CITED = 4  # by one sentence: who cites all there is tells nothing of what carries it
_MARKER = re.compile(r"(?<!\s)\s*+\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_NUMBER = re.compile(r"\d{1,3}")
_ENDED = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_WORD = re.compile(r"[^\W\d_]{2,}")


class DraftSentence(BaseModel):
    """One sentence of a draft; `evidence` are numbers of sentences that it was given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    # The model is held to it; of one that is not, what cites nothing is read all the same.
    evidence: tuple[int, ...] = Field(json_schema_extra={"minItems": 1, "maxItems": MOST_CITED})

    @field_validator("text")
    @classmethod
    def _plain(cls, text: str) -> str:
        """On one line, without the markers that the evidence tells, and as it was before it was
        escaped for the model."""
        return " ".join(html.unescape(_MARKER.sub("", text)).split())

    @property
    def is_whole(self) -> bool:
        """Whether it says something by itself. What breaks off might have gone on otherwise; what
        a name alone would say only its question tells, which the evidence need not bear out."""
        beside = self.text
        for name in reversed(names_in(self.text)):
            beside = beside[: name.start] + beside[name.end :]
        return bool(_ENDED.search(self.text) and _WORD.search(beside))

    @field_validator("evidence", mode="before")
    @classmethod
    def _numbers(cls, given: object) -> object:
        """Each once. Models write 1, "1", "[1]" and "1, 2"."""
        items = given if isinstance(given, list | tuple) else [given]
        numbers = [n for item in items for n in _NUMBER.findall(_written(item))]
        return tuple(dict.fromkeys(map(int, numbers)))


def _written(item: object) -> str:
    return f"{item:g}" if isinstance(item, float) else str(item)


class Draft(BaseModel):
    """`answerable` comes first, so that a stream tells it first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answerable: bool
    sentences: tuple[DraftSentence, ...] = Field(max_length=MOST_SENTENCES)


class DraftReader:
    """Reads a draft while it is being written."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    def feed(self, piece: str) -> list[DraftSentence]:
        """The sentences that this piece completes: those behind which another one has begun."""
        self._text += piece
        # Anything else than the end of an object completes nothing, and reading costs time.
        return self._new(_partial(self._text)[:-1]) if "}" in piece or "{" in piece else []

    def finish(self) -> tuple[Draft, list[DraftSentence]]:
        """The whole draft, and its sentences that were not given before. Raises GenerationError
        where it is none."""
        draft = read_draft(self._text)
        new = list(draft.sentences[self._given :])
        self._given = len(draft.sentences)
        return draft, new

    def _new(self, complete: list[Any]) -> list[DraftSentence]:
        sentences = _sentences(complete)
        new = sentences[self._given :]
        self._given = len(sentences)
        return new


def read_draft(text: str) -> Draft:
    """Raises GenerationError where there is nothing that could be a draft."""
    found = read_json(text)
    if isinstance(found, dict) and isinstance(found.get("sentences"), list):
        sentences = _sentences(found["sentences"])
        answerable = found.get("answerable") is not False
        return Draft(answerable=answerable, sentences=tuple(sentences))
    if isinstance(found, list) and (sentences := _sentences(found)):
        return Draft(answerable=True, sentences=tuple(sentences))
    if "{" not in text and (sentences := _marked(text)):
        return Draft(answerable=True, sentences=tuple(sentences))
    raise GenerationError(Trouble.GARBLED, "what it wrote is no draft")


def _partial(text: str) -> list[Any]:
    """The sentences of an object that has not ended."""
    begin = text.find("{")
    if begin < 0:
        return []
    try:
        found = from_json(text[begin:], allow_partial=True)
    except ValueError:
        return []
    sentences = found.get("sentences") if isinstance(found, dict) else None
    return sentences if isinstance(sentences, list) else []


def _sentences(items: list[Any]) -> list[DraftSentence]:
    """Those that are some; one that is none is left out, not all."""
    sentences: list[DraftSentence] = []
    for item in items[:MOST_SENTENCES]:
        try:
            sentence = DraftSentence.model_validate(item)
        except ValidationError:
            continue
        if sentence.text:
            sentences.append(sentence)
    return sentences


def _marked(text: str) -> list[DraftSentence]:
    """Plain sentences that end in their markers; none where nothing has any."""
    text = " ".join(_MARKER.sub(lambda found: f" [{found[1]}]", text).split())
    # Before the full stop, not behind it: there a marker would open the next sentence.
    text = re.sub(r"([.!?])((?: \[[\d, ]+\])+)", r"\2\1", text)
    pieces = [text[span.start : span.end] for span in split_sentences(text)]
    sentences = _sentences([{"text": p, "evidence": _MARKER.findall(p)} for p in pieces])
    return sentences if any(each.evidence for each in sentences) else []
