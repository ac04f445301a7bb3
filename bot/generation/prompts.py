"""What a model is asked. Articles and questions go in as data that cannot end where it stands."""

import html
import unicodedata
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from bot.answering.citing.citations import needed_before
from bot.answering.pipeline import Receipt
from bot.answering.ranking.evidence import Evidence
from bot.answering.text.addressing import addresses_a_model
from bot.domain.models import Turn
from bot.generation.drafts import MOST_SENTENCES
from index.stores.text_store import StoredSentence, TextStore
from index.text.words import read_words
from prompts import chosen as chosen_prompts
from prompts import text as prompt_text

if TYPE_CHECKING:  # what a model gets can be looked at without the client
    from openai.types.chat import ChatCompletionMessageParam

_OFFERED = 6  # sentences
_MOST_CHARS = 1_500  # of one; a table without line breaks is no sentence
# English has four to five bytes a token; names, numbers and other languages have fewer.
_BYTES_A_TOKEN = 3
_AROUND_TOKENS = 300  # of the messages' frames, and the schema, which many endpoints write out


class Offer:
    """The evidence that a model is given, by its numbers from 1 on: the sentences that answer, and
    those that came next, but none that gives orders to it."""

    def __init__(self, receipt: Receipt) -> None:
        fit = (n for n, each in enumerate(receipt.ranked) if _may_be_read(each.hit.sentence))
        self._places = tuple(islice(fit, _OFFERED))
        self.evidence = tuple(receipt.ranked[place] for place in self._places)

    def places(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """In `Receipt.ranked`, of the numbers that there are."""
        return tuple(self._places[n - 1] for n in numbers if 1 <= n <= len(self._places))

    def copied(self, sentence: str) -> tuple[int, ...]:
        """In `Receipt.ranked`, of what this sentence has every word of, and no other."""
        words = _words(sentence)
        texts = zip(self._places, self.evidence, strict=True)
        return tuple(n for n, each in texts if _words(each.hit.sentence.text) == words)


def _words(text: str) -> list[str]:
    return [word.lower for word in read_words(text)]


def answer_messages(receipt: Receipt, offer: Offer) -> list["ChatCompletionMessageParam"]:
    """The question as understood, and the evidence."""
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
    """An answer to the example that prompts/ has: to see whether a model writes any."""
    prompts = chosen_prompts()
    return [
        {"role": "system", "content": prompts["llm_system"].example()},
        {"role": "user", "content": prompts["llm_answer"].example()},
    ]


def rewrite_messages(question: str, history: Sequence[Turn]) -> list["ChatCompletionMessageParam"]:
    """A question that leans on the conversation before it."""
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
    """Rather too many, by any model's tokenizer."""
    size = sum(len(str(message.get("content")).encode("utf-8", "replace")) for message in messages)
    return size // _BYTES_A_TOKEN + _AROUND_TOKENS


def as_data(text: str) -> str:
    """On one line, with nothing that could close its element, begin a message in some model's
    template, or be read by a model and not be seen by a person."""
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
    leant_on = filter(_may_be_read, needed_before(texts, sentence))
    before = " ".join(as_data(each.text) for each in leant_on)
    text = (f"<before>{before}</before>" if before else "") + as_data(sentence.text)
    return f'<sentence number="{number}" source="{source}">{text}</sentence>'
