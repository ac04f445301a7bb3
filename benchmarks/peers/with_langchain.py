"""LangChain: its recursive splitter as its guide to retrieval sets it, and its FAISS store."""

from collections.abc import Sequence

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.protocol import TOP, Article, Ask, Passage

PACKAGES = (
    "langchain-core", "langchain-community", "langchain-huggingface", "langchain-text-splitters",
)  # fmt: skip


def build(model: str, articles: Sequence[Article]) -> Ask:
    """Metadata is not embedded in LangChain: the titles are not searched."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = splitter.split_documents(
        [Document(page_content=each.text, metadata={"article_id": each.id}) for each in articles]
    )
    embeddings = HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})
    store = FAISS.from_documents(chunks, embeddings)

    def ask(question: str) -> list[Passage]:
        """Its score is the squared distance: nearer is better, so the sign is turned."""
        return [
            Passage(chunk.metadata["article_id"], chunk.page_content, -float(distance))
            for chunk, distance in store.similarity_search_with_score(question, k=TOP)
        ]

    return ask
