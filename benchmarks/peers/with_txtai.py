"""txtai: an embeddings database with content, over paragraphs as its own segmentation cuts them."""

from collections.abc import Sequence
from functools import partial

from txtai import Embeddings
from txtai.pipeline import Segmentation

from benchmarks.peers.protocol import TOP, Article, Ask, Passage

PACKAGES = ("txtai",)


def _build(model: str, articles: Sequence[Article], *, hybrid: bool) -> Ask:
    """FAISS is its default index. A chunk needs an id of its own: the article's is kept apart."""
    segment = Segmentation(paragraphs=True)
    chunks = [(each.id, text) for each in articles for text in segment(each.text)]
    embeddings = Embeddings(
        path=model, method="sentence-transformers", content=True, hybrid=hybrid, gpu=False
    )
    embeddings.index((row, text, None) for row, (_, text) in enumerate(chunks))

    def ask(question: str) -> list[Passage]:
        return [
            Passage(chunks[int(hit["id"])][0], hit["text"], float(hit["score"]))
            for hit in embeddings.search(question, TOP)
        ]

    return ask


build = partial(_build, hybrid=False)
build_hybrid = partial(_build, hybrid=True)
