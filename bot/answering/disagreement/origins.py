"""Origins of sentences: how many outlets print them, and how many texts are their own."""

from collections.abc import Iterator, Sequence

from bot.answering.ranking.evidence import Evidence
from index.generations.reader import Generation
from index.stores.text_store import StoredArticle

_SHARED = 0.5  # share of the sentences at which an article is a copy of another one
_MOST_SENTENCES = 60  # compared of each article


def outlets_of(evidence: Sequence[Evidence]) -> int:
    """Count the outlets that print the sentences or their copies. An article without an outlet
    counts as one of its own."""
    return len({_outlet(article) for each in evidence for article in _articles(each)})


def sources_of(generation: Generation, evidence: Sequence[Evidence]) -> int:
    """Count the texts that are no copies of each other. A wire story in three papers is one."""
    seen: list[frozenset[str]] = []
    for each in evidence:
        sentences = _sentences(generation, each.hit.sentence.article)
        if not any(_is_copy(sentences, other) for other in seen):
            seen.append(sentences)
    return len(seen)


def _articles(evidence: Evidence) -> Iterator[StoredArticle]:
    for hit in (evidence.hit, *evidence.copies):
        yield hit.sentence.article


def _outlet(article: StoredArticle) -> str:
    return " ".join(article.source.casefold().split()) or f"\0{article.id}"


def _sentences(generation: Generation, article: StoredArticle) -> frozenset[str]:
    end = min(article.end_sentence, article.first_sentence + _MOST_SENTENCES)
    texts = generation.texts.sentences(range(article.first_sentence, end))
    return frozenset(" ".join(each.text.casefold().split()) for each in texts)


def _is_copy(sentences: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(sentences & other)
    return shared >= _SHARED * min(len(sentences), len(other))
