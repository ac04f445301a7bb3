"""The speed benchmark: its counters, and its goals for reranking."""

import pytest

from benchmarks.peers.protocol import CANDIDATES
from benchmarks.peers.run import PEERS
from benchmarks.speed.goals import reached
from benchmarks.speed.input_size import reading
from benchmarks.speed.names import ANSWERS, RERANKED, UNJUDGED
from bot.answering.ranking.evidence_model import MOST_JUDGED


class Model:
    """A model that reads words."""

    def read(self, *texts: str) -> int:
        return len(texts)


def test_peers_rerank_as_many_candidates_as_the_judge_reads() -> None:
    assert CANDIDATES == MOST_JUDGED
    assert set(RERANKED.values()) < set(PEERS)


def test_reading_counts_inputs_and_tokens_of_a_question() -> None:
    model, original = Model(), Model.read
    found = reading(
        lambda question: [model.read(question, "a b"), model.read("c")],
        ["one", "one two", "one two three"],
        Model,
        "read",
        lambda *texts: [len(text.split()) for text in texts],
    )
    assert found == {"inputs": 3, "tokens": 5}
    assert Model.read is original


@pytest.mark.parametrize(("slowest", "met"), [(8.3, True), (8.4, False)])
def test_answers_are_compared_with_the_fastest_reranking_peer(slowest: float, met: bool) -> None:
    times = {"LangChain": 7.0, "LangChain, reranked": 50.0, "Haystack, reranked": 90.0}
    times |= {ANSWERS: slowest, UNJUDGED: 4.0}
    rows = [{"corpus": "c", "system": name, "p50_ms": ms} for name, ms in times.items()]
    goals = {goal["measure"]: goal for goal in reached({"latency": rows})}
    assert goals["one question, c: fastest reranking peer ÷ answers"]["met"] is met
    assert goals["one question, c: answers ÷ answers without the judge"]["met"]


def test_throughput_is_compared_with_the_best_reranking_peer() -> None:
    rates = {"LangChain": 100.0, "LangChain, reranked": 20.0, "Haystack, reranked": 30.0}
    rates |= {ANSWERS: 149.0}
    rows = [{"askers": 64, "system": name, "per_second": rate} for name, rate in rates.items()]
    goals = {goal["measure"]: goal for goal in reached({"throughput": rows})}
    assert goals["64 askers: dealbot, answers ÷ best reranking peer"]["value"] == 4.97
    assert not goals["64 askers: dealbot, answers ÷ best reranking peer"]["met"]


def test_a_million_sentences_are_compared_with_ten_thousand() -> None:
    def row(sentences: int, answers_ms: float) -> dict[str, object]:
        part = {"memory": {"resident_mb": 900}, "open_s": 0.2}
        return {
            "sentences": sentences,
            "recall_at_10": 0.98,
            "retrieval": {"p50_ms": 2.0, **part},
            "answers": {"p50_ms": answers_ms, **part},
        }

    found = reached({"scale": [row(10_000, 10.0), row(1_000_000, 16.0)]})
    met = {goal["measure"]: goal["met"] for goal in found}
    assert not met["answers, a million sentences ÷ 10 thousand"]
    assert met["retrieval, a million sentences ÷ 10 thousand"]
    assert met["a million sentences: open, s"]
