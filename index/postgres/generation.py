"""An open generation on a server."""

from functools import lru_cache

from index.generations.admission import Admission
from index.generations.manifest import Manifest
from index.period import Period
from index.postgres.catalogue import Contents
from index.postgres.server import Server
from index.postgres.terms import ServerTerms, ServerTermScores
from index.postgres.texts import ServerTexts
from index.postgres.tokens import ServerTokens
from index.postgres.vector_cache import VectorRows
from index.postgres.vectors import ServerPassageVectors, ServerSentenceVectors

_KEPT_PERIODS = 8  # masks of periods in the cache


class ServerGeneration:
    """An open generation. Safe to read from several threads."""

    def __init__(self, contents: Contents) -> None:
        rows, terms = VectorRows(contents), ServerTerms(contents)
        self._contents = contents
        self.texts = ServerTexts(contents, rows)
        self.tokens = ServerTokens(contents, self.texts)
        self.sentence_vectors = ServerSentenceVectors(contents, rows)
        self.passage_vectors = ServerPassageVectors(contents, rows)
        self.sentence_terms = ServerTermScores(contents, terms, of_passages=False)
        self.passage_terms = ServerTermScores(contents, terms, of_passages=True)
        self.vocabulary, self.initials = contents.vocabulary, contents.initials
        self.admission = lru_cache(_KEPT_PERIODS)(self._admission)

    @classmethod
    def open(cls, server: Server, generation: str) -> "ServerGeneration":
        """Open the generation with this id. Raises an ExpectedError if it cannot be read."""
        return cls(Contents.open(server, generation))

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def manifest(self) -> Manifest:
        return self._contents.manifest

    def _admission(self, period: Period, /) -> Admission | None:
        articles = period.admits(self._contents.times)
        if articles.all():
            return None
        return Admission(
            self._contents.sentences.repeated(articles), self._contents.passages.repeated(articles)
        )
