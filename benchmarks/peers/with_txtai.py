"""txtai: an embeddings database with content, over paragraphs cut by its own segmentation."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from txtai import Embeddings
from txtai.pipeline import Segmentation

from benchmarks.peers.protocol import TOP, Article, Ask, Built, Passage

PACKAGES = ("txtai",)


def _build(model: str, articles: Sequence[Article], *, hybrid: bool) -> Built:
    """Build the database with FAISS, its default index. A chunk needs its own id: the article's and
    a number."""
    segment = Segmentation(paragraphs=True)
    embeddings = Embeddings(
        path=model, method="sentence-transformers", content=True, hybrid=hybrid, gpu=False
    )
    embeddings.index(
        (f"{each.id}#{number}", text, None)
        for each in articles
        for number, text in enumerate(segment(each.text))
    )
    return Built(_ask(embeddings), lambda folder: embeddings.save(str(folder)))


build = partial(_build, hybrid=False)
build_hybrid = partial(_build, hybrid=True)


def load(model: str, folder: Path) -> Ask:
    """Load the database; it stores the model's folder itself."""
    embeddings = Embeddings()
    embeddings.load(str(folder))
    return _ask(embeddings)


def _ask(embeddings: Embeddings) -> Ask:
    # Two threads in txtai's SQLite connection at once cause an error or end the process.
    lock = Lock()

    def ask(question: str) -> list[Passage]:
        with lock:
            hits = embeddings.search(question, TOP)
        return [
            Passage(hit["id"].rpartition("#")[0], hit["text"], float(hit["score"])) for hit in hits
        ]

    return ask
