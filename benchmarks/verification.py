"""Benchmark of verification: claims that their evidence supports, and corrupted ones.

Run from the project's root: python -m benchmarks.verification [--shared FOLDER]

The claims come from articles that taught nothing (see benchmarks/claims). Writes
benchmarks/results/verification.json.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.claims.cases import Case
from benchmarks.claims.judged import WICE, cited, is_held_back, retelling_cases, wice_cases
from benchmarks.claims.texts import (
    SEED,
    bundled_cases,
    bundled_texts,
    generated_cases,
    generated_texts,
    initials_of,
)
from benchmarks.machine import ROOT
from benchmarks.results_file import save_indented
from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.verification.verifier import ClaimVerdict, Verifier
from bot.domain.claims import Standing
from bot.evaluation.metrics import auroc
from index.text.initials import Initials

RESULTS = ROOT / "benchmarks/results/verification.json"


@dataclass(frozen=True, slots=True)
class Judged:
    """Case with the verifier's verdict."""

    case: Case
    verdict: ClaimVerdict

    @property
    def supported(self) -> bool:
        return self.verdict.standing is Standing.SUPPORTED


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verification", description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="FOLDER")
    options = parser.parse_args()
    verifier = Verifier(EvidenceModel.load().words)
    texts, made = bundled_texts(ROOT / "articles"), generated_texts()
    own = _held_back(list(bundled_cases(texts)))
    bundled, took = _judged(own, verifier, initials_of(texts))
    generated, _ = _judged(_held_back(list(generated_cases(made))), verifier, None)
    titles = {text.id: text.title for text in texts}
    by_hand = [retelling_cases(titles, seen=seen) for seen in (True, False)]
    seen, unseen = (_judged(each, verifier, initials_of(texts))[0] for each in by_hand)
    results = {
        "seed": SEED,
        "all": _shares(bundled + generated),
        "bundled_articles": _shares(bundled),
        "kinds": _by_kind(bundled + generated),
        "by_hand_seen": _shares(seen),
        "by_hand_unseen": _shares(unseen),
        "ms_a_claim": round(took, 2),
        "wice": _wice(options.shared, verifier),
    }
    sys.stdout.write(save_indented(results, RESULTS))


def _held_back(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if is_held_back(case.text)]


def _judged(
    cases: Sequence[Case], verifier: Verifier, initials: Initials | None
) -> tuple[list[Judged], float]:
    """Verify each case; also return the mean milliseconds of one."""
    started = time.perf_counter()
    judged = [Judged(case, verifier.verify(case.claim, cited(case), initials)) for case in cases]
    return judged, (time.perf_counter() - started) * 1000 / len(cases)


def _shares(judged: Sequence[Judged]) -> dict[str, float]:
    """Compute the figures that have goals. The AUROC is that of the score alone."""
    right = np.array([each.case.supported for each in judged])
    kept = np.array([each.supported for each in judged])
    scores = np.array([each.verdict.score for each in judged])
    return {
        "claims": len(judged),
        "unsupported_kept": round(float(kept[~right].mean()), 4),
        "supported_removed": round(float((~kept[right]).mean()), 4),
        "auroc": round(auroc(scores, right), 4),
    }


def _by_kind(judged: Sequence[Judged]) -> dict[str, dict[str, float | bool]]:
    kinds = sorted({(not each.case.supported, each.case.kind) for each in judged})
    shares: dict[str, dict[str, float | bool]] = {}
    for corrupted, kind in kinds:
        of_kind = [each for each in judged if each.case.kind == kind]
        standings = [each.verdict.standing for each in of_kind]
        shares[kind] = {
            "carried": not corrupted,
            "claims": len(of_kind),
            **{str(s): round(standings.count(s) / len(of_kind), 4) for s in Standing},
        }
    return shares


def _wice(shared: Path, verifier: Verifier) -> dict[str, float] | None:
    """Measure on WiCE, "none" against "full" and "partial"; no model was trained on it. Return None
    if its file is missing."""
    if not (shared / WICE).exists():
        return None
    judged, _ = _judged(wice_cases(shared), verifier, None)
    return _shares(judged)


if __name__ == "__main__":
    main()
