"""Throughput with many askers at once: answers a second."""

from collections.abc import Collection, Sequence

from benchmarks.speed.corpora import Corpus, index_of
from benchmarks.speed.figures import Row, spread
from benchmarks.speed.names import OURS
from benchmarks.speed.process import Contestants
from benchmarks.speed.run import Run

ASKERS = (1, 4, 16, 64)
_EACH = 4  # questions of each asker, but at least _AT_LEAST in total
_AT_LEAST = 64
# A reranking peer takes up to a second a question. It takes part in the first round, alone and with
# the largest crowd, and each asker asks it one question.
_SLOW_ASKERS = (1, 64)
_SLOW_AT_LEAST = 8


def measure(run: Run, corpus: Corpus) -> list[Row]:
    labels = {system: system for system in (*OURS, *run.peers, *run.reranked)}
    quick, slow = set(labels) - set(run.reranked), set(run.reranked)
    counts = {askers: max(_AT_LEAST, _EACH * askers) for askers in ASKERS}
    few = {askers: max(_SLOW_AT_LEAST, askers) for askers in _SLOW_ASKERS}
    supply = corpus.supply((run.rounds + 1) * (sum(ASKERS) + sum(counts.values())))
    rates: dict[tuple[str, int], list[float]] = {}
    with Contestants(labels, run.leaving_out("throughput")) as contestants:
        contestants.each(
            lambda _, worker: worker.do("open", folder=str(index_of(corpus, worker.system)))
        )
        for turn in range(run.rounds):
            for askers, count in counts.items():
                run.tell(f"throughput, round {turn + 1}, {askers} at once")
                crowd = _Crowd(contestants, askers, turn)
                asked = supply.take(askers + count)  # the first `askers` ones do not count
                if turn == 0:
                    crowd.tune(asked, quick)
                    asked = supply.take(askers + count)
                crowd.ask(asked, quick, rates)
                if turn == 0 and askers in few:
                    crowd.tune(asked[: askers + few[askers]], slow)
                    crowd.ask(asked[-askers - few[askers] :], slow, rates)
    return [
        {"corpus": corpus.name, "system": label, "askers": askers, **spread(found, "per_second")}
        for (label, askers), found in rates.items()
    ]


class _Crowd:
    """Askers who ask at once, of one system after the other."""

    def __init__(self, contestants: Contestants, askers: int, turn: int) -> None:
        self._contestants, self._askers, self._turn = contestants, askers, turn

    def tune(self, questions: Sequence[str], among: Collection[str]) -> None:
        self._each("tune", questions, among)

    def ask(
        self,
        questions: Sequence[str],
        among: Collection[str],
        rates: dict[tuple[str, int], list[float]],
    ) -> None:
        """Ask, and add the answers a second to `rates`."""
        for label, seconds in self._each("crowd", questions, among).items():
            rate = (len(questions) - self._askers) / seconds
            rates.setdefault((label, self._askers), []).append(rate)

    def _each(
        self, command: str, questions: Sequence[str], among: Collection[str]
    ) -> dict[str, float]:
        return self._contestants.each(
            lambda _, worker: worker.do(command, questions=questions, askers=self._askers),
            turn=self._turn,
            among=among,
        )
