"""Counterparts of a claim: the claim denied, the claim as an open question, and the claim with two
names exchanged.

The judge reads a counterpart beside the same evidence. Evidence that states a claim supports it
more than its counterparts. Evidence that denies it, or that leaves it open, supports these more.

The thresholds come from 338 claims about 13 stories that taught no model. All 69 recognised true
claims stay supported. Of 21 false ones that passed, 14 still do.
"""

from bot.answering.judge.judge import Judgement
from bot.answering.text.cues import HEDGES, CueKind
from bot.answering.verification.reading import Name, Reading
from bot.answering.verification.unstated import LEAVES_OPEN
from index.models import Span

# Log-odds by which a counterpart is supported more than the claim. A cue such as "may" in the
# evidence is a reason of its own to doubt the claim.
DENIED, OPEN, OPEN_BESIDE_CUE = 0.5, 2.5, 1.2
# A claim that is not found is unclear from these log-odds of its open counterpart, and from this
# difference to those of the claim.
_OPEN_AT_LEAST, _OPEN_BY = -2.0, 4.0
# A claim that the judge finds contradicted (AGAINST) counts as such only if its denial is
# supported, too. This finds 9 more of 104 false claims, and no true one.
AGAINST = 1.0
_DENIED_AT_LEAST, _DENIED_BY = 0.0, 2.0
# "At least" and "up to" qualify a number, not whether something is so.
_QUALIFIES = HEDGES - {CueKind.AT_LEAST, CueKind.AT_MOST}


def denied(claim: Reading) -> str:
    """Return the claim as something that is not so."""
    return f"It is not true that {_embedded(claim)}"


def left_open(claim: Reading) -> str:
    """Return the claim as something that is not settled."""
    return f"It is uncertain whether {_embedded(claim)}"


def exchanged(claim: Reading, one: Name, other: Name) -> str:
    """Return the claim with two of its names in each other's place."""
    first, last = sorted((one, other), key=lambda name: name.start)
    text = claim.text
    return (
        f"{text[: first.start]}{text[last.start : last.end]}{text[first.end : last.start]}"
        f"{text[first.start : first.end]}{text[last.end :]}"
    )


def is_left_open(supports: float, opened: Judgement) -> bool:
    """Return whether the evidence speaks about the claim without settling it. `supports` is the
    judge's score of the claim itself."""
    return opened.supports >= _OPEN_AT_LEAST and opened.supports - supports >= _OPEN_BY


def is_denied(supports: float, denial: Judgement) -> bool:
    """Return whether the evidence supports the denied claim instead of the claim."""
    return denial.supports >= _DENIED_AT_LEAST and denial.supports - supports >= _DENIED_BY


def qualifier(evidence: Reading) -> Span | None:
    """Find the cue that leaves a part of the evidence open, such as "may", "reportedly" or "if".
    Return None if there is none, or if the evidence also has orders or questions."""
    if any(each.mood not in LEAVES_OPEN for each in evidence.withheld):
        return None
    cues = [Span(cue.start, cue.end) for cue in evidence.cues if cue.kind in _QUALIFIES]
    cues += [each.cue for each in evidence.withheld]
    return min(cues, key=lambda cue: cue.start, default=None)


def negation(evidence: Reading) -> Span | None:
    """Find the first negation of the evidence."""
    cues = (cue for cue in evidence.cues if cue.kind is CueKind.NEGATION)
    return next((Span(cue.start, cue.end) for cue in cues), None)


def is_qualified(claim: Reading) -> bool:
    """Return whether the claim itself is put as possible, planned or said by others."""
    return bool(claim.withheld) or any(cue.kind in _QUALIFIES for cue in claim.cues)


def _embedded(claim: Reading) -> str:
    """Return the text as a clause. A name keeps its capital."""
    text = claim.text
    named = any(name.start == 0 for name in claim.names)
    return text if named else text[:1].lower() + text[1:]
