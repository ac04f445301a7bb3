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
from benchmarks.peers.protocol import TOP, Article, Ask, Built, Passage

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
    store = FAISSDocumentStore(index_path=str(folder / "store"), embedding_dim=DIMENSIONS)
    return _ask(_query(model, store))


def _ask(query: Pipeline) -> Ask:
    def ask(question: str) -> list[Passage]:
        found = query.run({"embedder": {"text": question}})["retriever"]["documents"]
        return [Passage(hit.meta["article_id"], hit.content, float(hit.score)) for hit in found]

    return ask


def _indexing(model: str, store: FAISSDocumentStore) -> Pipeline:
    """Titles are embedded with each chunk, as its documentation advises for metadata that tells."""
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


def _query(model: str, store: FAISSDocumentStore) -> Pipeline:
    pipeline = Pipeline()
    embedder = SentenceTransformersTextEmbedder(model=model, device=_CPU, progress_bar=False)
    pipeline.add_component("embedder", embedder)
    pipeline.add_component("retriever", FAISSEmbeddingRetriever(document_store=store, top_k=TOP))
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    return pipeline
