"""Haystack: an indexing and a query pipeline over its FAISS store, with its default splitter."""

from collections.abc import Sequence
from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.writers import DocumentWriter
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
from haystack_integrations.document_stores.faiss import FAISSDocumentStore

from benchmarks.peers.model import DIMENSIONS
from benchmarks.peers.protocol import CANDIDATES, TOP, Article, Ask, Built, Passage

PACKAGES = ("haystack-ai", "faiss-haystack", "sentence-transformers-haystack")
_CPU = ComponentDevice.from_str("cpu")


def build(model: str, articles: Sequence[Article]) -> Built:
    store = FAISSDocumentStore(embedding_dim=DIMENSIONS)
    documents = [
        Document(content=each.text, meta={"article_id": each.id, "title": each.title})
        for each in articles
    ]
    _indexing(model, store).run({"splitter": {"documents": documents}})
    return Built(_ask(_query(model, store)), lambda folder: store.save(folder / "store"))


def load(model: str, folder: Path) -> Ask:
    return _ask(_query(model, _opened(folder)))


def load_reranked(model: str, folder: Path, cross_encoder: str) -> Ask:
    """Rerank with Haystack's ranker, which reads the title before each chunk, as its embedder
    does."""
    from haystack_integrations.components.rankers.sentence_transformers import (
        SentenceTransformersSimilarityRanker,
    )

    query = _query(model, _opened(folder), CANDIDATES)
    ranker = SentenceTransformersSimilarityRanker(
        model=cross_encoder, device=_CPU, top_k=TOP, meta_fields_to_embed=["title"]
    )
    query.add_component("ranker", ranker)
    query.connect("retriever", "ranker")

    def ask(question: str) -> list[Passage]:
        asked = {"embedder": {"text": question}, "ranker": {"query": question}}
        return _passages(query.run(asked)["ranker"]["documents"])

    return ask


def _opened(folder: Path) -> FAISSDocumentStore:
    return FAISSDocumentStore(index_path=str(folder / "store"), embedding_dim=DIMENSIONS)


def _ask(query: Pipeline) -> Ask:
    def ask(question: str) -> list[Passage]:
        return _passages(query.run({"embedder": {"text": question}})["retriever"]["documents"])

    return ask


def _passages(found: Sequence[Document]) -> list[Passage]:
    return [Passage(hit.meta["article_id"], hit.content, float(hit.score)) for hit in found]


def _indexing(model: str, store: FAISSDocumentStore) -> Pipeline:
    """Build the indexing pipeline. Titles are embedded with each chunk, as Haystack's documentation
    advises for informative metadata."""
    pipeline = Pipeline()
    pipeline.add_component("splitter", DocumentSplitter())
    pipeline.add_component(
        "embedder",
        SentenceTransformersDocumentEmbedder(
            model=model, device=_CPU, meta_fields_to_embed=["title"], progress_bar=False
        ),
    )
    pipeline.add_component("writer", DocumentWriter(document_store=store))
    pipeline.connect("splitter", "embedder")
    pipeline.connect("embedder", "writer")
    return pipeline


def _query(model: str, store: FAISSDocumentStore, top: int = TOP) -> Pipeline:
    pipeline = Pipeline()
    embedder = SentenceTransformersTextEmbedder(model=model, device=_CPU, progress_bar=False)
    pipeline.add_component("embedder", embedder)
    pipeline.add_component("retriever", FAISSEmbeddingRetriever(document_store=store, top_k=top))
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    return pipeline
