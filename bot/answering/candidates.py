"""The candidate sentences for a question: what a search found, without what states nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bot.answering.question.follow_up import Understood
from index.generations.reader import Generation, TextStore
from index.models import NOT_EVIDENCE, BlockKind
from index.period import NOW, Period
from index.retrieval import Searcher, SentenceHit
from index.stores.text_store import StoredSentence

_RETRIEVED = 40  # sentences per question; the evidence is chosen from them
_ANSWER_REACH = 3  # sentences after a question in which its answer begins


def retrieve(
    searcher: Searcher,
    generation: Generation,
    understood: Understood,
    vector: NDArray[np.float32],
    period: Period = NOW,
) -> list[SentenceHit]:
    """Retrieve the sentences that evidence is chosen from. Answering and training both call this.
    Only articles that `period` admits are searched. Sentences that state nothing are left out. The
    answer to a question of an article takes the place of the question."""
    hits = searcher.search_sentences(generation, understood.text, vector, _RETRIEVED, period)
    best: dict[int, SentenceHit] = {}
    for hit in _stating(generation.texts, hits):
        known = best.get(hit.sentence.row)
        if known is None or hit.score > known.score:
            best[hit.sentence.row] = hit
    return sorted(best.values(), key=lambda hit: -hit.score)


def _stating(texts: TextStore, hits: Sequence[SentenceHit]) -> Iterator[SentenceHit]:
    kinds = texts.kinds([hit.sentence.row for hit in hits])
    for hit, kind in zip(hits, kinds, strict=True):
        if kind is BlockKind.QUESTION:
            if (answer := answer_after(texts, hit.sentence)) is not None:
                yield replace(hit, sentence=answer)
        elif states_something(hit.sentence, kind):
            yield hit


def states_something(sentence: StoredSentence, kind: BlockKind) -> bool:
    """Return whether the sentence states something that still holds. A heading or the line above a
    list only names a topic."""
    return kind not in NOT_EVIDENCE and not sentence.text.rstrip("\"'”’)").endswith((":", "?"))


def answer_after(texts: TextStore, question: StoredSentence) -> StoredSentence | None:
    """Find the sentence in which the answer to a question of an article begins: the first one after
    it that states something. None if other questions or headings follow."""
    end = min(question.article.end_sentence, question.row + 1 + _ANSWER_REACH)
    rows = range(question.row + 1, end)
    for sentence, kind in zip(texts.sentences(rows), texts.kinds(rows), strict=True):
        if states_something(sentence, kind):
            return sentence
        if kind is BlockKind.HEADING:
            return None
    return None
