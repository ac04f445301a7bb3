"""Drafts that a model writes: sentences, each with the evidence that it cites.

The request asks for JSON. Some models cannot be constrained to it. The parser therefore also reads
JSON with text around it, truncated JSON, and plain sentences with markers ("... [1][2]").
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

MOST_SENTENCES = 4  # per draft
MOST_CITED = 4  # per sentence; a citation of everything does not show what supports it
_MARKER = re.compile(r"(?<!\s)\s*+\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_NUMBER = re.compile(r"\d{1,3}")
_ENDED = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_WORD = re.compile(r"[^\W\d_]{2,}")


class DraftSentence(BaseModel):
    """One sentence of a draft; `evidence` are numbers of sentences that it was given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    # A constrained model must cite; from other models, sentences without citations are read, too.
    evidence: tuple[int, ...] = Field(json_schema_extra={"minItems": 1, "maxItems": MOST_CITED})

    @field_validator("text")
    @classmethod
    def _plain(cls, text: str) -> str:
        """Put the text on one line, remove its citation markers and undo its HTML escapes."""
        return " ".join(html.unescape(_MARKER.sub("", text)).split())

    @property
    def is_whole(self) -> bool:
        """Completeness of the sentence: it has ended, and contains a word besides names. A
        truncated sentence might have continued differently. A bare name gets its meaning from the
        question, which the evidence need not support."""
        beside = self.text
        for name in reversed(names_in(self.text)):
            beside = beside[: name.start] + beside[name.end :]
        return bool(_ENDED.search(self.text) and _WORD.search(beside))

    @field_validator("evidence", mode="before")
    @classmethod
    def _numbers(cls, given: object) -> object:
        """Read each cited number once. Models write 1, "1", "[1]" and "1, 2"."""
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
    """Incremental reader of a draft that is still being written."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    def feed(self, piece: str) -> list[DraftSentence]:
        """Add a piece and return the sentences that it completes. A sentence is complete once the
        next one has begun."""
        self._text += piece
        # Without a brace no sentence can become complete, and parsing costs time.
        return self._new(_partial(self._text)[:-1]) if "}" in piece or "{" in piece else []

    def finish(self) -> tuple[Draft, list[DraftSentence]]:
        """Return the whole draft, and its sentences that `feed` has not returned. Raises
        GenerationError if the text is not a draft."""
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
    """Parse a whole draft. Raises GenerationError if the text contains nothing like a draft."""
    found = read_json(text)
    if isinstance(found, dict) and isinstance(found.get("sentences"), list):
        sentences = _sentences(found["sentences"])
        answerable = found.get("answerable") is not False
        return Draft(answerable=answerable, sentences=tuple(sentences))
    if isinstance(found, list) and (sentences := _sentences(found)):
        return Draft(answerable=True, sentences=tuple(sentences))
    if "{" not in text and (sentences := _marked(text)):
        return Draft(answerable=True, sentences=tuple(sentences))
    raise GenerationError(Trouble.GARBLED, "its output is not a draft")


def _partial(text: str) -> list[Any]:
    """Return the raw sentences of a JSON object that may be incomplete."""
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
    """Validate the items, at most four; skip those that are not sentences."""
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
    """Split plain text into sentences with their citation markers. Return none if no sentence has a
    marker."""
    text = " ".join(_MARKER.sub(lambda found: f" [{found[1]}]", text).split())
    # Markers move before the full stop: after it, they would open the next sentence.
    text = re.sub(r"([.!?])((?: \[[\d, ]+\])+)", r"\2\1", text)
    pieces = [text[span.start : span.end] for span in split_sentences(text)]
    sentences = _sentences([{"text": p, "evidence": _MARKER.findall(p)} for p in pieces])
    return sentences if any(each.evidence for each in sentences) else []
