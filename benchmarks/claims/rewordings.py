"""Rules that rephrase a sentence without changing its meaning.

Each rule takes a sentence, a random generator and names from other articles. It returns the changed
sentence, or None if it does not apply.
"""

import re
from collections.abc import Callable, Sequence
from random import Random

from benchmarks.claims.corruptions import MONTHS, names

_MONTH = f"(?:{'|'.join(MONTHS)})"
# Pairs with the same meaning in news; the first is replaced by the second.
_SAME = (
    ("chief executive", "CEO"), ("company", "firm"), ("partnership", "alliance"),
    ("announced", "made public"), ("purchase", "acquisition"), ("workers", "employees"),
    ("spokesperson", "representative"), ("insiders", "people inside"), ("newspaper", "paper"),
    ("in private", "privately"), ("frustrated with", "annoyed by"), ("headquarters", "head office"),
    ("investment", "funding"), ("competitor", "rival"), ("competitors", "rivals"),
    ("agreement", "deal"), ("help", "assist"), ("doubts", "misgivings"), ("called", "described as"),
    ("employs", "has a staff of"), ("rival", "competitor"), ("large", "big"), ("starts", "begins"),
    ("left", "departed from"), ("demands", "asks for"), ("plant", "factory"), ("hire", "recruit"),
    ("lawyer", "attorney"), ("concerns", "worries"), ("still", "yet"), ("quickly", "fast"),
    ("opened", "inaugurated"), ("warned that", "cautioned that"), ("rose by", "went up by"),
    ("has raised", "collected"), ("owes", "has to pay"), ("depends on", "relies on"),
    ("discussions", "talks"), ("uncertain", "unclear"), ("goals", "targets"),
    ("wrote that", "noted that"),
    ("known since", "no secret since"), ("came too late", "arrived too late"),
)  # fmt: skip
_INITIALS = (
    ("Wall Street Journal (WSJ)", "WSJ"), ("Wall Street Journal", "WSJ"),
    ("AI", "artificial intelligence"),
    ("artificial intelligence", "AI"), ("memorandum of understanding", "MoU"),
    ("United States", "U.S."), ("percent", "%"), ("gigawatts", "GW"),
)  # fmt: skip
_LEAD = re.compile(
    r"^((?:In|On|By|At|Over|After|With|During|Under|As|Behind|Far|Much|Only|Without|To the)\b"
    r"[^,]{3,45}), "
)
_ASIDE = re.compile(r", (?:who|which|where|a|an|the|headed)\b[^,.;]{6,90}(?=,)")
_ENDING = re.compile(
    r"(?:, (?:who|which|where|as|and|most of|later|twice|a third)\b[^.;,]{6,90})(?=\.$)"
)
_DATE = re.compile(rf"(\d{{1,2}}) ({_MONTH})(?: (\d{{4}}))?")
_ON_DATE = re.compile(rf" (on \d{{1,2}} {_MONTH}|in {_MONTH}|last year)(?= )")
_MONEY = re.compile(r"\$(\d[\d,.]*\d|\d)( (?:million|billion|trillion))?")
_WORTH = re.compile(r"(\d+) (percent)")
_PASSIVE = (
    (re.compile(r"^(.{4,40}?) will buy (.{4,40}?)(?= for| in)"), r"\2 will be bought by \1"),
    (re.compile(r"^(.{4,40}?) sued (.{4,40}?)(?= on| over)"), r"\2 was sued by \1"),
    (
        re.compile(r"^(.{4,40}?) was founded in (\d{4}) by ([A-Z]\w+ [A-Z]\w+)"),
        r"\3 founded \1 in \2",
    ),
    (
        re.compile(r"^(.{4,40}?) opened (a plant for \w+) in (\w+) on"),
        r"\2 in \3 was opened by \1 on",
    ),
)
_FILLERS = re.compile(
    r"\b(?:also|still|even|completely|at one time celebrated,|so far|especially) "
)


def same_words(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Drop filler words. Without any, return the sentence unchanged in a fifth of the cases."""
    shorter = _FILLERS.sub("", sentence)
    return shorter if shorter != sentence or random.random() < 0.2 else None


def shortened(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Drop an aside, an ending or an opening phrase; at least five words stay."""
    for pattern in (_ASIDE, _ENDING, _LEAD):
        shorter = pattern.sub("", sentence, count=1)
        if shorter != sentence and len(shorter.split()) >= 5:
            return shorter[0].upper() + shorter[1:]
    return None


def reworded(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Replace up to three words or phrases by synonyms."""
    told = sentence
    pairs = [pair for pair in _SAME if re.search(rf"\b{re.escape(pair[0])}\b", told)]
    for one, other in random.sample(pairs, min(len(pairs), 3)):
        told = re.sub(rf"\b{re.escape(one)}\b", other, told, count=1)
    return told if told != sentence else None


def respelt(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Write money, dates and percentages in another format."""
    told = _MONEY.sub(lambda m: _money(m, random), sentence)
    told = _DATE.sub(lambda m: f"{m[2]} {m[1]}" + (f", {m[3]}" if m[3] else ""), told)
    told = _WORTH.sub(r"\1%", told)
    return told if told != sentence else None


def _money(match: re.Match[str], random: Random) -> str:
    scale = (match[2] or "").strip()
    short = {"million": "m", "billion": "bn", "trillion": "tn"}.get(scale)
    if short and short != "m" and random.random() < 0.5:
        return f"${match[1]}{short}"
    return " ".join(filter(None, (match[1], scale, "dollars")))


def vaguer(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Replace a day by its month, or drop the date."""
    if match := _DATE.search(sentence):
        year = f" {match[3]}" if match[3] else ""
        return re.sub(rf"(?:on )?{re.escape(match[0])}", f"in {match[2]}{year}", sentence, count=1)
    shorter = _ON_DATE.sub("", sentence, count=1)
    return shorter if shorter != sentence else None


def reordered(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Turn the sentence into the passive, or move its opening phrase to the end or its date to the
    front."""
    for pattern, turned in _PASSIVE:
        changed = pattern.sub(turned, sentence, count=1)
        if changed != sentence:
            return changed[0].upper() + changed[1:]
    if match := _LEAD.match(sentence):
        rest = sentence[match.end() :].rstrip(".")
        opening = match[1][0].lower() + match[1][1:]
        return f"{rest[0].upper()}{rest[1:]}, {opening}."
    if match := _ON_DATE.search(sentence):
        first = match[1][0].upper() + match[1][1:]
        rest = sentence[: match.start()] + sentence[match.end() :]
        begins = (
            rest if names(rest)[:1] and names(rest)[0].start() == 0 else rest[0].lower() + rest[1:]
        )
        return f"{first}, {begins}"
    return None


def initials(sentence: str, random: Random, others: Sequence[str]) -> str | None:
    """Replace a phrase by its abbreviation, or an abbreviation by its phrase."""
    for one, other in _INITIALS:
        if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", sentence):
            return re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", other, sentence, count=1)
    return None


def merge(one: str, other: str) -> str | None:
    """Join two sentences with "and". Return None if one does not end with a period."""
    if not (one.endswith(".") and other.endswith(".")):
        return None
    opening = other.split()[0].strip(",")
    lowered = other[0].lower() if opening.istitle() and not _opens_with_name(other) else other[0]
    return f"{one[:-1]}, and {lowered}{other[1:]}"


def _opens_with_name(sentence: str) -> bool:
    found = names(sentence)
    return bool(found) and found[0].start() == 0


REWORDINGS: dict[str, Callable[[str, Random, Sequence[str]], str | None]] = {
    "same words": same_words,
    "shortened": shortened,
    "reworded": reworded,
    "respelt": respelt,
    "vaguer": vaguer,
    "reordered": reordered,
    "initials": initials,
}
