"""Text made to be slow to read: it must not delay the questions of others."""

import time
from collections.abc import Callable

import pytest

from bot.answering.citing.short_answer import fits
from bot.answering.question.answer_kind import AnswerKind, answer_kind
from bot.answering.question.follow_up import understand
from bot.answering.question.parts import questions_in
from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.ranking.pool import READ_WORDS
from bot.answering.text.context import leans_on_previous
from bot.answering.text.names import names_in
from bot.domain.models import Turn
from bot.wording.answers import escape_markdown
from index.text.sentences import split_sentences
from tests.bot.pools import pool_of

_MODEL = EvidenceModel.load()
_UNITS = (
    "1",
    "1.",
    "1,",
    "$1 ",
    "Nvidia OpenAI 5 ",
    "A.",
    "a",
    " ",
    "(",
    "that is there ",
    "’s",
    "-",
)
_READERS: dict[str, Callable[[str], object]] = {
    "reading a sentence": lambda text: pool_of(_MODEL, [text]),
    "names": names_in,
    "splitting": split_sentences,
    "markdown": escape_markdown,
    "context": leans_on_previous,
    "kind": lambda text: answer_kind(text[:2000]),
    "parts": lambda text: questions_in(text[:2000]),
    "follow-up": lambda text: understand("And he?", [Turn(question=text, answer=text)]),
    "short answer": lambda text: [fits(k, "What?", text) for k in AnswerKind],
}


@pytest.mark.parametrize("reader", _READERS)
def test_doubling_a_repetitive_text_does_not_multiply_its_time(reader: str) -> None:
    """Machines differ, so the test bounds a ratio: with quadratic time, eight times the text takes
    64 times as long. Times under 0.1 s are too short to measure and to matter."""
    read = _READERS[reader]
    read("warm up")
    for unit in _UNITS:
        short, long = (_fastest(read, unit * (size // len(unit))) for size in (5_000, 40_000))
        assert long < max(24 * short, 0.1), (unit, short, long)


def _fastest(read: Callable[[str], object], text: str) -> float:
    times = []
    for _ in range(2):
        started = time.perf_counter()
        read(text)
        times.append(time.perf_counter() - started)
    return min(times)


def test_a_sentence_without_end_holds_up_no_one() -> None:
    """Only the first READ_WORDS words of a sentence are read."""
    pool = pool_of(_MODEL, ["Nvidia OpenAI 5 " * 10_000, "Nvidia leads."])
    assert pool.told.lengths.tolist() == [READ_WORDS, 2]
    assert len(pool.sentences.words) == len(pool.sentences.gaps) == READ_WORDS + 2
