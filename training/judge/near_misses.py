"""Questions that look answerable and are not, made from answerable ones."""

import random
import re
from collections.abc import Sequence

from bot.answering.text.names import names_in
from training.judge.examples import Asked

_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_ROLES = (
    ("chief executive", "CEO", "boss", "head"), ("chief financial officer", "CFO"),
    ("chairman", "chairwoman", "chair"), ("founder", "co-founder"), ("president",),
    ("spokesperson", "spokesman", "spokeswoman"), ("lawyer", "attorney"), ("mayor",),
    ("director",), ("manager", "coach"), ("author", "writer"), ("owner",), ("minister",),
)  # fmt: skip
_RELATIONS = (
    ("buy", "sell"), ("bought", "sold"), ("invest in", "borrow from"), ("hire", "fire"),
    ("hired", "fired"), ("win", "lose"), ("won", "lost"), ("open", "close"),
    ("opened", "closed"), ("increase", "decrease"), ("increased", "decreased"),
    ("born", "buried"), ("first", "last"), ("start", "end"), ("started", "ended"),
    ("begin", "finish"), ("arrive", "leave"), ("join", "leave"), ("joined", "left"),
    ("accept", "reject"), ("support", "oppose"), ("largest", "smallest"), ("oldest", "newest"),
    ("highest", "lowest"), ("before", "after"), ("older", "younger"), ("best", "worst"),
    ("most", "least"), ("likes", "dislikes"), ("like", "hate"), ("cheap", "expensive"),
    ("married", "divorced"), ("built", "demolished"), ("north", "south"), ("east", "west"),
    ("summer", "winter"), ("positive", "negative"), ("mother", "father"), ("brother", "sister"),
    ("husband", "wife"), ("son", "daughter"), ("man", "woman"), ("dog", "cat"),
)  # fmt: skip
_OPPOSITES = {a: b for one, other in _RELATIONS for a, b in ((one, other), (other, one))}


def near_miss(asked: Asked, foreign_names: Sequence[str], chance: random.Random) -> str | None:
    """Exchange one detail of the question for another of its kind, so that the paragraph no longer
    answers it. Return None if nothing can be exchanged."""
    ways = [_other_number, _other_role, _opposite, _other_name, _other_name]
    chance.shuffle(ways)
    for way in ways:
        changed = way(asked, foreign_names, chance)
        if changed is not None and changed != asked.question:
            return changed
    return None


def _other_name(asked: Asked, foreign: Sequence[str], chance: random.Random) -> str | None:
    """Exchange a name, in 60% of the cases for one of the same paragraph, which is more
    tempting."""
    question = asked.question
    names = [question[n.start : n.end] for n in names_in(question)]
    if not names:
        return None
    name = chance.choice(names)
    answer = _answer(asked)
    others = list(foreign)
    if chance.random() < 0.6:
        text = " ".join(asked.paragraph.sentences)
        inside = {text[n.start : n.end] for n in names_in(text)}
        inside = {n for n in inside if n not in question and name not in n and n not in name}
        inside = {n for n in inside if n not in answer and answer not in n}
        others = sorted(inside) or others
    return question.replace(name, chance.choice(others)) if others else None


def _other_number(asked: Asked, _foreign: Sequence[str], chance: random.Random) -> str | None:
    found = _NUMBER.search(asked.question)
    if found is None:
        return None
    text = " ".join(asked.paragraph.sentences)
    others = [n for n in _NUMBER.findall(text) if n not in asked.question]
    number = found.group()
    if number.isdigit() and chance.random() < 0.5:
        others = [str(max(1, int(number) + chance.choice((-10, -3, -2, -1, 1, 2, 5, 10))))]
    return asked.question.replace(number, chance.choice(others)) if others else None


def _other_role(asked: Asked, _foreign: Sequence[str], chance: random.Random) -> str | None:
    for names in _ROLES:
        for name in names:
            if re.search(rf"\b{name}\b", asked.question, re.IGNORECASE):
                other = chance.choice([group for group in _ROLES if group is not names])
                return re.sub(rf"\b{name}\b", chance.choice(other), asked.question, flags=re.I)
    return None


def _opposite(asked: Asked, _foreign: Sequence[str], chance: random.Random) -> str | None:
    present = [w for w in _OPPOSITES if re.search(rf"\b{w}\b", asked.question)]
    if not present:
        return None
    word = chance.choice(present)
    return re.sub(rf"\b{word}\b", _OPPOSITES[word], asked.question, count=1)


def roles_exchanged(asked: Asked, chance: random.Random) -> str | None:
    """Return the answering sentence with its answer and a name of the question swapped, such as "B
    sued A" if "A sued B" answers "Who sued B?". Return None if there is nothing to swap."""
    span = asked.span
    if span is None:
        return None
    sentence = asked.paragraph.sentences[span.sentence]
    answer = sentence[span.start : span.end]
    if not answer[:1].isupper():
        return None
    names = [asked.question[n.start : n.end] for n in names_in(asked.question)]
    names = [n for n in names if n in sentence and n not in answer and answer not in n]
    if not names:
        return None
    name = chance.choice(names)
    parts = re.split(f"({re.escape(answer)}|{re.escape(name)})", sentence)
    return "".join({answer: name, name: answer}.get(part, part) for part in parts)


def _answer(asked: Asked) -> str:
    span = asked.span
    if span is None:
        return "\0"
    return asked.paragraph.sentences[span.sentence][span.start : span.end]
