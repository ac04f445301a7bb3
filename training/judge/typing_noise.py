"""Noise of hurried typing: lower case, no punctuation, slips, greetings, keywords alone."""

import random
import re

_BEFORE = (
    "hey bot", "hey", "hi", "ok so", "so", "wait", "yo", "pls", "quick question", "anyone know",
    "does anyone know", "can u tell me", "tell me", "hello,", "um", "sorry but", "just wondering",
    "btw", "ok", "@bot",
)  # fmt: skip
_AFTER = (
    "pls", "plz", "please", "thx", "thanks", "again", "exactly", "tho", "lol", "btw", "anyone",
    "??", "...", "?!", "do we know", "ty", "bot", "asap", "rn", "in the end",
)  # fmt: skip
_SHORTER = (
    (r"\bwhat is\b", "whats"), (r"\bwho is\b", "whos"), (r"\bwhere is\b", "wheres"),
    (r"\bwhen is\b", "whens"), (r"\bhow is\b", "hows"), (r"\bhow much money\b", "how much"),
    (r"\byou\b", "u"), (r"\bare\b", "r"), (r"\bpeople\b", "ppl"), (r"\bbecause\b", "bc"),
    (r"\bcompany\b", "co"), (r"\bdid not\b", "didnt"), (r"\bdoes not\b", "doesnt"),
    (r"\bbillion\b", "bn"), (r"\bmillion\b", "m"), (r"\bto\b", "2"), (r"\bfor\b", "4"),
    (r"\bthe\b ", ""), (r"\bwhy\b", "y"), (r"\bwith\b", "w"), (r"\babout\b", "abt"),
)  # fmt: skip
_IDLE = frozenset(
    "a an the of to in on at for by with from is are was were be been do does did has have had "
    "what who which when where why how will would can could should it its that this as there "
    "their his her and or".split()
)
TYPED = 0.4  # share of questions that are typed in a hurry
_WORD = re.compile(r"[A-Za-z]{5,}")


def sometimes_typed(question: str, chance: random.Random) -> str:
    """Rewrite two questions of five as people type in a hurry."""
    return typed(question, chance) if chance.random() < TYPED else question


def typed(question: str, chance: random.Random) -> str:
    """Rewrite the question as people type in a hurry; it asks the same."""
    text = question
    if chance.random() < 0.12 and (words := _keywords(text)):
        text = " ".join(words)
    if chance.random() < 0.75:
        text = text.lower()
    if chance.random() < 0.7:
        text = text.rstrip("?.! ")
    if chance.random() < 0.3:
        text = re.sub(r"['’,]", "", text)
    for pattern, short in _SHORTER:
        if chance.random() < 0.2:
            text = re.sub(pattern, short, text, flags=re.IGNORECASE)
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        text = _slip(text, chance)
    if chance.random() < 0.15:
        text = f"{chance.choice(_BEFORE)} {text}"
    if chance.random() < 0.15:
        text = f"{text} {chance.choice(_AFTER)}"
    return text.strip() or question


def _keywords(question: str) -> list[str]:
    words = re.findall(r"[\w$%€£.,’'-]*\w", question)
    kept = [word for word in words if word.lower() not in _IDLE]
    return kept if len(kept) >= 2 else []


def _slip(text: str, chance: random.Random) -> str:
    """Drop, double, transpose or mistype one letter."""
    words = list(_WORD.finditer(text))
    if not words:
        return text
    at = chance.choice(words)
    word, i = at.group(), chance.randrange(1, len(at.group()) - 1)
    wrong = chance.choice(
        (
            word[:i] + word[i + 1 :],
            word[:i] + word[i] + word[i:],
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
            word[:i] + chance.choice("aeiourstnl") + word[i + 1 :],
        )
    )
    return text[: at.start()] + wrong + text[at.end() :]
