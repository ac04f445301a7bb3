"""LlamaIndex: VectorStoreIndex over its FAISS store, with its default sentence splitter."""

from collections.abc import Sequence
from pathlib import Path

import faiss
from llama_index.core import (
    Document,
    StorageContext,
    VectorStoreIndex,
    load_index_from_storage,
)
from llama_index.core.indices.base import BaseIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import NodeWithScore
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore

from benchmarks.peers.model import DIMENSIONS
from benchmarks.peers.protocol import CANDIDATES, TOP, Article, Ask, Built, Passage

PACKAGES = (
    "llama-index-core", "llama-index-embeddings-huggingface", "llama-index-vector-stores-faiss",
)  # fmt: skip


def build(model: str, articles: Sequence[Article]) -> Built:
    """Build the index. The title is metadata, which LlamaIndex puts before each chunk that it
    embeds."""
    store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(DIMENSIONS))
    index = VectorStoreIndex.from_documents(
        [
            Document(id_=each.id, text=each.text, metadata={"title": each.title})
            for each in articles
        ],
        storage_context=StorageContext.from_defaults(vector_store=store),
        transformations=[SentenceSplitter()],
        embed_model=_embedding(model),
    )

    def save(folder: Path) -> None:
        index.storage_context.persist(persist_dir=str(folder))

    return Built(_ask(index), save)


def load(model: str, folder: Path) -> Ask:
    return _ask(_opened(model, folder))


def load_reranked(model: str, folder: Path, cross_encoder: str) -> Ask:
    """Rerank with LlamaIndex's node postprocessor, which reads the title before each chunk."""
    from llama_index.core.postprocessor import SentenceTransformerRerank

    retriever = _opened(model, folder).as_retriever(similarity_top_k=CANDIDATES)
    reranker = SentenceTransformerRerank(model=cross_encoder, top_n=TOP, device="cpu")

    def ask(question: str) -> list[Passage]:
        hits = reranker.postprocess_nodes(retriever.retrieve(question), query_str=question)
        return [_passage(hit, float(hit.score or 0.0)) for hit in hits]

    return ask


def _opened(model: str, folder: Path) -> BaseIndex:
    store = FaissVectorStore.from_persist_dir(str(folder))
    context = StorageContext.from_defaults(vector_store=store, persist_dir=str(folder))
    return load_index_from_storage(context, embed_model=_embedding(model))


def _embedding(model: str) -> HuggingFaceEmbedding:
    return HuggingFaceEmbedding(model_name=model, device="cpu")


def _ask(index: BaseIndex) -> Ask:
    retriever = index.as_retriever(similarity_top_k=TOP)

    def ask(question: str) -> list[Passage]:
        """Search the index. Its score is the squared distance, where less is better, so the sign is
        flipped."""
        return [_passage(hit, -float(hit.score or 0.0)) for hit in retriever.retrieve(question)]

    return ask


def _passage(hit: NodeWithScore, score: float) -> Passage:
    return Passage(hit.node.ref_doc_id or "", hit.node.get_content(), score)
