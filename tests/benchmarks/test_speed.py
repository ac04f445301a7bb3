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


@pytest.mark.parametrize(("slowest", "met"), [(10.0, True), (10.1, False)])
def test_answers_are_compared_with_the_fastest_reranking_peer(slowest: float, met: bool) -> None:
    times = {"LangChain": 7.0, "LangChain, reranked": 50.0, "Haystack, reranked": 90.0}
    times |= {ANSWERS: slowest, UNJUDGED: 4.0}
    rows = [{"corpus": "c", "system": name, "p50_ms": ms} for name, ms in times.items()]
    goals = {goal["measure"]: goal for goal in reached({"latency": rows})}
    assert goals["one question, c: fastest reranking peer ÷ answers"]["met"] is met
    assert goals["one question, c: answers ÷ answers without the judge"]["met"]
