"""Building speed: sentences a second beside the peers, and builds after one article changed."""

import shutil
from itertools import islice
from pathlib import Path

from benchmarks import corpus as generator
from benchmarks.peers.run import PEERS
from benchmarks.results_file import save_lines
from benchmarks.speed.corpora import HOME, Corpus
from benchmarks.speed.figures import Row, spread
from benchmarks.speed.names import RETRIEVAL
from benchmarks.speed.process import Worker, WorkerError
from benchmarks.speed.run import Run

_FOLDER = HOME / "building"


def measure(run: Run, corpus: Corpus) -> list[Row]:
    """Measure the builds of all systems in turn. Each runs in a new process that has indexed one
    article before, so imports and first-use costs do not count; loading the model does."""
    rates: dict[str, list[float]] = {system: [] for system in (RETRIEVAL, *run.peers)}
    peaks: dict[str, float] = {}
    one = _first_article(corpus)
    leave_out = run.leaving_out("building")
    for turn in range(run.rounds):
        for system in list(rates):
            run.tell(f"building, round {turn + 1}: {system}")
            try:
                built = _build(system, one, corpus.records)
            except WorkerError as error:
                leave_out(system, str(error))
                del rates[system]
                continue
            rates[system].append(corpus.sentences / built["seconds"])
            peaks[system] = built["peak_mb"]
    return [
        {
            "corpus": corpus.name,
            "system": system,
            **spread(found, "sentences_per_second"),
            "peak_mb": peaks[system],
        }
        for system, found in rates.items()
    ]


def rebuild(run: Run, articles: int) -> list[Row]:
    """Measure a full build of so many articles, then builds after one of them changed, another one
    each round."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    path, index = _FOLDER / "articles.jsonl", _FOLDER / "rebuilt"
    shutil.rmtree(index, ignore_errors=True)
    made = list(islice(generator.generate(articles * 100), articles))
    records = [article.record for article in made]
    run.tell(f"full build of {articles:,} articles")
    with Worker(RETRIEVAL) as worker:
        full = _built(worker, path, index, records, full=True)
        again = []
        for turn in range(run.rounds):
            run.tell(f"one article changed, round {turn + 1}")
            changed = (turn + 1) * articles // (run.rounds + 1)
            records[changed]["text"] += f" It was the change number {turn + 1} of its kind here."
            again.append(_built(worker, path, index, records, full=False))
    return [
        {
            "articles": articles,
            "sentences": sum(len(article.sentences) for article in made),
            "full_s": round(full["seconds"], 2),
            **spread([each["seconds"] for each in again], "changed_s"),
        }
    ]


def _built(
    worker: Worker, path: Path, index: Path, records: list[dict[str, str]], *, full: bool
) -> dict[str, float]:
    save_lines(records, path)
    built: dict[str, float] = worker.do("build", corpus=str(path), folder=str(index), full=full)
    return built


def _build(system: str, one: Path, corpus: Path) -> dict[str, float]:
    """Build into a new folder; return the seconds and the memory."""
    folder = _FOLDER / ("peer" if system in PEERS else "dealbot")
    shutil.rmtree(folder, ignore_errors=True)
    with Worker(system) as worker:
        worker.do("build", corpus=str(one), folder=str(folder / "one"))
        built: dict[str, float] = worker.do("build", corpus=str(corpus), folder=str(folder / "all"))
    return built


def _first_article(corpus: Corpus) -> Path:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    path = _FOLDER / "one.jsonl"
    with corpus.records.open(encoding="utf-8") as lines:
        path.write_text(lines.readline(), encoding="utf-8")
    return path
