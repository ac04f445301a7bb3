"""Examples of one epoch of training: windows with sentences that answer, and some without."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import bm25s

from bot.answering.judge.inputs import Task
from bot.answering.text.names import names_in
from training.judge.claims import claims_from
from training.judge.examples import RIGHT, UNKNOWN, WRONG, Asked, Example, Paragraph, window_example
from training.judge.near_misses import near_miss, roles_exchanged
from training.judge.typing_noise import sometimes_typed
from training.stories import Kind, Label

_SIZES, _SHARES = (1, 2, 3, 4, 6, 9), (0.12, 0.28, 0.22, 0.16, 0.14, 0.08)
_TITLE = 0.7  # share of windows that keep their title
_ASKED_ASIDE = (
    "Analysts asked: {}", "{}", "“{}” a reporter asked.", "Q: {}", "Many readers want to know: {}",
    "But {}", "Investors now wonder: {}", "The obvious question is this: {}",
)  # fmt: skip


class Sampler:
    """Sampler of examples; the same seed and epoch give the same ones."""

    def __init__(self, seed: int, *, pairs: bool = False) -> None:
        """Set the seed. `pairs` makes every window a sentence with the one before it, labelled
        alone."""
        self._seed, self._pairs = seed, pairs

    def windows_of(self, asked: Sequence[Asked], epoch: int) -> Iterator[Example]:
        """Yield examples from annotated paragraphs."""
        chance = random.Random(f"{self._seed}-{epoch}-asked")
        near = _nearest_paragraphs(asked)
        foreign = _foreign_names(asked)
        for each in asked:
            question = sometimes_typed(each.question, chance)
            if self._pairs:
                yield from self._pairs_of(each, question, near, chance)
                continue
            yield self._shown(self._around_gold(each, question, chance), chance)
            if chance.random() < 0.45:
                yield self._shown(self._without_gold(each, question, near, chance), chance)
            if chance.random() < 0.4 and (changed := near_miss(each, foreign, chance)):
                example = self._around_gold(
                    each, sometimes_typed(changed, chance), chance, right=False
                )
                yield self._shown(example, chance)
            if (turned := roles_exchanged(each, chance)) is not None:
                yield self._shown(_in_place_of_gold(each, question, turned), chance)

    def claims_of(self, asked: Sequence[Asked], epoch: int, share: float) -> Iterator[Example]:
        """Yield claims made from a share of the questions and their answers."""
        chance = random.Random(f"{self._seed}-{epoch}-claims")
        for each in asked:
            if chance.random() < share:
                yield from (self._shown(claim, chance) for claim in claims_from(each, chance))

    def questions_of_story(
        self, questions: Sequence[tuple[Kind, Asked]], epoch: int
    ) -> Iterator[Example]:
        """Yield windows of a story's articles: around the gold sentences, around tempting ones, and
        one elsewhere."""
        chance = random.Random(f"{self._seed}-{epoch}-{questions[0][1].source}")
        names = sorted({n for _, each in questions for n in _names_of(each.paragraph)})
        for kind, each in questions:
            casual = kind in (Kind.CASUAL, Kind.KEYWORDS)
            question = each.question if casual else sometimes_typed(each.question, chance)
            if each.gold:
                yield self._shown(self._around_gold(each, question, chance), chance)
                if chance.random() < 0.5 and (changed := near_miss(each, names, chance)):
                    # The changed question may be another one of the story: only its old gold
                    # sentence is known to be wrong.
                    made = self._around_gold(each, changed, chance, right=False)
                    gold = {each.paragraph.sentences[g] for g in each.gold}
                    labels = tuple(WRONG if s in gold else UNKNOWN for s in made.sentences)
                    yield self._shown(replace(made, labels=labels, source="story-swap"), chance)
                if (turned := roles_exchanged(each, chance)) is not None:
                    yield self._shown(_in_place_of_gold(each, question, turned), chance)
            for place in each.near[:2]:
                yield self._shown(self._around(each, question, place, chance), chance)
            if chance.random() < 0.25:
                place = chance.randrange(len(each.paragraph.sentences))
                yield self._shown(self._around(each, question, place, chance), chance)

    def claims_of_story(
        self, claims: Sequence[tuple[Label, str, Asked]], epoch: int
    ) -> Iterator[Example]:
        """Yield a window for each claim, around a sentence that decides it, or around a random
        one."""
        chance = random.Random(f"{self._seed}-{epoch}-claims-{claims[0][2].source}")
        for label, claim, each in claims:
            if claim.endswith("?"):
                claim = sometimes_typed(claim, chance)
            places = list(each.gold) or [chance.randrange(len(each.paragraph.sentences))]
            made = self._around(each, claim, chance.choice(places), chance)
            contradicted = label is Label.CONTRADICTED
            none = (WRONG,) * len(made.labels)
            example = replace(
                made,
                source="story-claim",
                task=Task.CLAIM,
                labels=none if contradicted else made.labels,
                contradicts=made.labels if contradicted else none,
            )
            yield self._shown(example, chance)

    def _shown(self, example: Example, chance: random.Random) -> Example:
        """Drop the title of 30% of the examples, and sometimes put the question into the text: a
        question does not answer itself."""
        if example.title and chance.random() > _TITLE:
            example = replace(example, title="")
        if example.task is Task.QUESTION and not self._pairs and chance.random() < 0.06:
            example = _asked_aside(example, chance)
        return example

    def _around_gold(
        self, asked: Asked, question: str, chance: random.Random, *, right: bool = True
    ) -> Example:
        return self._around(asked, question, chance.choice(asked.gold), chance, right=right)

    def _around(
        self, asked: Asked, question: str, place: int, chance: random.Random, *, right: bool = True
    ) -> Example:
        count = len(asked.paragraph.sentences)
        size = 2 if self._pairs else min(count, chance.choices(_SIZES, _SHARES)[0])
        before = 1 if self._pairs else chance.randrange(size)
        start = max(0, min(place - before, count - size))
        return window_example(asked, asked.source, question, start, start + size, right=right)

    def _without_gold(
        self,
        asked: Asked,
        question: str,
        near: dict[Paragraph, list[Paragraph]],
        chance: random.Random,
    ) -> Example:
        """Return a window of the paragraph without its answer, or of a similar paragraph."""
        kept = [s for i, s in enumerate(asked.paragraph.sentences) if i not in asked.gold]
        paragraph = asked.paragraph._replace(sentences=tuple(kept))
        if not kept or chance.random() < 0.5:
            paragraph = chance.choice(near[asked.paragraph])
        other = replace(asked, paragraph=paragraph, gold=(), span=None)
        place = chance.randrange(len(paragraph.sentences))
        return self._around(other, question, place, chance)

    def _pairs_of(
        self,
        asked: Asked,
        question: str,
        near: dict[Paragraph, list[Paragraph]],
        chance: random.Random,
    ) -> Iterator[Example]:
        gold = chance.choice(asked.gold)
        yield self._shown(_pair(asked, question, gold), chance)
        others = [i for i in range(len(asked.paragraph.sentences)) if i not in asked.gold]
        for place in chance.sample(others, min(2, len(others))):
            yield self._shown(_pair(asked, question, place), chance)
        paragraph = chance.choice(near[asked.paragraph])
        other = replace(asked, paragraph=paragraph, gold=(), span=None)
        yield self._shown(
            _pair(other, question, chance.randrange(len(paragraph.sentences))), chance
        )
        if changed := near_miss(asked, _foreign_names([asked]), chance):
            missed = replace(asked, gold=(), span=None)
            yield self._shown(_pair(missed, sometimes_typed(changed, chance), gold), chance)


def _pair(asked: Asked, question: str, place: int) -> Example:
    example = window_example(asked, asked.source, question, max(0, place - 1), place + 1)
    labels = (*([UNKNOWN] * (len(example.labels) - 1)), example.labels[-1])
    span = example.span if example.span and example.span.sentence == len(labels) - 1 else None
    return replace(example, labels=labels, span=span)


def _in_place_of_gold(asked: Asked, question: str, sentence: str) -> Example:
    place = asked.gold[0]
    sentences = list(asked.paragraph.sentences)
    sentences[place] = sentence
    paragraph = asked.paragraph._replace(sentences=tuple(sentences))
    other = replace(asked, paragraph=paragraph, gold=(), span=None)
    return window_example(other, "roles", question, max(0, place - 1), place + 1)


def _asked_aside(example: Example, chance: random.Random) -> Example:
    place = chance.randrange(len(example.sentences) + 1)
    if RIGHT in example.labels:
        place = example.labels.index(RIGHT)
    question = example.text[:1].upper() + example.text[1:].rstrip("?") + "?"
    aside = chance.choice(_ASKED_ASIDE).format(question)
    span = example.span
    if span is not None and span.sentence >= place:
        span = span._replace(sentence=span.sentence + 1)
    return replace(
        example,
        sentences=(*example.sentences[:place], aside, *example.sentences[place:]),
        labels=(*example.labels[:place], WRONG, *example.labels[place:]),
        span=span,
    )


def _names_of(paragraph: Paragraph) -> set[str]:
    text = " ".join(paragraph.sentences)
    return {text[n.start : n.end] for n in names_in(text)}


def _foreign_names(asked: Sequence[Asked]) -> list[str]:
    return sorted(
        {each.question[n.start : n.end] for each in asked for n in names_in(each.question)}
    )


def _nearest_paragraphs(asked: Sequence[Asked]) -> dict[Paragraph, list[Paragraph]]:
    """Find for each paragraph the three most similar ones of its set (BM25)."""
    sets: dict[str, dict[Paragraph, None]] = defaultdict(dict)
    for each in asked:
        sets[each.source][each.paragraph] = None
    nearest: dict[Paragraph, list[Paragraph]] = {}
    for known in sets.values():
        paragraphs = list(known)
        texts = [" ".join(each.sentences) for each in paragraphs]
        tokens = bm25s.tokenize(texts, stopwords="en", show_progress=False)
        retriever = bm25s.BM25()
        retriever.index(tokens, show_progress=False)
        k = min(4, len(paragraphs))
        found, _ = retriever.retrieve(tokens, k=k, show_progress=False)
        for number, row in enumerate(found):
            others = [paragraphs[i] for i in row.tolist() if i != number]
            nearest[paragraphs[number]] = others or [paragraphs[number]]
    return nearest
