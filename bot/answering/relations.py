"""Whose something is, and who does it: OpenAI's chief executive is not Nvidia's.

A sentence that has all the words of a question may still tell of another's: what goes with whom is
read from "X of NAME", "NAME's X" and "NAME X", in questions and sentences alike.
"""

from collections.abc import Mapping, Sequence

from index.words import FUNCTION_WORDS, Word

_REACH = 2  # words between a name and what is its: "Nvidia's outspoken chief executive"

Owners = Mapping[str, frozenset[str]]


def owners(
    words: Sequence[Word], stems: Sequence[str], *, beside: bool = True
) -> dict[str, frozenset[str]]:
    """For each word that goes with a name, by its stem: the stems of those names. `stems` are
    those of `words`. With `beside`, "Nvidia CEO" counts like "Nvidia's CEO"."""
    found: dict[str, frozenset[str]] = {}
    are_names = [_is_name(word) for word in words]
    if not any(are_names):
        return found
    for position, word in enumerate(words):
        if word.lower in FUNCTION_WORDS or (position and are_names[position]):
            continue
        names = set(_named_after(words, are_names, stems, position))
        names.update(_named_before(words, are_names, stems, position, beside))
        if names:
            found[stems[position]] = found.get(stems[position], frozenset()) | names
    return found


def compare_owners(asked: Owners, told: Owners) -> float:
    """1 where the sentence tells of what is asked for, of the one who is asked about; -1 where it
    tells only of others'; 0 where it does not tell whose it is."""
    same = [not names.isdisjoint(told[word]) for word, names in asked.items() if word in told]
    if not same:
        return 0.0
    return 1.0 if any(same) else -1.0


def _named_after(
    words: Sequence[Word], are_names: Sequence[bool], stems: Sequence[str], position: int
) -> Sequence[str]:
    if position + 2 >= len(words) or words[position + 1].lower != "of":
        return ()
    start = position + 2 + (words[position + 2].lower == "the")
    end = start
    while end < len(words) and are_names[end]:
        end += 1
    return stems[start:end]


def _named_before(
    words: Sequence[Word],
    are_names: Sequence[bool],
    stems: Sequence[str],
    position: int,
    beside: bool,
) -> Sequence[str]:
    end = position
    while end > max(position - _REACH, 0) and not are_names[end - 1]:
        if words[end - 1].lower in FUNCTION_WORDS:
            return ()
        end -= 1
    if not beside and not words[end - 1].surface.endswith(("'s", "’s", "s'", "s’")):
        return ()
    start = end
    while start > 0 and are_names[start - 1]:
        start -= 1
    return stems[start:end]


def _is_name(word: Word) -> bool:
    """Capitalised and no word of every sentence; "CEO", read as chief executive, is none."""
    plain = word.surface.casefold().replace("’", "'").removesuffix("'s")
    return word.surface[0].isupper() and plain == word.lower and plain not in FUNCTION_WORDS
