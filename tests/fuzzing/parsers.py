"""Every parser of the program as a function of bytes, with a seed that it can read.

Each checks its invariants and returns what it read, or raises ExpectedError."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.config.flags import PREFIX
from bot.config.settings import Settings, _from_file
from bot.discord.text.escapes import escape, inert
from bot.domain.batch_file import read_batch
from bot.domain.models import Question, RankRequest, check_question
from bot.evaluation.questions import EvalQuestion
from bot.rebuild.golden import read_golden
from bot.store.signatures import Signer
from bot.wording.visible import visible
from index.articles.sources import read_articles
from index.encoder.record import RECORD_FILE, read_record
from index.errors import ExpectedError, SourceError
from index.files.publication import read_pointer
from index.generations.manifest import MANIFEST, read_manifest
from index.models import Article
from index.stores.vector_cache import VectorCache, keys_of
from index.text.sentences import split_sentences
from index.text.words import read_words
from prompts import PromptError, Prompts

_LIMIT = 100_000  # bytes per article
_MANIFEST = (
    b'{"seal": "00", "schema_version": 4, "id": "a", "created": "2031-02-03T00:00:00+00:00", '
    b'"dealbot_version": "1", "encoder_id": "e", "dimension": 3, "articles": 1, "sentences": 1, '
    b'"passages": 1, "dense": {"type": "exact"}, "sources": [], "files": {"a": "b"}}'
)


@dataclass(frozen=True)
class Parser:
    """A parser: `read` accepts any bytes; `seed` is an input that it understands."""

    read: Callable[[bytes], object]
    seed: bytes


def _in_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def from_bytes(data: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(data)
            return read(path)

    return from_bytes


def _articles(path: Path) -> list[Article]:
    bad: list[SourceError] = []
    articles = list(read_articles([path], max_article_bytes=_LIMIT, on_bad=bad.append))
    for article in articles:
        assert article.text.strip()
        assert len(article.text.encode()) <= _LIMIT
        assert "\n" not in article.title + article.id + article.url
        assert not article.url or article.url.lower().startswith(("http://", "https://"))
    assert all(error.user_message.isprintable() for error in bad)
    assert articles or bad
    return articles


def _sentences(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    spans, end = split_sentences(text), 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        sentence = text[span.start : span.end]
        assert sentence == sentence.strip()
        end = span.end
    return spans


def _environment(data: bytes) -> object:
    name, _, value = data.decode("utf-8", "replace").partition("=")
    return Settings.load({}, {f"{PREFIX}{name.upper()}": value})


def _asked(path: Path) -> object:
    lines = list(read_batch(path, Question))
    for line in lines:
        line.id.encode()
        if isinstance(line.request, Question):
            check_question(line.request.question)
    return lines


def _vectors(data: bytes) -> object:
    """Use half of the bytes as keys, half as vectors, and assert that no key is found that was
    never stored."""
    with tempfile.TemporaryDirectory() as folder:
        middle = len(data) // 2
        for name, part in (("keys.bin", data[:middle]), ("vectors.bin", data[middle:])):
            Path(folder, name).write_bytes(part)
        cache = VectorCache(Path(folder), 4)
        found = cache.find(keys_of(["never encoded", ""]))
    assert (found == -1).all()
    return found


def _shown(data: bytes) -> object:
    text = data.decode("utf-8", "surrogateescape")  # includes lone surrogates, which JSON can carry
    for safe in (visible(text), inert(text), escape(text)):
        assert not any(char in safe for char in "\x00\x1b\x9b\u202e\u2066")
        safe.encode()
    return read_words(text)


def _signed(data: bytes) -> object:
    payload, _, tag = data.decode("utf-8", "replace").rpartition(":")
    signer = Signer(b"key")
    assert signer.verify(payload, tag) is (tag == signer.sign(payload))
    return tag


def _prompts(path: Path) -> object:
    try:
        return Prompts.load(path.parent)
    # unrelated to our other errors: prompts/ imports none of our packages
    except PromptError as error:
        raise ExpectedError(str(error)) from error


PARSERS = {
    "text": Parser(_in_file("a.txt", _articles), b"Title\n\nOne sentence. Another one."),
    "markdown": Parser(
        _in_file("a.md", _articles),
        b"---\ntitle: 'T'\npublished: 2031-02-03\nurl: https://x.y\n---\n"
        b"# H\n\n- *a* [b](c)\n\n> q",
    ),
    "html": Parser(
        _in_file("a.html", _articles),
        b'<html><head><meta charset="utf-8"><title>T</title></head><body><article><p>Some text '
        b"&amp; more of it, long enough.</p><ul><li>one</li></ul></article></body></html>",
    ),
    "json": Parser(
        _in_file("a.json", _articles), b'[{"id": 7, "title": "T", "text": "Some text."}]'
    ),
    "jsonl": Parser(
        _in_file("a.jsonl", _articles), b'{"text": "One."}\n\n{"id": "b", "text": "Two"}'
    ),
    "sentences": Parser(
        _sentences, "He said “No.” (Yes.) On 4 May. $1.5 bn. – ok…\r\nA. 1. x".encode()
    ),
    "settings": Parser(
        _in_file("dealbot.toml", lambda path: Settings.load(_from_file(path), {})),
        b'articles = ["a"]\nmax_waiting = 3\nlimit_per_user = "1/minute"\nadmin_users = [1]',
    ),
    "environment": Parser(_environment, b"limit_per_user=3/minute"),
    "questions": Parser(
        _in_file("q.jsonl", _asked),
        b'{"id": "q", "question": "Why?", "history": [{"question": "a", "answer": "b"}]}\n',
    ),
    "ranking": Parser(
        _in_file("r.jsonl", lambda path: list(read_batch(path, RankRequest))),
        b'{"id": 1, "question": "Why?", "sentences": ["a", "b"], "title": "T"}\n',
    ),
    "golden": Parser(_in_file("g.jsonl", read_golden), b'{"question": "Why?", "expect": "x"}\n'),
    "evaluation": Parser(
        _in_file("e.jsonl", lambda path: list(read_batch(path, EvalQuestion))),
        b'{"id": "e", "question": "Why?", "answerable": true, "gold": [], "kind": "x"}\n',
    ),
    "manifest": Parser(_in_file(MANIFEST, lambda path: read_manifest(path.parent)), _MANIFEST),
    "pointer": Parser(_in_file("CURRENT", read_pointer), b"20310203T000000-abcdef\n"),
    "encoder": Parser(
        _in_file(RECORD_FILE, lambda path: read_record(path.parent)),
        b'{"schema_version": 2, "name": "m", "dimension": 3, "files": {"model.onnx": "0"}}',
    ),
    "vectors": Parser(_vectors, bytes(range(56))),
    "shown": Parser(_shown, "**a** [b](https://x.y) @everyone <@1> \u202e🚲 discord.gg/a".encode()),
    "signed": Parser(_signed, f"cite:abc:1:{Signer(b'key').sign('cite:abc:1')}".encode()),
    "prompts": Parser(_in_file("abstained.txt", _prompts), b"The articles don't say.\n"),
    "short prompts": Parser(_in_file("refusals.toml", _prompts), b'busy = "Later: {wait}"\n'),
}
