"""The BM25 tables of a generation that is being built."""

from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from index.generations import PASSAGE_TERMS, SENTENCE_TERMS
from index.initials import Initials
from index.lexical import LexicalIndex
from index.progress import Progress
from index.terms import Analyzer, TermListsWriter
from index.text_store import StoredArticle, TextStore, about


def write_terms(staging: Path, texts: TextStore, initials: Initials, progress: Progress) -> None:
    """Of sentences and of passages, each with what its article is about, its initials written
    out."""
    analyzer = Analyzer()

    def terms(text: str) -> list[str]:
        return analyzer.terms(initials.expand(text))

    @lru_cache(1)  # an article's passages stand one after the other
    def title_terms(article: StoredArticle) -> list[str]:
        return terms(about(article))

    starts = [*texts.first_sentences.tolist(), texts.sentence_count]
    progress.start("Counting words", texts.passage_count)
    with (
        TemporaryDirectory(dir=staging, prefix=".terms-") as scratch,
        TermListsWriter(Path(scratch, "sentences")) as of_sentences,
        TermListsWriter(Path(scratch, "passages")) as of_passages,
    ):
        for first, end in pairwise(starts):
            sentences = texts.sentences(range(first, end))
            title = title_terms(sentences[0].article)
            own = [terms(sentence.text) for sentence in sentences]
            for each in own:
                of_sentences.add([*title, *each])
            of_passages.add([*title, *chain.from_iterable(own)])
            progress.advance(1)
        LexicalIndex.build(of_sentences.lists(), staging / SENTENCE_TERMS)
        LexicalIndex.build(of_passages.lists(), staging / PASSAGE_TERMS)
