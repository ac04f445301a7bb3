"""Memory while serving, and disk space of the installation."""

from benchmarks.speed.corpora import Corpus, index_of
from benchmarks.speed.figures import Row
from benchmarks.speed.names import ANSWERS
from benchmarks.speed.process import Worker, WorkerError
from benchmarks.speed.run import Run

_QUESTIONS, _CROWD = 50, 64


def measure(run: Run, corpus: Corpus) -> list[Row]:
    """Measure each system by itself: other processes do not change its memory."""
    rows = []
    leave_out = run.leaving_out("footprint")
    for system in (ANSWERS, *run.peers):
        run.tell(f"footprint, {system}")
        try:
            rows.append(_row(system, corpus))
        except WorkerError as error:
            leave_out(system, str(error))
    return rows


def _row(system: str, corpus: Corpus) -> Row:
    """Measure the resident memory after questions one by one, then after a crowd of them."""
    supply = corpus.supply(_QUESTIONS + _CROWD)
    with Worker(system) as worker:
        worker.do("open", folder=str(index_of(corpus, system)))
        worker.do("ask", questions=supply.take(_QUESTIONS))
        calm = worker.do("memory")
        crowd = supply.take(_CROWD)
        worker.do("crowd", questions=crowd, askers=len(crowd) // 2)
        return {
            "system": system,
            "resident_mb": calm["resident_mb"],
            "after_crowd_mb": worker.do("memory")["resident_mb"],
            **worker.do("installed"),
        }
