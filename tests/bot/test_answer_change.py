"""Changes of answers: what an answer states counts, and not how it says it."""

from pathlib import Path

import pytest

from bot.answering.time.moments import dated
from bot.domain.known_answer import KnownAnswer
from bot.domain.models import Question
from bot.serving.jobs import Engines, QuestionJob, Reanswer, ReanswerJob
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveIndex
from index.progress import NoProgress

CHAIR = "Who will chair the Lindmark Foundation?"
STRIKE = "Why was the ferry to Kelby cancelled?"
OPENS = "When will the tunnel open?"
CLOSED = "Has the takeover of Brightwater closed?"


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines()


def article(text: str, published: str = "2031-03-05", title: str = "News") -> str:
    return f"---\ntitle: {title}\npublished: {published}\n---\n{text}\n"


def published(live: LiveIndex | None, folder: Path, encoder: Encoder, home: Path) -> LiveIndex:
    build_index([folder / "articles"], folder / "index", encoder, NoProgress())
    if live is None:
        return LiveIndex(folder / "index", home)
    live.reload()
    return live


@pytest.mark.parametrize(
    ("question", "before", "after", "changed"),
    [
        (
            CHAIR,
            ["Petra Olsson will chair the Lindmark Foundation."],
            ["The Lindmark Foundation said that Petra Olsson will chair it."],
            False,
        ),
        (
            CHAIR,
            ["Petra Olsson will chair the Lindmark Foundation."],
            ["Daniel Frey will replace Petra Olsson as chair of the Lindmark Foundation."],
            True,
        ),
        (
            CHAIR,
            ["Petra Olsson will chair the Lindmark Foundation."],
            ["Petra Olsson will not chair the Lindmark Foundation."],
            True,
        ),
        (
            STRIKE,
            ["The ferry to Kelby was cancelled because of a broken engine, its owner said."],
            ["Because of a broken engine, the ferry to Kelby was cancelled."],
            False,
        ),
        (
            STRIKE,
            ["The ferry to Kelby was cancelled because of a broken engine."],
            ["The ferry to Kelby was cancelled because of a strike by the crew."],
            True,
        ),
        (
            CLOSED,
            ["The takeover of Brightwater has not closed yet."],
            ["The takeover of Brightwater closed on Friday."],
            True,
        ),
        (
            CLOSED,
            ["The takeover of Brightwater has not closed yet."],
            ["The takeover of Brightwater hasn't closed yet.", "Brightwater makes pumps."],
            False,
        ),
        (
            OPENS,
            [("The tunnel will open on Monday.", "2031-03-05")],
            [("The tunnel will open on Monday.", "2031-03-12")],
            False,  # the same sentence: a date that moved with the article is not seen
        ),
        (
            OPENS,
            [("The tunnel will open on Monday, the builders say.", "2031-03-05")],
            [("The builders of the tunnel hope to open it next Tuesday.", "2031-03-12")],
            True,
        ),
    ],
)
def test_an_answer_changes_with_what_it_states(
    engines: Engines,
    encoder: Encoder,
    encoder_home: Path,
    tmp_path: Path,
    question: str,
    before: list[str | tuple[str, str]],
    after: list[str | tuple[str, str]],
    changed: bool,
) -> None:
    asked = dated(Question(question=question))
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, before)
    live = published(None, tmp_path, encoder, encoder_home)
    [encoded] = engines.answerer.encode(live.current, [asked])
    first = QuestionJob(asked).run(engines, live.current, encoded)
    known = KnownAnswer(
        answer=first.answer,
        candidates=tuple(each.hit.sentence.text for each in first.ranked),
    )
    assert first.answer.evidence
    write(folder, after)
    published(live, tmp_path, encoder, encoder_home)
    again = answered_again(engines, live, asked, known)
    assert again.changed is changed, (first.answer.short_answer, again.receipt.answer.evidence)


def write(folder: Path, articles: list[str | tuple[str, str]]) -> None:
    for number, each in enumerate(articles):
        text = article(each) if isinstance(each, str) else article(*each)
        (folder / f"{number}.md").write_text(text)


def answered_again(
    engines: Engines, live: LiveIndex, asked: Question, known: KnownAnswer
) -> Reanswer:
    [encoded] = engines.answerer.encode(live.current, [asked])
    return ReanswerJob(asked, known).run(engines, live.current, encoded)
