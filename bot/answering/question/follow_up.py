"""Understanding a question that leans on the ones before it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.question.small_talk import small_talk
from bot.answering.text.names import names_in
from bot.domain.models import Turn
from index.text.words import FUNCTION_WORDS, read_words

_POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|these|those|"
    # not: "the deal that was signed", "Is there a deal?"
    r"(?<!\w )that\b(?! [a-z]+ed\b)|(?:say|said|about|for|was|is|did|does|do|of|to|with|by) that|"
    r"(?<!is )(?<!are )(?<!was )(?<!were )(?:there|then)|"
    r"the (?:latter|former|same|other))\b",
    re.IGNORECASE,
)
_POINTS_TO_PERSON = re.compile(r"\b(?:he|she|him|his|her|hers)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:he|she|it|they|him|her|them|his|its|their)\b", re.IGNORECASE)
_OPENS_AS_FOLLOW_UP = re.compile(
    r"\s*(?:and|but|so|or|also|what about|how about|by whom|since when|really)\b", re.IGNORECASE
)
# What was asked earlier is another matter; what is longer is no question.
_MOST_TURNS, _MOST_QUESTIONS, _MOST_NAMES, _READ_CHARS = 6, 2, 6, 1_000
_MOST_READ_NAMES = 4  # names that are tried in the place of a pronoun


# The bot's own labels ("*Context:*") and markers ("[1]") are no part of a question.
_LABELS = re.compile(r"(?<!\*)\*[^*\n]{1,40}\*(?!\*)|\[\d{1,3}\]|\*\*|^> ", re.MULTILINE)


_ESCAPED = re.compile(r"\\([^\w\s])")  # the markdown of the bot's answers


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as asked, what the search adds to it from the conversation ("" for nothing), and
    the readings of it that the judge chooses from."""

    asked: str
    context: str = ""
    readings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is searched for."""
        return f"{self.context} {self.asked}".strip()


def understand(question: str, history: Sequence[Turn]) -> Understood:
    """The question with what it leans on: the names of the conversation, the latest first, and
    the questions before, as far as each leans on the one before it. One that points at a person
    ("What did she say?") needs only the names. On CANARD's dialogues this has .86 of
    the recall at 10 that a human rewrite has, whole questions alone .66."""
    asked = question.strip()
    turns = leant_on(asked, history)
    if not turns:
        return Understood(asked)
    names = _names(turns)
    points_at_person = _POINTS_TO_PERSON.search(asked) and not _is_cut_short(asked)
    before = _questions(asked, turns)
    carried = names if names and points_at_person else [*names, *before]
    return Understood(asked, " ".join(carried), tuple(_readings(asked, names, before)))


def _readings(asked: str, names: Sequence[str], before: Sequence[str]) -> Iterator[str]:
    """The question behind the one before it, as the judge was taught to read a conversation; and
    with a name in the place of its pronoun."""
    if before:
        yield f"{before[-1]} {asked}"
    if _is_cut_short(asked):
        return
    if pronoun := _PRONOUN.search(asked):
        whose = "'s" if pronoun[0].lower() in {"his", "its", "their"} else ""
        for name in names[:_MOST_READ_NAMES]:
            yield f"{asked[: pronoun.start()]}{name}{whose}{asked[pronoun.end() :]}"
    yield asked


def leant_on(question: str, history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns of the conversation that the question may lean on; none where it needs none."""
    if not history or not leans(question):
        return ()
    return tuple(turn for turn in history[-_MOST_TURNS:] if not small_talk(turn.question))


def leans(question: str) -> bool:
    """Whether the question cannot be understood without the one before it."""
    return _is_cut_short(question) or _POINTS_BACK.search(question) is not None


def _is_cut_short(question: str) -> bool:
    """It opens like a follow-up, or has no word of its own ("Why not?")."""
    if _OPENS_AS_FOLLOW_UP.match(question):
        return True
    return all(
        word.lower in FUNCTION_WORDS or word.lower == "much" for word in read_words(question)
    )


def _questions(asked: str, history: Sequence[Turn]) -> list[str]:
    """The questions before, oldest first, as far back as each leans on the one before it."""
    carried: list[str] = []
    for turn in reversed(history[-_MOST_QUESTIONS:]):
        if not leans(carried[0] if carried else asked):
            break
        carried.insert(0, turn.question.strip()[:_READ_CHARS])
    return carried


def _names(history: Sequence[Turn]) -> list[str]:
    """The names in questions and answers, the latest first."""
    found: dict[str, None] = {}
    for turn in reversed(history):
        for text in (turn.question, turn.answer):
            said = _ESCAPED.sub(r"\1", _LABELS.sub(" ", text[:_READ_CHARS]))
            found.update(dict.fromkeys(said[span.start : span.end] for span in names_in(said)))
    return list(found)[:_MOST_NAMES]
