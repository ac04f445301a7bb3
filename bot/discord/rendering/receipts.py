"""Rendering of a receipt: how its answer was computed."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.answering.receipt import Receipt
from bot.discord.rendering.layout import Colour, brief, embeds, running
from bot.discord.rendering.quotes import marker
from bot.discord.text.escapes import escape
from bot.discord.text.pages import Block, Run
from bot.domain.models import Answer, Status
from bot.wording.confidence import confidence_line
from bot.wording.measures import outcome_words, percent, took
from prompts import text

_BEST = 8  # sentences shown in a receipt


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence with its scores. `number` is the number of its citation, None if it is not
    cited."""

    text: str
    title: str
    number: int | None
    score: float
    fused: float
    dense: float
    lexical: float


def ranked_sentences(receipt: Receipt) -> tuple[RankedSentence, ...]:
    """Return the eight best sentences of an answer, as its receipt shows them."""
    answer = receipt.answer
    numbers = {(cited.article_id, cited.start): cited.number for cited in answer.citations}
    return tuple(
        RankedSentence(
            text=evidence.hit.sentence.text,
            title=evidence.hit.sentence.article.title or evidence.hit.sentence.article.id,
            number=numbers.get((evidence.hit.sentence.article.id, evidence.hit.sentence.start)),
            score=evidence.score,
            fused=evidence.hit.score,
            dense=evidence.hit.dense,
            lexical=evidence.hit.lexical,
        )
        for evidence in receipt.ranked[:_BEST]
    )


def receipt_pages(
    receipt_id: str,
    answer: Answer,
    ranked: Sequence[RankedSentence] = (),
    *,
    operating_point: str = "",
    note: str = "",
) -> tuple[discord.Embed, ...]:
    """Render a receipt as pages. `operating_point` is the confidence threshold for answering, in
    words. `note` is a remark on this receipt, for example that its generation is gone."""
    facts = [
        (text("lists.why_asked"), answer.question),
        (text("answers.understood"), answer.understood_as or answer.question),
        (text("lists.why_outcome"), _outcome(answer)),
        (text("lists.why_abstention"), operating_point),
        (text("lists.why_generation"), answer.generation),
        (text("lists.why_note"), note),
    ]
    blocks = [running(fact, label=label) for label, fact in facts if fact.strip()]
    return embeds(
        [*blocks, *(_ranked(rank, sentence) for rank, sentence in enumerate(ranked, start=1))],
        Colour.SOURCES,
        title=text("lists.why_title"),
        footer=(text("lists.why_receipt", reference=receipt_id), took(answer.elapsed_ms)),
    )


def _outcome(answer: Answer) -> str:
    """Name the outcome with the confidence, which has a word only if it is that of an answer."""
    abstained = answer.status is Status.ABSTAINED
    confidence = (percent if abstained else confidence_line)(answer.confidence)
    return f"{outcome_words(answer.status)} · {confidence}"


def _ranked(rank: int, sentence: RankedSentence) -> Block:
    said = [f"**{rank}**", text("lists.why_score", score=sentence.score)]
    if sentence.number is not None:
        said.append(text("lists.why_cited", number=marker(sentence.number)))
    scores = text(
        "lists.why_scores", fused=sentence.fused, dense=sentence.dense, lexical=sentence.lexical
    )
    return Block(
        (Run(escape(sentence.text)),),
        prefix="> ",
        head=" · ".join(said),
        tail=f"-# {scores} · {brief(sentence.title, 120)}",
    )
