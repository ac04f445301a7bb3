"""Rules that change a sentence so that it no longer says what the article says.

Each rule takes a sentence, a random generator and names from other articles. It returns the changed
sentence, or None if it does not apply. The rules share no code with the verifier, so that a mistake
there is not repeated here.
"""

import re
from collections.abc import Callable, Sequence
from random import Random

ATTRIBUTED = 0.6
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?=\D|$)")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
MONTHS = (
    "January February March April May June July August September October November December"
).split()
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b(?!\w)")
_SCALE = re.compile(r"(?<=\d )(?:million|billion)\b")
_NUMBER_WORD = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten)\b")
_NUMBER_WORDS = "two three four five six seven eight nine ten".split()
_NAME = re.compile(r"(?<![\w-])[A-Z][\w&-]*[a-z]\w*(?: [A-Z][\w&-]+)*(?![\w-])")
_NO_NAMES = frozenset(
    "The A An In On At By For This That These Those It Its He She They We However Meanwhile But "
    "And Or If As Both Still Even With Under After Before Since While When One Another Such Some "
    "There Their His Her Insiders Sources Analysts According Only Much Over Without During Far "
    "Behind Customers Shareholders Sales Critics GPUs Diversification Neither None Speaking "
    "Through Once".split()
)
_DO_NOT = re.compile(r"\b(?:does|do|did) not (\w+)")
_BE_NOT = re.compile(r"\b(is|are|was|were|has|have|had|will|would|can|could|should)( not| never)\b")
_NO = re.compile(r"\b(gives?|has|have|had|with|in|names?|is|was) no (?!longer)")
_BE = re.compile(r"\b(is|are|was|were|has|have|had|will|would|can|should)\b(?! (?:not|never|no)\b)")
_PAST = re.compile(r"(?<= )(sued|opened|ordered|borrowed|left|bought|said|called|told)\b")
_HEDGES = (
    (re.compile(r"\b(?:reportedly|allegedly|apparently|possibly|perhaps|probably) "), ""),
    (re.compile(r"\b(?:is|are) said to be\b"), "are"),
    (re.compile(r"\b(?:is|are) said to (?=\w)"), ""),
    (re.compile(r"\bseems? to be\b"), "is"),
    (re.compile(r"\b(?:may|might|could) (?=\w)"), "will "),
    (re.compile(r"\b(?:is|are) (?:expected|due|meant|set) to\b"), "will"),
    (re.compile(r"\b(?:plans?|wants?|hopes?|intends?|aims?) to\b"), "will"),
    (re.compile(r", according to [^,.]+(?=\.)"), ""),
    (re.compile(r"\b(?:up to|at least|more than|nearly|a minimum of) (?=\$?\d)"), ""),
    (
        re.compile(
            r"^(?:Insiders|Sources|Those sources)(?: also)? (?:say|said|claim|describe) that "
        ),
        "",
    ),
    (re.compile(r"(?<=\d) (\w+) or more\b"), r" \1"),
)
_SPEAKER = re.compile(
    r"(?:(?<=^)|(?<=, ))((?:[A-Z][\w-]+(?: [A-Z][\w-]+)*)|(?:a|the|an) [\w ]{3,40}?)"
    r"(?= (?:said|says|warned|argued|wrote|repeated|found|complained|denied|told|described|"
    r"doubted)\b)"
)
_OPINION = re.compile(
    r"^[^;.]{2,100}\b(?:argues?|argued|warns?|warned|believes?|claims?|claimed) that "
)
_BY = re.compile(r"(?<=[Aa]ccording to )[^,.]+")
_CAUSES = (" because ", " so ", ", which is why ")
_VERB = re.compile(
    r" (?:is|are|was|were|has|have|had|will|would|can|could|sued|opened|employs|borrowed|said|"
    r"plans|"
    r"starts|owes|pays|told|describes?|became|takes|raised|demands|comes?|made|gave|built|won) "
)


def number(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Replace a number by another one, or change its scale (million or billion)."""
    found = [m for m in _NUMBER.finditer(sentence) if not _YEAR.fullmatch(m[0])]
    scales = list(_SCALE.finditer(sentence))
    if scales and random.random() < 0.25:
        match = random.choice(scales)
        return _put(sentence, match, "billion" if match[0] == "million" else "million")
    if not found:
        word = _pick(_NUMBER_WORD, sentence, random)
        others_ = [w for w in _NUMBER_WORDS if word and w != word[0]]
        return _put(sentence, word, random.choice(others_)) if word else None
    match = random.choice(found)
    return _put(sentence, match, _another_number(match[0], random))


def _another_number(digits: str, random: Random) -> str:
    value = float(digits.replace(",", ""))
    changed = random.choice([value * 2, value * 10, value + 1, value + 5, value * 3, value + 0.5])
    whole = changed == int(changed) and "." not in digits
    return f"{int(changed):,}" if whole and "," in digits else f"{changed:g}"


def date(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Replace a month or a year by another one."""
    month, year = _pick(_MONTH, sentence, random), _pick(_YEAR, sentence, random)
    if month and (not year or random.random() < 0.6):
        return _put(sentence, month, random.choice([m for m in MONTHS if m != month[0]]))
    if year:
        return _put(sentence, year, str(int(year[0]) + random.choice([-3, -2, -1, 1, 2, 4])))
    return None


def name(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Replace a name by one from another article."""
    found = names(sentence)
    fresh = [other for other in others if other.split()[0] not in sentence]
    if not found or not fresh:
        return None
    match = random.choice(found)
    alike = [o for o in fresh if len(o.split()) == len(match[0].split())]
    return _put(sentence, match, random.choice(alike or fresh))


def roles(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Swap two names of the sentence."""
    found = names(sentence)
    if len({m[0] for m in found}) < 2:
        return None
    first, *rest = found
    second = next(m for m in rest if m[0] != first[0])
    if " and " in sentence[first.end() : second.start()][:6]:
        return None  # "OpenAI and Nvidia" means the same in either order
    between = sentence[first.end() : second.start()]
    return f"{sentence[: first.start()]}{second[0]}{between}{first[0]}{sentence[second.end() :]}"


def negation(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Drop a negation such as "not"."""
    for pattern, plain in (
        (_DO_NOT, r"does \1"),
        (_BE_NOT, r"\1"),
        (_NO, r"\1 a "),
        (re.compile(r"\bno longer "), ""),
        (re.compile(r"\bcannot\b"), "can"),
    ):
        if pattern.search(sentence):
            return pattern.sub(plain, sentence, count=1)
    return None


def negated(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Add "not" or "never" to a sentence without a negation."""
    if re.search(r"\b(?:not|no|never|n't|none|nothing|without)\b", sentence):
        return None
    match = _pick(_BE, sentence, random)
    if match:
        return f"{sentence[: match.end()]} not{sentence[match.end() :]}"
    past = _pick(_PAST, sentence, random)
    return _put(sentence, past, f"never {past[0]}") if past else None


def hedge(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Drop a hedge such as "reportedly"."""
    for pattern, plain in _HEDGES:
        if pattern.search(sentence):
            return _begun(pattern.sub(plain, sentence, count=1))
    return None


def hedged(sentence: str, random: Random) -> str | None:
    """Add a hedge to a sentence that has none. Return None if it has one or if none fits."""
    if hedge(sentence, random, ()) is not None:
        return None
    first, rest = sentence[:1], sentence[1:]
    choice = random.randrange(3)
    if choice == 0:
        source = random.choice(["people close to the matter", "insiders", "a leaked memo"])
        return f"According to {source}, {_lowered(first, sentence)}{rest}"
    match = _pick(_BE, sentence, random)
    if match and match[0] in {"will", "can"} and choice == 1:
        return _put(sentence, match, random.choice(["may", "might", "could"]))
    if match:
        return (
            f"{sentence[: match.end()]} {random.choice(['reportedly', 'allegedly'])}"
            + (sentence[match.end() :])
        )
    return None


def opinion(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """State an attributed opinion as a fact of the article."""
    match = _OPINION.search(sentence)
    return _begun(sentence[match.end() :]) if match else None


def attribution(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Attribute the statement to another source. Add a source to a fifth of the sentences without
    one."""
    fresh = [other for other in others if other.split()[0] not in sentence]
    if not fresh:
        return None
    match = _BY.search(sentence) or _SPEAKER.search(sentence)
    if match:
        return _put(sentence, match, random.choice(fresh))
    if random.random() < 0.2:
        first = _lowered(sentence[:1], sentence)
        return f"According to {random.choice(fresh)}, {first}{sentence[1:]}"
    return None


def join_facts(one: str, other: str, random: Random) -> str | None:
    """Join the subject of the first sentence with the predicate of the second, or make one sentence
    the reason of the other. Return None if the subjects may be the same or are not found."""
    if random.random() < 0.35:
        return f"{one.rstrip('.')}{random.choice(_CAUSES)}{_lowered(other[:1], other)}{other[1:]}"
    mine, its = _VERB.search(one), _VERB.search(other)
    if not mine or not its:
        return None
    subject, its_subject = one[: mine.start()], other[: its.start()]
    named, its_named = ({m[0] for m in names(part)} for part in (subject, its_subject))
    if not named or named & its_named or not 1 <= len(subject.split()) <= 8:
        return None
    if re.match(r"(?:He|She|They|It|The company)\b", its_subject):
        return None  # the pronoun may refer to the same subject
    return f"{subject}{other[its.start() :]}"


def names(sentence: str) -> list[re.Match[str]]:
    """Find runs of capitalised words, without months and common opening words."""
    found = []
    for match in _NAME.finditer(sentence):
        words = match[0].split()
        if words[0] in _NO_NAMES or _MONTH.fullmatch(words[0]):
            continue
        if match.start() == 0 and len(words) == 1 and not re.search(r"[A-Z].*[A-Z]|'s", match[0]):
            following = sentence[match.end() :].split()[:1]
            if following and following[0].islower() and not _VERB.match(sentence[match.end() :]):
                continue
        found.append(match)
    return found


def _pick(pattern: re.Pattern[str], text: str, random: Random) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return random.choice(found) if found else None


def _put(sentence: str, match: re.Match[str], text: str) -> str:
    return f"{sentence[: match.start()]}{text}{sentence[match.end() :]}"


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _lowered(first: str, sentence: str) -> str:
    """Return the first letter, in lower case if the opening word is not a name."""
    opening = sentence.split()[0].strip(",")
    return first.lower() if opening in _NO_NAMES else first


CORRUPTIONS: dict[str, Callable[[str, Random, Sequence[str]], str | None]] = {
    "number changed": number,
    "date changed": date,
    "name swapped": name,
    "roles swapped": roles,
    "negation dropped": negation,
    "negation added": negated,
    "hedge dropped": hedge,
    "opinion dropped": opinion,
    "wrong attribution": attribution,
}
