"""Prompts for the model. Articles and questions are escaped: they cannot end their element."""

import html
import unicodedata
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from bot.answering.citing.citations import needed_before
from bot.answering.ranking.evidence import Evidence
from bot.answering.receipt import Receipt
from bot.answering.text.addressing import addresses_a_model
from bot.domain.models import Turn
from bot.generation.drafts import MOST_SENTENCES
from index.generations.reader import TextStore
from index.stores.text_store import StoredSentence
from index.text.words import read_words
from prompts import chosen as chosen_prompts
from prompts import text as prompt_text

if TYPE_CHECKING:  # prompts can be inspected without the client library
    from openai.types.chat import ChatCompletionMessageParam

_OFFERED = 6  # sentences
_MOST_CHARS = 1_500  # per text; a table without line breaks is not a sentence
# English has four to five bytes per token; names, numbers and other languages have fewer.
_BYTES_A_TOKEN = 3
_AROUND_TOKENS = 300  # for message frames, and the schema, which many endpoints add to the prompt


class Offer:
    """Evidence for the model, numbered from 1: up to six sentences, those that answer and the next
    best. Sentences that address a model are left out, because they may be instructions."""

    def __init__(self, receipt: Receipt) -> None:
        fit = (n for n, each in enumerate(receipt.ranked) if _may_be_read(each.hit.sentence))
        self._places = tuple(islice(fit, _OFFERED))
        self.evidence = tuple(receipt.ranked[place] for place in self._places)

    def places(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Convert evidence numbers to indexes in `Receipt.ranked`; skip unknown numbers."""
        return tuple(self._places[n - 1] for n in numbers if 1 <= n <= len(self._places))

    def copied(self, sentence: str) -> tuple[int, ...]:
        """Return the indexes in `Receipt.ranked` of evidence that has the same words as this
        sentence, in the same order."""
        words = _words(sentence)
        texts = zip(self._places, self.evidence, strict=True)
        return tuple(n for n, each in texts if _words(each.hit.sentence.text) == words)


def _words(text: str) -> list[str]:
    return [word.lower for word in read_words(text)]


def answer_messages(receipt: Receipt, offer: Offer) -> list["ChatCompletionMessageParam"]:
    """Build the messages for an answer: the question as understood, and the evidence."""
    texts = receipt.generation.texts
    lines = [_line(texts, n, each) for n, each in enumerate(offer.evidence, start=1)]
    return [
        {"role": "system", "content": prompt_text("llm_system", sentences=MOST_SENTENCES)},
        {
            "role": "user",
            "content": prompt_text(
                "llm_answer",
                evidence="\n".join(lines),
                question=as_data(receipt.answer.understood_as or receipt.answer.question),
            ),
        },
    ]


def trial_messages() -> list["ChatCompletionMessageParam"]:
    """Build the messages for the example in prompts/, to test whether a model writes at all."""
    prompts = chosen_prompts()
    return [
        {"role": "system", "content": prompts["llm_system"].example()},
        {"role": "user", "content": prompts["llm_answer"].example()},
    ]


def rewrite_messages(question: str, history: Sequence[Turn]) -> list["ChatCompletionMessageParam"]:
    """Build the messages for a rewrite: a follow-up question and the turns before it."""
    turns = [
        f"<question>{as_data(turn.question)}</question>\n<answer>{as_data(turn.answer)}</answer>"
        for turn in history
    ]
    return [
        {"role": "system", "content": prompt_text("llm_rewrite_system")},
        {
            "role": "user",
            "content": prompt_text(
                "llm_rewrite", conversation="\n".join(turns), question=as_data(question)
            ),
        },
    ]


def estimated_tokens(messages: Sequence["ChatCompletionMessageParam"]) -> int:
    """Estimate the tokens of the messages. The estimate is too high rather than too low for any
    model's tokenizer."""
    size = sum(len(str(message.get("content")).encode("utf-8", "replace")) for message in messages)
    return size // _BYTES_A_TOKEN + _AROUND_TOKENS


def as_data(text: str) -> str:
    """Escape a text for a prompt: one line, at most 1,500 characters. Nothing in it can close its
    element or begin a message in some model's template. Characters that a model reads but a person
    does not see are removed."""
    seen = "".join(
        " " if character.isspace() else character
        for character in text[:_MOST_CHARS]
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cs"}
    )
    return html.escape(" ".join(seen.split()), quote=False).replace("[INST", "(INST")


def _may_be_read(sentence: StoredSentence) -> bool:
    return not addresses_a_model(sentence.text)


def _line(texts: TextStore, number: int, evidence: Evidence) -> str:
    sentence = evidence.hit.sentence
    article = sentence.article
    source = as_data(f"{article.source} {article.published}").replace('"', "'")
    referenced_turns = filter(_may_be_read, needed_before(texts, sentence))
    before = " ".join(as_data(each.text) for each in referenced_turns)
    text = (f"<before>{before}</before>" if before else "") + as_data(sentence.text)
    return f'<sentence number="{number}" source="{source}">{text}</sentence>'
