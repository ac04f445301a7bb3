"""Many askers at once: answers a second."""

from benchmarks.speed.corpora import Corpus, index_of
from benchmarks.speed.figures import Row, spread
from benchmarks.speed.names import OURS
from benchmarks.speed.process import Contestants
from benchmarks.speed.run import Run

ASKERS = (1, 4, 16, 64)
_EACH = 4  # questions that each asker asks, but in all at least so many:
_AT_LEAST = 64


def measure(run: Run, corpus: Corpus) -> list[Row]:
    labels = {system: system for system in (*OURS, *run.peers)}
    supply = corpus.supply()
    rates: dict[tuple[str, int], list[float]] = {}
    with Contestants(labels, run.leaving_out("throughput")) as contestants:
        contestants.each(
            lambda _, worker: worker.do("open", folder=str(index_of(corpus, worker.system)))
        )
        for turn in range(run.rounds):
            for askers in ASKERS:
                run.tell(f"throughput, round {turn + 1}, {askers} at once")
                count = max(_AT_LEAST, _EACH * askers)
                asked = supply.take(askers + count)  # the first ones are not counted
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
