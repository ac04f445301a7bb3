"""Throughput with many askers at once: answers a second."""

from benchmarks.speed.corpora import Corpus, index_of
from benchmarks.speed.figures import Row, spread
from benchmarks.speed.names import OURS
from benchmarks.speed.process import Contestants
from benchmarks.speed.run import Run

ASKERS = (1, 4, 16, 64)
_EACH = 4  # questions of each asker, but at least _AT_LEAST in total
_AT_LEAST = 64


def measure(run: Run, corpus: Corpus) -> list[Row]:
    labels = {system: system for system in (*OURS, *run.peers, *run.reranked)}
    counts = {askers: max(_AT_LEAST, _EACH * askers) for askers in ASKERS}
    supply = corpus.supply((run.rounds + 1) * (sum(ASKERS) + sum(counts.values())))
    rates: dict[tuple[str, int], list[float]] = {}
    with Contestants(labels, run.leaving_out("throughput")) as contestants:
        contestants.each(
            lambda _, worker: worker.do("open", folder=str(index_of(corpus, worker.system)))
        )
        for turn in range(run.rounds):
            for askers, count in counts.items():
                run.tell(f"throughput, round {turn + 1}, {askers} at once")
                asked = supply.take(askers + count)  # the first `askers` ones do not count
                if turn == 0:
                    contestants.each(
                        lambda _, worker: worker.do("tune", questions=asked, askers=askers),  # noqa: B023
                    )
                    asked = supply.take(askers + count)
                found = contestants.each(
                    lambda _, worker: worker.do("crowd", questions=asked, askers=askers),  # noqa: B023
                    turn=turn,
                )
                for label, seconds in found.items():
                    rates.setdefault((label, askers), []).append(count / seconds)
    return [
        {"corpus": corpus.name, "system": label, "askers": askers, **spread(found, "per_second")}
        for (label, askers), found in rates.items()
    ]
