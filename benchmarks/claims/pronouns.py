"""Benchmark of the cost of a pronoun: claims that open with a name, with and without that name.

Run from the project's root: python -m benchmarks.claims.pronouns

Each claim that opens with a name is checked twice after a sentence with that name: unchanged, and
with a pronoun such as "It" in place of the name. A model that resolves the pronoun can at best
restore the verdict of the claim with its name.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.claims.cases import Case, Text
from benchmarks.claims.judged import retelling_cases
from benchmarks.claims.texts import bundled_cases, bundled_texts
from benchmarks.indexes import evaluation_indexes
from benchmarks.machine import ROOT
from bot.answering.pipeline import QuestionAnswerer
from bot.answering.text.names import looks_like_person, names_in
from bot.answering.verification.checker import Checker
from bot.domain.claims import CheckRequest, Standing
from bot.evaluation.tables import markdown_table
from index.encoder.encoder import default_home
from index.generations.live import LiveIndex


def main() -> None:
    encoders, articles = default_home(), ROOT / "articles"
    index = evaluation_indexes(encoders).built("articles", [articles])
    live = LiveIndex(index, encoders).current
    checker, texts = Checker(QuestionAnswerer().ranker), bundled_texts(articles)

    def standing(text: str) -> Standing:
        return checker.check(live, CheckRequest(text=text)).sentences[-1].standing

    names, counts = _names(texts), Counter[tuple[str, str, str]]()
    for case in _cases(texts):
        if leaning := _leaning(case.claim, names):
            lead, pronoun = leaning
            whose = "carried" if case.supported else "not carried"
            counts[whose, standing(f"{lead} {case.claim}"), standing(f"{lead} {pronoun}")] += 1
    header = ("claims", "with the name", "leaning on it", "how many")
    rows = [(*key, str(count)) for key, count in sorted(counts.items())]
    sys.stdout.write(markdown_table(header, rows) + "\n")


def _cases(texts: Sequence[Text]) -> Iterator[Case]:
    """Yield the claims made by rule, then the handwritten ones."""
    yield from bundled_cases(texts)
    for seen in (True, False):
        yield from retelling_cases({text.id: text.title for text in texts}, seen=seen)


def _names(texts: Sequence[Text]) -> set[str]:
    """Collect the names found inside sentences. Names at the start of a sentence do not count: any
    first word is capitalised."""
    sentences = [sentence for text in texts for sentence in text.sentences]
    return {s[name.start : name.end] for s in sentences for name in names_in(s) if name.start}


def _leaning(claim: str, names: set[str]) -> tuple[str, str] | None:
    """Return a sentence with the name, and the claim with a pronoun in place of the name. Return
    None if the claim does not open with a known name."""
    first = next(iter(names_in(claim)), None)
    if first is None or first.start or claim[: first.end] not in names:
        return None
    name, rest = claim[: first.end], claim[first.end :]
    he, his = ("He", "His") if looks_like_person(claim, first) else ("It", "Its")
    whose = rest.startswith(("'s ", "’s "))
    return f"{name} is in the news.", f"{his}{rest[2:]}" if whose else f"{he}{rest}"


if __name__ == "__main__":
    main()
