"""Features of evidence sentences as the support of a claim, as numbers.

Words are weighted by their information. The number and the length of the cited sentences are left
out. In the data sets for the measurements they reveal how a set was made, not what supports what.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from math import log1p

from bot.answering.judge.judge import Judgement
from bot.answering.verification.comparison import Comparison
from bot.answering.verification.findings import Finding
from bot.answering.verification.reading import Reading
from bot.answering.verification.roles import orders_turned, relations_swapped, roles_taken
from bot.domain.claims import FindingKind

_NEAR = 4  # content words apart
_AROUND = 3  # content words on either side of a name
_MOST_ORDERED = 20  # words whose pairs are compared

_LOST = [kind for kind in FindingKind if kind is not FindingKind.SUPPORT]

Places = dict[str, list[int]]


def support_features(
    compared: Comparison, found: Sequence[Finding], judged: Judgement
) -> dict[str, float]:
    """Compute every feature by name; `found` are the findings of the claim."""
    counts = Counter(finding.kind for finding in found)
    lost = {f"{kind}_lost": min(counts[kind], 2.0) for kind in _LOST}
    written_out = compared.written_out
    said = {"judge_supports": judged.supports, "judge_contradicts": judged.contradicts}
    return {**_coverage(written_out), **_structure(written_out), **lost, **said}


def _coverage(compared: Comparison) -> dict[str, float]:
    claim = compared.claim
    return {
        "cover_clause": min((compared.best(clause) for clause in claim.clauses), default=1.0),
        "words": log1p(len(claim.content)),
        "particulars": log1p(len(claim.names) + len(claim.quantities) + len(claim.dates)),
    }


def _structure(compared: Comparison) -> dict[str, float]:
    """Measure whether words that are close in the claim are close in one sentence."""
    claim = compared.claim
    places = [_places(each) for each in compared.evidence]
    runs = [_longest_run(claim, each) for each in compared.evidence]
    nearness = _names_nearness(claim, places)
    return {
        "roles_taken": float(min(roles_taken(compared), 2)),
        "relations_swapped": float(min(relations_swapped(compared), 2)),
        "orders_turned": float(orders_turned(compared)),
        "run": max(runs, default=0) / max(len(claim.stems), 1),
        "order": max((_order(claim, at) for at in places), default=0.0),
        "names_near": sum(nearness) / len(nearness) if nearness else 1.0,
    }


def _places(evidence: Reading) -> Places:
    """Map each stem to its positions among the content words of a sentence."""
    places: Places = {}
    for place, i in enumerate(evidence.content):
        places.setdefault(evidence.stems[i], []).append(place)
    return places


def _longest_run(claim: Reading, evidence: Reading) -> int:
    """Compute the length in words of the longest run that the claim and the sentence share."""
    best, ending = 0, dict[int, int]()
    for stem in claim.stems:
        here = [i for i, other in enumerate(evidence.stems) if other == stem]
        ending = {i: ending.get(i - 1, 0) + 1 for i in here}
        best = max(best, *ending.values(), 0)
    return best


def _order(claim: Reading, at: Places) -> float:
    """Compute the share of word pairs that have the claim's order in the sentence."""
    first = [at[claim.stems[i]][0] for i in claim.content if claim.stems[i] in at]
    pairs = list(combinations(first[:_MOST_ORDERED], 2))
    return sum(a <= b for a, b in pairs) / len(pairs) if pairs else 0.0


def _names_nearness(claim: Reading, places: Sequence[Places]) -> list[float]:
    """Compute for each name the share of the words around it in the claim that are near it in one
    of the sentences. This separates the person who acts from others who are present."""
    rank = {i: place for place, i in enumerate(claim.content)}
    shares = []
    for name in claim.names:
        own = [i for i in claim.content if name.start <= claim.words[i].start < name.end]
        if not own:
            continue
        first, last = rank[own[0]], rank[own[-1]]
        around = claim.content[max(0, first - _AROUND) : first]
        around += claim.content[last + 1 : last + 1 + _AROUND]
        if around:
            here = [_share_near(claim, own[-1], around, at) for at in places]
            shares.append(max(here, default=0.0))
    return shares


def _share_near(claim: Reading, name: int, around: Sequence[int], at: Places) -> float:
    name_at = at.get(claim.stems[name], ())
    near = [
        any(abs(a - b) <= _NEAR for a in name_at for b in at.get(claim.stems[i], ()))
        for i in around
    ]
    return sum(near) / len(near)
