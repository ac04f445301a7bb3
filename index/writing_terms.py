"""The BM25 tables of a generation that is being built."""

from pathlib import Path
from tempfile import TemporaryDirectory

from index.generations import PASSAGE_TERMS, SENTENCE_TERMS
from index.initials import Initials
from index.lexical import LexicalIndex
from index.progress import Progress
from index.terms import Analyzer, TermListsWriter
from index.text_store import TextStore, about


def write_terms(staging: Path, texts: TextStore, initials: Initials, progress: Progress) -> None:
    """Of sentences and of passages, each with what its article is about, its initials written
    out."""
    analyzer = Analyzer()

    def terms(text: str) -> list[str]:
        return analyzer.terms(initials.expand(text))

    progress.start("Counting words", texts.passage_count)
    with (
        TemporaryDirectory(dir=staging, prefix=".terms-") as scratch,
        TermListsWriter(Path(scratch, "sentences")) as of_sentences,
        TermListsWriter(Path(scratch, "passages")) as of_passages,
    ):
        for row in range(texts.passage_count):
            passage = texts.passage(row)
            title = terms(about(passage.article))
            sentences = texts.sentences(range(passage.first_sentence, passage.end_sentence))
            own = [terms(sentence.text) for sentence in sentences]
            for each in own:
                of_sentences.add([*title, *each])
            of_passages.add([*title, *(term for each in own for term in each)])
            progress.advance(1)
        LexicalIndex.build(of_sentences.lists(), staging / SENTENCE_TERMS)
        LexicalIndex.build(of_passages.lists(), staging / PASSAGE_TERMS)
