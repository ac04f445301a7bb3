"""Small dated stories for tests, each built into an index of its own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.answering.pipeline import QuestionAnswerer
from bot.answering.receipt import Receipt
from bot.answering.verification.checker import Checker
from bot.domain.claims import Check, CheckRequest
from bot.domain.models import Answer, Question
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveGeneration, open_live
from index.progress import NoProgress


def article(id_: str, source: str, published: str, text: str, **fields: Any) -> dict[str, Any]:
    return {"id": id_, "source": source, "published": published, "title": "", "text": text} | fields


class Story:
    """Articles in an index, and the answers and checks over it."""

    def __init__(
        self, folder: Path, home: Path, encoder: Encoder, records: Sequence[dict[str, Any]]
    ) -> None:
        path = folder / "articles.jsonl"
        path.write_text("".join(f"{json.dumps(each)}\n" for each in records), encoding="utf-8")
        build_index([path], folder / "index", encoder, NoProgress())
        self.live: LiveGeneration = open_live(folder / "index", home, reuse=encoder)
        self._answerer = QuestionAnswerer()

    def receipt(self, question: str, **fields: Any) -> Receipt:
        [encoded] = self._answerer.encode(self.live, [Question(question=question, **fields)])
        return self._answerer.answer(self.live, encoded)

    def answer(self, question: str, **fields: Any) -> Answer:
        return self.receipt(question, **fields).answer

    def check(self, text: str) -> Check:
        return Checker(self._answerer.ranker).check(self.live, CheckRequest(text=text))
