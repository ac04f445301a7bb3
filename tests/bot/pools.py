"""Pools of sentences without an index and without vectors."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from bot.answering.judge.judge import Judge
from bot.answering.judge.model import load_judge
from bot.answering.ranking.evidence_model import EvidenceModel, Ranking
from bot.answering.ranking.given_sentences import GivenArticle, judge_given
from bot.answering.ranking.lexicon import Lexicon
from bot.answering.ranking.pool import Places, Pool
from index.text.tokens import WordNumbers, read_tokens

JUDGE = Judge(load_judge())


def pool_of(
    model: EvidenceModel, sentences: Sequence[str], title: str = "", dense: float = 0.4
) -> Pool:
    """Build a pool from the sentences of one article. All are in one passage and equally similar to
    the question, by `dense`."""
    numbers, count, rows = WordNumbers(), len(sentences), np.arange(len(sentences))
    texts, titles = read_tokens(numbers, sentences), read_tokens(numbers, [title])
    none, near = np.zeros(count, np.int64), np.full(count, dense)
    places = Places(
        sentence=rows,
        before=rows - 1,
        after=np.append(rows[1:], -1),
        passage=none,
        passage_end=none + count,
        title=none,
        article=none,
        position=rows,
        count=none + count,
        dense=near,
        passage_dense=near,
    )
    return Pool.of(Lexicon(numbers.words, model.words), texts, titles, places)


def rank(model: EvidenceModel, question: str, sentences: Sequence[str], title: str = "") -> Ranking:
    """Rank the sentences of one article for a question, with the judge."""
    read = partial(judge_given, JUDGE, question, [GivenArticle(title, sentences)])
    return model.rank(model.question(question), pool_of(model, sentences, title), read)
