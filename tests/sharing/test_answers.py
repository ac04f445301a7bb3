"""Shared answers: equal to computed ones; anything else in Redis never leaves."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from bot.app import open_service
from bot.config.settings import Settings
from bot.domain.models import Answer, Question, Status, Turn
from bot.monitoring.degradations import Degradations
from bot.monitoring.observer import Observer
from bot.sharing.answers import SharedAnswers
from bot.sharing.link import RedisLink
from bot.wording.answers import answer_text
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveIndex
from index.progress import NoProgress
from tests.sharing.conftest import keys_of, linked
from tests.sharing.redis_server import RedisServer

COST = "How much will the repair of the harbour bridge cost?"
PERU = "What is the capital of Peru?"
_COPIED = "Mayor Ilse Brandt said that the repair of the bridge will cost $12.5 million. "
ARTICLES = {
    "harbour": f"{_COPIED}She expects it to last two years.",
    "wire": f"Short news. {_COPIED}",
    "ferry": "Northline Ferries ordered two electric boats from Volta Marine.",
}


@pytest.fixture(scope="module")
def live(
    encoder: Encoder, encoder_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> LiveIndex:
    folder = tmp_path_factory.mktemp("shared")
    records = [
        json.dumps({"id": name, "title": name.title(), "url": f"https://{name}.example", "text": t})
        for name, t in ARTICLES.items()
    ]
    (folder / "articles.jsonl").write_text("\n".join(records))
    build_index([folder / "articles.jsonl"], folder / "index", encoder, NoProgress())
    return LiveIndex(folder / "index", encoder_home)


@pytest.fixture
async def answer(live: LiveIndex) -> AsyncIterator[Callable[[Question], Any]]:
    async with open_service(Settings(), live) as service:

        async def answer(question: Question) -> Answer:
            return (await service.answer(question)).answer

        yield answer


@pytest.fixture
async def link(redis: RedisServer, degraded: Degradations) -> AsyncIterator[RedisLink]:
    async with linked(redis, degraded) as link:
        yield link
    assert not degraded.current


@pytest.fixture
def shared(link: RedisLink, live: LiveIndex) -> SharedAnswers:
    return SharedAnswers(link, live, Observer())


@pytest.fixture
def admin(redis: RedisServer) -> Redis:
    return Redis.from_url(redis.url)


def same(one: Answer, other: Answer) -> bool:
    return one.model_copy(update={"elapsed_ms": 0}) == other.model_copy(update={"elapsed_ms": 0})


@pytest.mark.parametrize(("text", "status"), [(COST, Status.ANSWERED), (PERU, Status.ABSTAINED)])
async def test_what_one_has_computed_another_gets_as_it_was(
    shared: SharedAnswers, answer: Callable[[Question], Any], text: str, status: Status
) -> None:
    question = Question(question=text, id="q1")
    assert await shared.get(question) is None
    computed = await answer(question)
    assert computed.status is status
    await shared.put(question, computed)
    got = await shared.get(question)
    assert got is not None
    assert same(got, computed)
    spaced = Question(question=f"  {text.replace(' ', '  ')}", id="q2")
    again = await shared.get(spaced)
    assert again is not None
    recomputed = await answer(spaced)
    assert (again.citations, again.closest, answer_text(again), again.id) == (
        recomputed.citations,
        recomputed.closest,
        answer_text(recomputed),
        "q2",
    )


async def test_a_copy_in_another_article_comes_along(
    shared: SharedAnswers, answer: Callable[[Question], Any]
) -> None:
    question = Question(question=COST)
    computed = await answer(question)
    assert computed.citations[0].also_in
    await shared.put(question, computed)
    got = await shared.get(question)
    assert got is not None
    assert got.citations[0].also_in == computed.citations[0].also_in


async def test_another_question_history_model_or_generation_is_another_answer(
    link: RedisLink,
    shared: SharedAnswers,
    answer: Callable[[Question], Any],
    three_generations: Path,
    encoder_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = Question(question=COST)
    await shared.put(question, await answer(question))
    turn = Turn(question="Who?", answer="They.")
    assert await shared.get(Question(question=f"{COST} now")) is None
    assert await shared.get(Question(question=COST, history=(turn,))) is None
    other = SharedAnswers(link, LiveIndex(three_generations, encoder_home), Observer())
    assert await other.get(question) is None
    assert await shared.get(question) is not None
    monkeypatch.setattr("bot.sharing.answers.model_digest", lambda: "another")
    assert await shared.get(question) is None


async def test_nothing_is_kept_of_small_talk_nor_of_what_was_asked(
    shared: SharedAnswers, answer: Callable[[Question], Any], admin: Redis
) -> None:
    hello = Question(question="hello")
    await shared.put(hello, await answer(hello))
    assert keys_of(admin, "dealbot:answer:*") == []
    question = Question(question=COST)
    await shared.put(question, await answer(question))
    [key] = keys_of(admin, "dealbot:answer:*")
    kept, seconds = admin.get(key), admin.ttl(key)
    assert isinstance(kept, bytes)
    assert b"How much" not in kept
    assert isinstance(seconds, int)
    assert 0 < seconds <= 3600


async def test_an_answer_of_a_generation_that_is_gone_is_not_shared(
    shared: SharedAnswers, answer: Callable[[Question], Any], admin: Redis
) -> None:
    question = Question(question=COST)
    computed = await answer(question)
    await shared.put(question, computed.model_copy(update={"generation": "another"}))
    assert keys_of(admin, "dealbot:answer:*") == []


# --- foreign entries in Redis -------------------------------------------------------------------


def _first(answer: dict[str, Any], **changes: Any) -> None:
    answer["citations"][0].update(changes)


def _short(answer: dict[str, Any], **changes: Any) -> None:
    answer["short_answer"].update(changes)


def _also(answer: dict[str, Any], **changes: Any) -> None:
    answer["citations"][0]["also_in"][0].update(changes)


POISON: dict[str, Callable[[dict[str, Any]], object]] = {
    "a quote that nobody said": lambda a: _first(a, quote="It costs nothing."),
    "a quote in other words that mean the same": lambda a: _first(
        a, quote=a["citations"][0]["quote"].replace("that the", "the that")
    ),
    "a place beside the quote": lambda a: _first(a, start=1),
    "no place": lambda a: _first(a, start=5, end=5, quote=""),
    "a place from the end": lambda a: _first(a, start=-5),
    "no such article": lambda a: _first(a, article_id="none"),
    "an address elsewhere": lambda a: _first(a, url="https://evil.example"),
    "another title": lambda a: _first(a, title="Official"),
    "another source": lambda a: _first(a, source="Official"),
    "another date": lambda a: _first(a, published="2031-01-01"),
    "a number out of order": lambda a: _first(a, number=2),
    "context alone": lambda a: _first(a, role="context"),
    "a score that is none": lambda a: _first(a, score=float("inf")),
    "a copy that is none": lambda a: _also(a, start=0, end=11),
    "a copy elsewhere": lambda a: _also(a, url="https://evil.example"),
    "a copy nowhere": lambda a: _also(a, article_id="none"),
    "another short answer": lambda a: _short(a, text="$12.5 billion"),
    "a short answer of another sentence": lambda a: _short(a, citation=2),
    "a short answer from elsewhere": lambda a: _short(a, start=0, end=10_000),
    "an answer and none": lambda a: a.update(closest=a["citations"]),
    "neither": lambda a: a.update(citations=[], short_answer=None),
    "a short answer to nothing": lambda a: a.update(closest=a["citations"], citations=[]),
    "a confidence beyond all": lambda a: a.update(confidence=7),
    "a confidence that is none": lambda a: a.update(confidence=float("nan")),
    "text of its own": lambda a: a.update(text="Free money: evil.example"),
    "an understanding of its own": lambda a: a.update(understood_as="Free money: evil.example"),
    "citations without end": lambda a: a.update(citations=a["citations"] * 100),
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
async def test_a_poisoned_answer_is_never_used(
    shared: SharedAnswers,
    answer: Callable[[Question], Any],
    admin: Redis,
    poison: Callable[[dict[str, Any]], object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    question = Question(question=COST)
    computed = await answer(question)
    assert computed.short_answer is not None
    await shared.put(question, computed)
    [key] = keys_of(admin, "dealbot:answer:*")
    kept = admin.get(key)
    assert isinstance(kept, bytes)
    answered = json.loads(kept)
    poison(answered)
    admin.set(key, json.dumps(answered))
    assert await shared.get(question) is None
    assert "an answer from Redis is not used" in caplog.text
    await shared.put(question, computed)  # the computed answer replaces it
    assert await shared.get(question) is not None


@pytest.mark.parametrize("data", [b"\x00\xff", b"[" * 50_000, b"null", b"{}", b" " * 70_000])
async def test_what_is_no_answer_is_never_used(
    shared: SharedAnswers, answer: Callable[[Question], Any], admin: Redis, data: bytes
) -> None:
    question = Question(question=COST)
    await shared.put(question, await answer(question))
    [key] = keys_of(admin, "dealbot:answer:*")
    admin.set(key, data)
    assert await shared.get(question) is None


async def test_one_that_is_too_large_is_neither_put_nor_read_whole(
    shared: SharedAnswers,
    answer: Callable[[Question], Any],
    admin: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = Question(question=COST)
    computed = await answer(question)
    await shared.put(question, computed)
    monkeypatch.setattr("bot.sharing.answers._LARGEST", 100)
    assert await shared.get(question) is None
    admin.flushall()
    await shared.put(question, computed)
    assert admin.keys() == []


@pytest.mark.parametrize(
    ("text", "history"),
    [
        ("What will the reparr cost?", ()),
        ("And how long will it last?", (Turn(question=COST, answer="$12.5 million"),)),
    ],
)
async def test_what_was_understood_as_another_question_is_not_shared(
    shared: SharedAnswers,
    answer: Callable[[Question], Any],
    admin: Redis,
    text: str,
    history: tuple[Turn, ...],
) -> None:
    question = Question(question=text, history=history)
    computed = await answer(question)
    assert computed.understood_as != text
    await shared.put(question, computed)
    assert keys_of(admin, "dealbot:answer:*") == []
