"""The receipt of an answer: how it came about."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.answering.pipeline import Receipt
from bot.discord.escaping import escape
from bot.discord.paging import Block, Run
from bot.discord.rendering.layout import Colour, brief, embeds, running
from bot.discord.rendering.quoting import marker
from bot.discord.wording import how_sure
from bot.models import Answer

_BEST = 8  # sentences that a receipt shows


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence with what it scored; `number` is that of its citation, if it was cited."""

    text: str
    title: str
    number: int | None
    score: float
    fused: float
    dense: float
    lexical: float


def ranked_sentences(receipt: Receipt) -> tuple[RankedSentence, ...]:
    """The best sentences of an answer, as its receipt shows them."""
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
    """`operating_point` is from which confidence on was answered, in words; `note` what is to be
    known of this receipt, such as that its generation is gone."""
    facts = [
        ("Asked", answer.question),
        ("Understood as", answer.understood_as or answer.question),
        ("Outcome", f"{answer.status} · {how_sure(answer.confidence)}"),
        ("Abstention", operating_point),
        ("Generation", answer.generation),
        ("Note", note),
    ]
    blocks = [running(fact, label=label) for label, fact in facts if fact.strip()]
    return embeds(
        [*blocks, *(_ranked(rank, sentence) for rank, sentence in enumerate(ranked, start=1))],
        Colour.SOURCES,
        title="How this answer came about",
        footer=(f"Receipt {receipt_id}", f"{answer.elapsed_ms:.0f} ms"),
    )


def _ranked(rank: int, sentence: RankedSentence) -> Block:
    cited = f" · cited as {marker(sentence.number)}" if sentence.number is not None else ""
    return Block(
        (Run(escape(sentence.text)),),
        prefix="> ",
        head=f"**{rank}** · score {sentence.score:.3f}{cited}",
        tail=f"-# fused {sentence.fused:.3f} · dense {sentence.dense:.3f} · "
        f"lexical {sentence.lexical:.3f} · {brief(sentence.title, 120)}",
    )
