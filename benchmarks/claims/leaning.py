"""What it costs a claim that it names nobody: each that opens with a name, beside "It ..." or
"He ..." after a sentence with the name.

Run from the project's root: python -m benchmarks.claims.leaning

A model that put the name back could make of a claim at most what it was with its name.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.claims.cases import Case, Text
from benchmarks.claims.judged import retelling_cases
from benchmarks.claims.texts import bundled_cases, bundled_texts
from benchmarks.speed.process import ROOT
from bot.answering.pipeline import Answerer
from bot.answering.text.names import looks_like_person, names_in
from bot.answering.verification.checker import Checker
from bot.domain.claims import Claims, Standing
from bot.evaluation.indexes import EvaluationIndexes
from bot.evaluation.tables import markdown_table
from bot.terminal.progress import StageLines
from index.encoder.encoder import default_home, open_current
from index.generations.live import LiveIndex


def main() -> None:
    encoders, articles = default_home(), ROOT / "articles"
    indexes = EvaluationIndexes(
        ROOT / "build/evaluation", encoders, open_current(encoders), StageLines(lambda line: None)
    )
    live = LiveIndex(indexes.built("articles", [articles]), encoders).current
    checker, texts = Checker(Answerer().ranker), bundled_texts(articles)

    def standing(text: str) -> Standing:
        return checker.check(live, Claims(question=text)).sentences[-1].standing

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
    """Made by rule and written by hand."""
    yield from bundled_cases(texts)
    for seen in (True, False):
        yield from retelling_cases({text.id: text.title for text in texts}, seen=seen)


def _names(texts: Sequence[Text]) -> set[str]:
    """Those that stand inside a sentence: at its beginning every word has a capital."""
    sentences = [sentence for text in texts for sentence in text.sentences]
    return {s[name.start : name.end] for s in sentences for name in names_in(s) if name.start}


def _leaning(claim: str, names: set[str]) -> tuple[str, str] | None:
    """A sentence with the name, and the claim that leans on it. None where it opens with none."""
    first = next(iter(names_in(claim)), None)
    if first is None or first.start or claim[: first.end] not in names:
        return None
    name, rest = claim[: first.end], claim[first.end :]
    he, his = ("He", "His") if looks_like_person(claim, first) else ("It", "Its")
    whose = rest.startswith(("'s ", "’s "))
    return f"{name} is in the news.", f"{his}{rest[2:]}" if whose else f"{he}{rest}"


if __name__ == "__main__":
    main()
