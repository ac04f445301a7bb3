"""The texts that initials are learnt from; often they are those of the generation before."""

from index.building.unchanged import Unchanged
from index.models import Article
from index.stores.text_store import Layout, StoredArticle
from index.text.initials import Initials, InitialsLearner


class Lessons:
    """Titles and sentences that initials are learnt from, article by article. If all of them are
    those of the previous generation, in the same order, its initials hold."""

    def __init__(self, unchanged: Unchanged | None) -> None:
        self._unchanged, self._learner = unchanged, InitialsLearner()
        self._articles = 0
        # The texts so far if they are as before, not yet learnt from; otherwise None.
        self._waiting: list[str] | None = [] if unchanged else None

    def add(self, article: Article, layout: Layout, known: StoredArticle | None) -> None:
        """Add an article; `known` is the stored one with the same text."""
        spans = layout.sentences[:, :2]
        if self._unchanged and known:
            spans = spans[self._unchanged.teaches(known)]
        texts = [article.title, *(article.text[start:end] for start, end in spans.tolist())]
        if self._waiting is not None and not self._as_before(texts, known):
            self._learn(self._waiting)
            self._waiting = None
        if self._waiting is None:
            self._learn(texts)
        else:
            self._waiting += texts
        self._articles += 1

    def learnt(self) -> Initials:
        """Return the initials, once all articles were added."""
        if self._unchanged and self._waiting is not None:
            if self._articles == self._unchanged.count:
                return self._unchanged.initials
            self._learn(self._waiting)
        return self._learner.learnt()

    def _as_before(self, texts: list[str], known: StoredArticle | None) -> bool:
        """Return whether the article teaches what the one in its place taught before."""
        if self._unchanged is None or self._articles >= self._unchanged.count:
            return False
        return self._unchanged.taught(self._articles, texts, known)

    def _learn(self, texts: list[str]) -> None:
        for text in texts:
            self._learner.add(text)
