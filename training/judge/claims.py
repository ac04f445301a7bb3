"""Claims made from questions and their answers: "Who won?" and "X" give "X won."."""

import random
import re

from bot.answering.judge.inputs import Task
from bot.answering.text.names import names_in
from training.judge.examples import RIGHT, WRONG, Asked, Example, Paragraph

_LONGEST_ANSWER = 80
_ALTERED = 0.4  # share of the sentences with a number that become a false claim
_SUBJECT = re.compile(
    r"^(?:who|what|which(?: \w+)?) "
    r"(?P<rest>(?!(?:is|are|was|were|do|does|did|has|have|had|can|could|"
    r"will|would|should|else|kind|type|sort)\b)\w+(?:ed|s|t|e|n|d|k|g) .+?)\??$",
    re.IGNORECASE,
)
_IS = re.compile(
    r"^(?:what|who) (?P<verb>is|are|was|were) "
    r"(?P<rest>(?:the|his|her|their|its|[A-Z]\w+['’]s) .+?)\??$",
    re.IGNORECASE,
)
_WAS_DONE = re.compile(
    r"^(?P<wh>when|where|by whom) (?P<verb>is|are|was|were) (?P<subject>(?:the )?.+?) "
    r"(?P<done>\w+(?:ed|en|wn|lt|ld|ught|orn|ound)(?: .+?)?)\??$",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"^(?:[\w'’-]+ ){1,4}(?:did|do|does|is|are|was|were|has|have|had|can|could|will|would)\b", re.I
)
_DIGIT = re.compile(r"\d")


def claim_of(question: str, answer: str) -> str | None:
    """The question and its answer as a statement; None where they make no sentence."""
    answer = answer.strip(" .,;:")
    if not answer or len(answer) > _LONGEST_ANSWER or answer.lower() in question.lower():
        return None
    if found := _IS.match(question):
        rest = found["rest"]
        return f"{rest[0].upper()}{rest[1:]} {found['verb']} {answer}."
    found = _SUBJECT.match(question)
    if found and not _AUXILIARY.match(found["rest"]):
        return f"{answer[0].upper()}{answer[1:]} {found['rest']}."
    if found := _WAS_DONE.match(question):
        lead = (
            ""
            if re.match(r"(?:in|on|at|by|from|near|after|before|around|during)\b", answer, re.I)
            else "in "
        )
        subject = found["subject"]
        return f"{subject[0].upper()}{subject[1:]} {found['verb']} {found['done']} {lead}{answer}."
    return None


def claims_from(asked: Asked, chance: random.Random) -> list[Example]:
    """A true claim and a false one of the same form, over a few sentences around the answer."""
    span = asked.span
    if span is None:
        return []
    sentences = asked.paragraph.sentences
    answer = sentences[span.sentence][span.start : span.end]
    true = claim_of(asked.question, answer)
    if true is None:
        return []
    examples = [_example(asked, true, span.sentence, chance, right=True)]
    other = _other_answer(asked, answer, chance)
    false = claim_of(asked.question, other) if other else None
    if false is not None and false != true:
        examples.append(_example(asked, false, span.sentence, chance, right=False))
    return examples


def word_for_word(paragraph: Paragraph, source: str, chance: random.Random) -> Example:
    """Make a sentence of the paragraph a claim: true as it stands, false with another digit."""
    place = chance.randrange(len(paragraph.sentences))
    sentence = paragraph.sentences[place]
    claim, true = sentence, True
    if _DIGIT.search(sentence) and chance.random() < _ALTERED:
        claim, true = _other_digits(sentence, chance), False
    asked = Asked(source, claim, paragraph, (), None)
    return _example(asked, claim, place, chance, right=true)


def _other_digits(sentence: str, chance: random.Random) -> str:
    """Exchange one digit."""
    at = chance.choice(list(_DIGIT.finditer(sentence)))
    other = chance.choice([d for d in "123456789" if d != at.group()])
    return sentence[: at.start()] + other + sentence[at.end() :]


def _example(asked: Asked, claim: str, gold: int, chance: random.Random, *, right: bool) -> Example:
    sentences = asked.paragraph.sentences
    start = max(0, gold - chance.choice((0, 1, 1, 2)))
    end = min(len(sentences), gold + 1 + chance.choice((0, 0, 1, 2)))
    at = [RIGHT if i == gold else WRONG for i in range(start, end)]
    none = [WRONG] * len(at)
    return Example(
        f"{asked.source}-claim",
        Task.CLAIM,
        claim,
        asked.paragraph.title,
        sentences[start:end],
        tuple(at if right else none),
        tuple(none if right else at),
    )


def _other_answer(asked: Asked, answer: str, chance: random.Random) -> str | None:
    """Something else of the same kind from the paragraph: a name for a name, a number for one."""
    text = " ".join(asked.paragraph.sentences)
    if _DIGIT.search(answer):
        numbers = [n for n in re.findall(r"[$€£]?\d[\d,.]*\d|\d", text) if n not in answer]
        if numbers and chance.random() < 0.6:
            return re.sub(r"\d[\d,.]*\d|\d", chance.choice(numbers).lstrip("$€£"), answer, count=1)
        return re.sub(r"\d", lambda _: str(chance.randint(1, 9)), answer, count=2)
    if answer[:1].isupper():
        names = {text[n.start : n.end] for n in names_in(text)}
        others = sorted(
            n for n in names if n not in answer and answer not in n and n not in asked.question
        )
        return chance.choice(others) if others else None
    return None
