"""Order of sentences that state the same thing, by the time from which their articles hold."""

import math
from collections.abc import Sequence

import numpy as np

from bot.answering.ranking.evidence import Evidence
from index.generations.reader import Generation

# Largest gap to the best sentence, in log-odds, at which a newer one goes before it: that of its
# score, and that of the judge.
_NEARLY_AS_GOOD = 1.5
_LATEST = 2.5  # the same where the question asks for the latest
# The same for any two sentences, where the question asks for the latest.
_AS_GOOD = 1.0
# Lowest cosine to the best sentence of one that states the same thing with another value. It was
# .78 to .93 for such pairs, and .46 to .72 for others that answered about as well.
_SAME_THING = 0.75


def newest_first(
    generation: Generation, ranked: Sequence[Evidence], *, latest: bool = False
) -> list[Evidence]:
    """Put the newest first of the sentences that state the same thing as the best one and answer
    about as well. Equally new ones keep their order, and so do all others. `latest` means that the
    question asks for it; then a sentence that answers as well need not state the same thing."""
    if not ranked:
        return []
    best, gap = ranked[0], _LATEST if latest else _NEARLY_AS_GOOD
    good = [each for each in ranked if each is best or _gap(each, best) <= gap]
    same = _same_things(generation, good)
    if latest:
        same = [each for each in good if each in same or _gap(each, best) <= _AS_GOOD]
    since = generation.texts.times.since
    same.sort(key=lambda each: -int(since[each.hit.sentence.article.row]))
    moved = {each.hit.sentence.row for each in same}
    return [*same, *(each for each in ranked if each.hit.sentence.row not in moved)]


def _gap(evidence: Evidence, best: Evidence) -> float:
    """Return how much worse a sentence is than the best one, in log-odds; inf if the judge did not
    read both."""
    if evidence.judged is None or best.judged is None:
        return math.inf
    return max(best.score - evidence.score, best.judged.answers - evidence.judged.answers)


def _same_things(generation: Generation, good: Sequence[Evidence]) -> list[Evidence]:
    """Keep the sentences that are as near to the first one as those with another value are."""
    if len(good) < 2:
        return list(good)
    rows = np.array([each.hit.sentence.row for each in good])
    vectors = generation.sentence_vectors.vectors(rows)
    near = vectors @ vectors[0] >= _SAME_THING
    return [each for place, each in enumerate(good) if place == 0 or near[place]]
