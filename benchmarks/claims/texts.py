"""Texts that claims are made from: the bundled articles, and generated ones."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import corpus
from benchmarks.claims.cases import Case, Text, cases
from benchmarks.claims.corruptions import names
from benchmarks.claims.paraphrases import retold
from index.articles.sources import read_articles
from index.text.initials import Initials, InitialsLearner
from index.text.sentences import is_heading, split_sentences

SEED = 11
_GENERATED = 1500  # sentences
_FEWEST_WORDS = 5  # shorter sentences give no usable claims
_NEIGHBOURS = 3  # generated articles that names are taken from


def bundled_texts(articles: Path) -> list[Text]:
    """Read the articles in a folder."""
    return [
        Text(article.id, article.title, tuple(_sentences(article.text)))
        for article in read_articles([articles])
    ]


def generated_texts() -> list[Text]:
    """Generate articles from a fixed seed."""
    return [
        Text(
            made.record["id"],
            made.record["title"],
            tuple(made.record["text"][start:end] for start, end in made.sentences),
            retold(made),
        )
        for made in corpus.generate(_GENERATED, SEED)
    ]


def bundled_cases(texts: Sequence[Text]) -> Iterator[Case]:
    """Yield the claims of the bundled articles. Names to swap come from all articles, which cover
    one story."""
    others = _names(texts)
    for text in texts:
        yield from cases(text, others, SEED)


def generated_cases(texts: Sequence[Text]) -> Iterator[Case]:
    """Yield the claims of generated articles. Names to swap come from the next three articles."""
    for number, text in enumerate(texts):
        after = [texts[(number + step) % len(texts)] for step in range(1, _NEIGHBOURS + 1)]
        yield from cases(text, _names(after), SEED)


def initials_of(texts: Sequence[Text]) -> Initials:
    """Learn the initials that an index of these articles would know."""
    learner = InitialsLearner()
    for text in texts:
        for sentence in (text.title, *text.sentences):
            learner.add(sentence)
    return learner.learnt()


def _sentences(text: str) -> Iterator[str]:
    for span in split_sentences(text):
        sentence = text[span.start : span.end]
        if not is_heading(text, span) and len(sentence.split()) >= _FEWEST_WORDS:
            yield sentence


def _names(texts: Sequence[Text]) -> list[str]:
    found = (match[0] for text in texts for s in text.sentences for match in names(s))
    return sorted(set(found))
