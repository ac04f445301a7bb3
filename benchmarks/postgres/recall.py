"""Share of what an exact search finds that the server finds, too."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.machine import tell
from benchmarks.postgres.generated import Asked, GeneratedEncoder, questions
from benchmarks.postgres.ground import Ground, in_files
from index.building.build import BuildOptions
from index.generations.reader import Generation
from index.postgres.generation import ServerGeneration
from index.progress import NoProgress
from index.retrieval import Searcher
from index.stores.dense import Vectors
from index.stores.lexical import best_rows
from index.stores.terms import Analyzer

GOALS = {"overlap": 0.97, "dense": 0.97, "lexical": 0.99}
_TOP = 10
_CANDIDATES = 100  # that a search asks for
_ROUNDING = 1e-5


def measure(ground: Ground) -> dict[str, Any]:
    """Ask the server and exact vectors in files. Also after an update, whose sentences are in no
    graph."""
    rows: dict[str, Any] = {}
    asked = questions(ground.sentences, ground.questions)
    with ground.empty() as index:
        for name, changed in (("loaded", False), ("updated", True)):
            tell(f"recall, {name}")
            files = in_files(ground.sentences, changed=changed).generation
            index.publish_generation(files, NoProgress(), BuildOptions())
            rows[name] = _shares(index.open_current(), files, asked)
    return {**rows, "questions": len(asked), "goals": GOALS}


def _shares(
    server: ServerGeneration, files: Generation, asked: Sequence[Asked]
) -> dict[str, float]:
    encoder, searcher, analyzer = GeneratedEncoder(asked), Searcher(), Analyzer()
    found: dict[str, list[float]] = {name: [] for name in GOALS}
    for each in asked:
        [vector] = encoder.encode_queries([each.question])
        terms = analyzer.terms(each.question)
        hits = [_hits(searcher, one, each.question, vector) for one in (server, files)]
        found["overlap"].append(len(hits[0] & hits[1]) / len(hits[1]))
        best = files.sentence_vectors.search(vector[None], _TOP)[0][0]
        nearest = server.sentence_vectors.nearest(vector, _CANDIDATES)[:_TOP]
        scores = np.einsum("ij,j->i", files.sentence_vectors.vectors(nearest), vector)
        found["dense"].append(float(np.mean(scores >= best[-1] - _ROUNDING)))
        scores = files.sentence_terms.scores(terms)
        best, rows = best_rows(scores, _TOP), best_rows(server.sentence_terms.scores(terms), _TOP)
        found["lexical"].append(float(np.mean(scores[rows] >= scores[best[-1]] - _ROUNDING)))
    return {name: round(float(np.mean(shares)), 4) for name, shares in found.items()}


def _hits(searcher: Searcher, one: Generation, question: str, vector: Vectors) -> set[int]:
    hits = searcher.search_sentences(one, question, vector, _TOP)
    return {hit.sentence.row for hit in hits}
