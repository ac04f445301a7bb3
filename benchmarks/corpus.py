"""Generated articles of any size, with questions whose answering sentence is known.

Everything derives from the seed and the article's number, so a small corpus is a prefix of a large
one. Each article has its own company, which its questions name. Other companies, people and places
come from a pool that grows with the corpus. Older entries recur more often, as names do in the
news. The vocabulary therefore grows with the corpus.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks import grammar
from benchmarks.grammar import Fact

SEED = 7
_SYLLABLES = len(grammar.ONSETS) * len(grammar.VOWELS)
_STEMS = _SYLLABLES**2 * len(grammar.CODAS)
# Coprime to the number of stems: each number maps to its own stem, neighbours to dissimilar ones.
_SCATTER = 104_729
_FACT_SHARE = 0.6  # share of sentences that state a fact, until all facts are stated
_QUESTIONS_KEPT = 25_000  # per file, approximately; spread over the whole corpus

Slots = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """Question and the only sentence that answers it, as a span of code points of the article's
    text."""

    question: str
    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GeneratedArticle:
    """Article with its questions. `record` is its line in a .jsonl file; `sentences` are spans of
    its text. `facts` gives the fact that each sentence states, None for a filler; `slots` are the
    values filled into the templates."""

    record: dict[str, str]
    sentences: list[tuple[int, int]]
    questions: list[KnownQuestion]
    facts: list[Fact | None]
    slots: Slots


def generate(sentences: int, seed: int = SEED) -> Iterator[GeneratedArticle]:
    """Yield articles with exactly `sentences` sentences in total; the last article is cut to
    fit."""
    number = 0
    while sentences > 0:
        article = _article(number, seed, most=sentences)
        yield article
        sentences -= len(article.sentences)
        number += 1


def write(sentences: int, corpus: Path, questions: Path, seed: int = SEED) -> None:
    """Write the corpus and its questions as JSON lines, streamed. For a large corpus keep only the
    questions of evenly spaced articles."""
    corpus.parent.mkdir(parents=True, exist_ok=True)
    stride = max(1, sentences // _QUESTIONS_KEPT)
    with (
        corpus.open("w", encoding="utf-8") as texts,
        questions.open("w", encoding="utf-8") as asked,
    ):
        for number, article in enumerate(generate(sentences, seed)):
            texts.write(json.dumps(article.record) + "\n")
            for each in article.questions if number % stride == 0 else ():
                known = {name: getattr(each, name) for name in each.__slots__}
                asked.write(json.dumps(known) + "\n")


def _article(number: int, seed: int, most: int) -> GeneratedArticle:
    random = Random(f"{seed}/{number}")
    slots = _slots(number, random)
    topic = random.choice(grammar.TOPICS)
    facts = [topic.facts[0], *random.sample([*topic.facts[1:], *grammar.COMMON.facts], 9)]
    told = list(islice(_told(facts, slots, number, random), min(most, random.randint(14, 40))))
    article_id = f"generated-{seed}-{number:06}"
    text, spans = _joined([sentence for sentence, _ in told], random)
    questions = [
        KnownQuestion(question.format_map(slots), article_id, start, end)
        for (start, end), (_, fact) in zip(spans, told, strict=True)
        if fact
        for question in fact.questions
    ]
    record = {
        "id": article_id,
        "title": topic.title.format_map(slots),
        "text": text,
        "source": f"{_stem(random.randrange(50))} Courier",
        "published": f"20{random.randint(10, 29)}-{random.randint(1, 12):02}-01",
    }
    return GeneratedArticle(record, spans, questions, [fact for _, fact in told], slots)


def _told(
    facts: list[Fact], slots: Slots, number: int, random: Random
) -> Iterator[tuple[str, Fact | None]]:
    """Yield sentences endlessly, each with its fact: the facts in order, mixed with fillers
    (None)."""
    waiting = iter(facts)
    fact = next(waiting, None)
    while True:
        if fact and random.random() < _FACT_SHARE:
            yield fact.sentence.format_map(slots), fact
            fact = next(waiting, None)
        else:
            yield _filler(slots, number, random), None


def _filler(slots: Slots, number: int, random: Random) -> str:
    pick = random.choice
    parts = grammar.FILLER.format(
        lead=pick(grammar.LEADS),
        group=pick(grammar.GROUPS),
        saying=pick(grammar.SAYINGS),
        quality=pick(grammar.QUALITIES),
        thing=pick(grammar.THINGS),
        quality2=pick(grammar.QUALITIES),
        thing2=pick(grammar.THINGS),
        ending=pick(grammar.ENDINGS),
    )
    sentence = parts.format(
        bank=slots["bank"],
        goods=pick(grammar.GOODS),
        month=pick(grammar.MONTHS),
        number=random.randint(2, 990),
        old=random.randint(1950, 2009),
        other=_company(_met(number, random)),
        person=_person(_met(3 * number, random)),
        place2=_town(_met(number, random)),
    )
    return sentence[0].upper() + sentence[1:]


def _slots(number: int, random: Random) -> dict[str, str]:
    """Return the template values of an article. Amounts are precise enough to be rare."""
    month = random.choice(grammar.MONTHS)
    return {
        "company": _company(number),
        "rival": _company(_met(number, random)),
        "product": _stem(number + _STEMS // 2),
        "founder": _person(3 * number),
        "chief": _person(3 * number + 1),
        "partner": _person(3 * number + 2),
        "place": _town(_met(number, random)),
        "town": _town(_met(number, random)),
        "bank": f"{_stem(_met(number // 50, random))} Bank",
        "goods": random.choice(grammar.GOODS),
        "month": random.choice(grammar.MONTHS),
        "date": f"{random.randint(1, 28)} {month}",
        "year": str(random.randint(1950, 2009)),
        "old": str(random.randint(1990, 2019)),
        "staff": f"{random.randint(1_100, 99_000):,}",
        "jobs": str(random.randint(101, 999)),
        "percent": str(random.randint(2, 60)),
        "premium": str(random.randint(2, 60)),
        "value": f"{random.randint(11, 990) / 10:.1f}",
        **{name: str(random.randint(101, 9_999)) for name in ("amount", "sales", "loan")},
    }


def _joined(sentences: list[str], random: Random) -> tuple[str, list[tuple[int, int]]]:
    """Join the sentences into paragraphs of two to five; return the text and the span of each
    sentence."""
    spans: list[tuple[int, int]] = []
    text: list[str] = []
    left = position = 0
    for sentence in sentences:
        gap = "" if not text else " " if left else "\n\n"
        left = left - 1 if left else random.randint(1, 4)
        position += len(gap)
        spans.append((position, position + len(sentence)))
        text += [gap, sentence] if text else [sentence]
        position += len(sentence)
    return "".join(text), spans


def _met(newest: int, random: Random) -> int:
    """Draw the number of an entry named before, or of the 40 known from the start. Older entries
    are more frequent."""
    return int((newest + 40) * random.random() ** 2)


def _stem(number: int) -> str:
    scattered = number * _SCATTER % _STEMS
    scattered, coda = divmod(scattered, len(grammar.CODAS))
    first, second = divmod(scattered, _SYLLABLES)
    return f"{_syllable(first)}{_syllable(second)}{grammar.CODAS[coda]}".capitalize()


def _syllable(number: int) -> str:
    onset, vowel = divmod(number, len(grammar.VOWELS))
    return grammar.ONSETS[onset] + grammar.VOWELS[vowel]


def _company(number: int) -> str:
    return f"{_stem(number)} {grammar.BRANCHES[number % len(grammar.BRANCHES)]}"


def _person(number: int) -> str:
    return f"{grammar.FIRST_NAMES[number % len(grammar.FIRST_NAMES)]} {_stem(number // 3 + 11)}"


def _town(number: int) -> str:
    ending = grammar.TOWN_ENDINGS[number % len(grammar.TOWN_ENDINGS)]
    return f"{_stem(number + 1_000_003)}{ending}"
