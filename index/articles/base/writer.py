"""Text of an article, written block by block with exact offsets."""

from collections import Counter
from dataclasses import dataclass, field

from index.models import Article, Block, BlockKind, Omission

# These blocks follow each other without a blank line.
_TOGETHER = frozenset({BlockKind.TABLE_ROW, BlockKind.LIST_ITEM})
_SAMPLE_CHARS = 80


@dataclass(slots=True)
class ArticleWriter:
    """Collector of an article's blocks. Every reader of a format with structure uses one."""

    _pieces: list[str] = field(default_factory=list)
    _blocks: list[Block] = field(default_factory=list)
    _length: int = 0
    _omitted: Counter[str] = field(default_factory=Counter)
    _samples: dict[str, str] = field(default_factory=dict)
    _notes: list[str] = field(default_factory=list)

    def add(self, kind: BlockKind, text: str, *, page: int = 0) -> None:
        """Append a block. White space around it is dropped, and an empty block is ignored. A blank
        line separates blocks, one line break those of one list or table."""
        text = text.strip()
        if not text:
            return
        if self._blocks:
            together = kind in _TOGETHER and self._blocks[-1].kind is kind
            self._write("\n" if together else "\n\n")
        start = self._length
        self._write(text)
        self._blocks.append(Block(kind, start, self._length, page))

    def leave_out(self, reason: str, text: str) -> None:
        """Record text that is not part of the article, such as a cookie notice."""
        words = len(text.split())
        if words:
            self._omitted[reason] += words
            self._samples.setdefault(reason, " ".join(text.split())[:_SAMPLE_CHARS])

    def note(self, note: str) -> None:
        """Record an assumption of the reader, in a sentence for the user."""
        if note not in self._notes:
            self._notes.append(note)

    def include(self, article: Article) -> None:
        """Append the blocks, omissions and notes of an article that was read on its own."""
        for block in article.blocks:
            self.add(block.kind, article.text[block.start : block.end], page=block.page)
        for omission in article.omitted:
            self._omitted[omission.reason] += omission.words
            self._samples.setdefault(omission.reason, omission.sample)
        for note in article.notes:
            self.note(note)

    def article(
        self,
        article_id: str,
        *,
        title: str = "",
        source: str = "",
        url: str = "",
        published: str = "",
    ) -> Article:
        """Return the article written so far."""
        return Article(
            id=article_id,
            text="".join(self._pieces),
            title=title,
            source=source,
            url=url,
            published=published,
            blocks=tuple(self._blocks),
            omitted=tuple(
                Omission(reason, words, self._samples[reason])
                for reason, words in self._omitted.most_common()
            ),
            notes=tuple(self._notes),
        )

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
