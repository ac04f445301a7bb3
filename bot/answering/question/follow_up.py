"""Understanding of questions that refer back to earlier ones."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.text.names import names_in
from bot.domain.models import Turn
from index.text.words import FUNCTION_WORDS, read_words

_POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|these|those|"
    # excludes "the deal that was signed", "Is there a deal?"
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
# Older turns are about other topics, and a longer text is not a question.
_MOST_TURNS, _MOST_QUESTIONS, _MOST_NAMES, _READ_CHARS = 6, 2, 6, 1_000
_MOST_READ_NAMES = 4  # names that are tried in place of a pronoun


# The bot's own labels ("*Context:*") and markers ("[1]") are not part of what was said.
_LABELS = re.compile(r"(?<!\*)\*[^*\n]{1,40}\*(?!\*)|\[\d{1,3}\]|\*\*|^> ", re.MULTILINE)


_ESCAPED = re.compile(r"\\([^\w\s])")  # markdown escapes in the bot's answers


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as asked, and what the conversation adds. `context` is added to the search ("" for
    none). `readings` are the variants of the question that the judge chooses from."""

    asked: str
    context: str = ""
    readings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text to search for: the context, then the question."""
        return f"{self.context} {self.asked}".strip()


def understand(question: str, history: Sequence[Turn]) -> Understood:
    """Add to a question what it refers back to. That is the names of the conversation, latest
    first, and the earlier questions, as far as each refers back to the one before it. A question
    about a person by pronoun ("What did she say?") needs only the names. On CANARD's dialogues this
    reaches .86 of the recall at 10 of a human rewrite. Whole questions alone reach .66."""
    asked = question.strip()
    turns = referenced_turns(asked, history)
    if not turns:
        return Understood(asked)
    names = _names(turns)
    points_at_person = _POINTS_TO_PERSON.search(asked) and not _is_cut_short(asked)
    before = _questions(asked, turns)
    carried = names if names and points_at_person else [*names, *before]
    return Understood(asked, " ".join(carried), tuple(_readings(asked, names, before)))


def _readings(asked: str, names: Sequence[str], before: Sequence[str]) -> Iterator[str]:
    """Yield the variants of a follow-up. The first puts the previous question in front, as in the
    judge's training data. The others put a name in place of the pronoun; the last is the question
    as asked. A question that is cut short yields only the first."""
    if before:
        yield f"{before[-1]} {asked}"
    if _is_cut_short(asked):
        return
    if pronoun := _PRONOUN.search(asked):
        whose = "'s" if pronoun[0].lower() in {"his", "its", "their"} else ""
        for name in names[:_MOST_READ_NAMES]:
            yield f"{asked[: pronoun.start()]}{name}{whose}{asked[pronoun.end() :]}"
    yield asked


def referenced_turns(question: str, history: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return the turns that the question may refer back to; none if it stands alone."""
    if not history or not leans(question):
        return ()
    return tuple(history[-_MOST_TURNS:])


def leans(question: str) -> bool:
    """Return whether the question needs the one before it to be understood."""
    return _is_cut_short(question) or _POINTS_BACK.search(question) is not None


def _is_cut_short(question: str) -> bool:
    """Return whether the question opens like a follow-up, or has no content word ("Why not?")."""
    if _OPENS_AS_FOLLOW_UP.match(question):
        return True
    return all(
        word.lower in FUNCTION_WORDS or word.lower == "much" for word in read_words(question)
    )


def _questions(asked: str, history: Sequence[Turn]) -> list[str]:
    """Return the earlier questions, oldest first, as far back as each refers to the one before
    it."""
    carried: list[str] = []
    for turn in reversed(history[-_MOST_QUESTIONS:]):
        if not leans(carried[0] if carried else asked):
            break
        carried.insert(0, turn.question.strip()[:_READ_CHARS])
    return carried


def _names(history: Sequence[Turn]) -> list[str]:
    """Return the names in the questions and answers, latest turn first."""
    found: dict[str, None] = {}
    for turn in reversed(history):
        for text in (turn.question, turn.answer):
            said = _ESCAPED.sub(r"\1", _LABELS.sub(" ", text[:_READ_CHARS]))
            found.update(dict.fromkeys(said[span.start : span.end] for span in names_in(said)))
    return list(found)[:_MOST_NAMES]
