"""LangChain: its recursive splitter, set as in its guide to retrieval, and its FAISS store."""

from collections.abc import Sequence
from pathlib import Path

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.protocol import CANDIDATES, TOP, Article, Ask, Built, Passage

PACKAGES = (
    "langchain-core", "langchain-classic", "langchain-community", "langchain-huggingface",
    "langchain-text-splitters",
)  # fmt: skip


def build(model: str, articles: Sequence[Article]) -> Built:
    """Build the store. LangChain does not embed metadata, so titles are not searched."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = splitter.split_documents(
        [Document(page_content=each.text, metadata={"article_id": each.id}) for each in articles]
    )
    store = FAISS.from_documents(chunks, _embeddings(model))
    return Built(_ask(store), lambda folder: store.save_local(str(folder)))


def load(model: str, folder: Path) -> Ask:
    return _ask(_opened(model, folder))


def load_reranked(model: str, folder: Path, cross_encoder: str) -> Ask:
    """Rerank as LangChain's guide to cross-encoders does. It returns no score, so the negative rank
    takes its place."""
    from langchain_classic.retrievers import ContextualCompressionRetriever
    from langchain_classic.retrievers.document_compressors import CrossEncoderReranker
    from langchain_community.cross_encoders import HuggingFaceCrossEncoder

    scorer = HuggingFaceCrossEncoder(model_name=cross_encoder, model_kwargs={"device": "cpu"})
    retriever = ContextualCompressionRetriever(
        base_compressor=CrossEncoderReranker(model=scorer, top_n=TOP),
        base_retriever=_opened(model, folder).as_retriever(search_kwargs={"k": CANDIDATES}),
    )

    def ask(question: str) -> list[Passage]:
        return [
            Passage(chunk.metadata["article_id"], chunk.page_content, -float(rank))
            for rank, chunk in enumerate(retriever.invoke(question))
        ]

    return ask


def _opened(model: str, folder: Path) -> FAISS:
    """Open the saved store. It is a pickle, which LangChain loads only if trusted; `build` wrote
    it."""
    embeddings = _embeddings(model)
    return FAISS.load_local(str(folder), embeddings, allow_dangerous_deserialization=True)


def _embeddings(model: str) -> HuggingFaceEmbeddings:
    return HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})


def _ask(store: FAISS) -> Ask:
    def ask(question: str) -> list[Passage]:
        """Search the store. Its score is the squared distance, where less is better, so the sign is
        flipped."""
        return [
            Passage(chunk.metadata["article_id"], chunk.page_content, -float(distance))
            for chunk, distance in store.similarity_search_with_score(question, k=TOP)
        ]

    return ask
