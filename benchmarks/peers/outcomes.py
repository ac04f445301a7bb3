"""Rule for whether a returned text contains a gold sentence, the same for a peer's chunk and our
sentence."""

from collections.abc import Callable, Iterable, Sequence

from benchmarks.peers.protocol import Passage
from bot.evaluation.outcomes import Outcome
from bot.evaluation.questions import EvalQuestion, GoldSpan

TextOf = Callable[[str], str]  # an article's text by its id


def outcome_of(question: EvalQuestion, passages: Sequence[Passage], text_of: TextOf) -> Outcome:
    """Return the ranks of the first text with a gold sentence and of the first gold article."""
    gold = [(span.article_id, _squeezed(_said(span, text_of))) for span in question.gold]
    articles = dict.fromkeys(passage.article_id for passage in passages)
    return Outcome(
        part=question.split or "final",
        answerable=question.answerable,
        score=passages[0].score if passages else float("-inf"),
        rank=_rank(_is_right(passage, gold) for passage in passages),
        article_rank=_rank(any(each == of for of, _ in gold) for each in articles),
    )


def holds(text: str, gold: str) -> bool:
    """Return whether the text contains the whole gold sentence, or at its border at least half of
    its characters. Both come without white space, which splitters change."""
    if gold in text:
        return True
    half = (len(gold) + 1) // 2
    return (text in gold and len(text) >= half) or any(
        text.endswith(gold[:shared]) or text.startswith(gold[-shared:])
        for shared in range(max(1, half), len(gold))
    )


def _is_right(passage: Passage, gold: Iterable[tuple[str, str]]) -> bool:
    text = _squeezed(passage.text)
    return any(passage.article_id == of and holds(text, said) for of, said in gold)


def _said(span: GoldSpan, text_of: TextOf) -> str:
    return text_of(span.article_id)[span.start : span.end]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _rank(right: Iterable[bool]) -> float:
    return next((float(rank) for rank, is_right in enumerate(right, 1) if is_right), float("inf"))
