"""Overviews: what is new, and what happened, from exact sentences."""

import json
from collections.abc import AsyncIterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from bot.domain.errors import QuestionError
from bot.domain.models import Answer, Change, OverviewKind, Question, Role, Status
from bot.domain.overviews import OverviewRequest
from bot.serving.service import AnswerService
from bot.wording.answers import answer_text
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveIndex
from index.progress import NoProgress
from tests.bot.conftest import InProcess, Program
from tests.bot.overview_story import STORY, write_story


@pytest.fixture(scope="session")
def story_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of the story. Read-only: shared by the session."""
    folder = tmp_path_factory.mktemp("story")
    build_index([write_story(folder)], folder / "index", encoder, NoProgress())
    return folder / "index"


@pytest.fixture
async def service(story_index: Path, encoder_home: Path) -> AsyncIterator[AnswerService]:
    live = LiveIndex(story_index, encoder_home)
    async with AnswerService(live, max_waiting=9, deadline_s=30) as service:
        yield service


async def overview(service: AnswerService, kind: OverviewKind, **wanted: object) -> Answer:
    request = OverviewRequest.model_validate({"kind": kind, **wanted})
    return (await service.overview(request)).answer


def entries(answer: Answer) -> list[tuple[str, str]]:
    return [(each.happened, each.article_id) for each in answer.citations if each.happened]


async def test_the_newest_article_comes_first_and_copies_are_folded(
    service: AnswerService,
) -> None:
    answer = await overview(service, OverviewKind.LATEST)
    assert entries(answer) == [
        ("2031-06-18", "hearing"),
        ("2031-05-12", "rumour"),
        ("2031-05-04", "closed"),
        ("2031-04-02", "lawsuit"),
        ("2031-03-22", "cost"),
        ("2031-03-01", "boats"),
        ("2031-02-03", "closure"),
    ]
    assert [place.article_id for place in answer.citations[-1].also_in] == ["closure-radio"]
    assert answer.overview is OverviewKind.LATEST
    # The newer article repeats the sentence of the older one, so it is shown by another.
    boats = next(each for each in answer.citations if each.article_id == "boats")
    assert "ordered two electric boats" in boats.quote


async def test_a_correction_is_shown_with_the_sentence_before(service: AnswerService) -> None:
    answer = await overview(service, OverviewKind.LATEST)
    place = next(i for i, each in enumerate(answer.citations) if each.change is Change.NEW)
    new, old = answer.citations[place : place + 2]
    assert "$15.2 million" in new.quote
    assert new.role is Role.EVIDENCE
    assert ("$12.5 million" in old.quote, old.change, old.article_id) == (
        True,
        Change.REPLACED,
        "cost@1",
    )
    assert (old.role, old.superseded[:10]) == (Role.CONTEXT, "2031-03-22")
    text = answer_text(answer)
    assert "*Updated:*" in text
    assert "*Before:*" in text


async def test_a_withdrawn_article_is_named_and_is_no_evidence(service: AnswerService) -> None:
    answer = await overview(service, OverviewKind.LATEST)
    [withdrawn] = [each for each in answer.citations if each.change is Change.WITHDRAWN]
    assert (withdrawn.article_id, withdrawn.role) == ("rumour", Role.CONTEXT)
    timeline = await overview(service, OverviewKind.TIMELINE)
    assert "rumour" not in {each.article_id for each in timeline.citations}
    assert "resign" not in answer_text(timeline)


@pytest.mark.parametrize(
    ("since", "shown"),
    [
        ("2031-06-18", ["hearing"]),
        ("2031-06-19", []),
        ("2031-05-04", ["hearing", "rumour", "closed"]),
        # The correction was seen two days after its article was published.
        ("2031-03-21", ["hearing", "rumour", "closed", "lawsuit", "cost"]),
        ("2031-03-22T10:00:00Z", ["hearing", "rumour", "closed", "lawsuit"]),
    ],
)
async def test_only_what_is_new_since_a_date(
    service: AnswerService, since: str, shown: list[str]
) -> None:
    answer = await overview(service, OverviewKind.LATEST, since=since)
    assert [article for _, article in entries(answer)] == shown
    assert answer.since == since


async def test_an_article_counts_from_when_it_was_found_unless_it_was_found_late(
    encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    found = {"fresh": "2031-06-20T09:00:00Z", "late": "2031-07-20T09:00:00Z", "unseen": ""}
    records = tuple(
        {"id": name, "published": "2031-06-17", "seen": seen, "text": f"The {name} mast is tall."}
        for name, seen in found.items()
    )
    (tmp_path / "articles").mkdir()
    write_story(tmp_path / "articles", records)
    build_index([tmp_path / "articles"], tmp_path / "index", encoder, NoProgress())
    live = LiveIndex(tmp_path / "index", encoder_home)
    async with AnswerService(live, max_waiting=9, deadline_s=30) as service:
        for since, shown in (
            ("2031-06-17T12:00:00Z", {"fresh", "late", "unseen"}),
            ("2031-06-19", {"fresh"}),
            ("2031-06-21", set()),
        ):
            answer = await overview(service, OverviewKind.LATEST, since=since)
            assert {article for _, article in entries(answer)} == shown, since


async def test_nothing_new_names_the_newest_article(service: AnswerService) -> None:
    answer = await overview(service, OverviewKind.LATEST, since="2031-07-01")
    assert answer.status is Status.ABSTAINED
    assert [each.article_id for each in answer.closest] == ["hearing"]
    assert answer_text(answer) == (
        "Nothing is new since 1 Jul 2031. The newest article is from 18 Jun 2031."
    )
    known = await overview(service, OverviewKind.LATEST, known=answer.generation)
    assert known.citations == ()


async def test_windows_that_follow_each_other_show_each_article_once(
    service: AnswerService,
) -> None:
    """Digests rely on it. An article with a mere date belongs to the window after its day."""
    bounds = [f"2031-{month:02}-{day:02}T08:00:00Z" for month in range(2, 8) for day in (3, 4, 18)]
    shown: list[str] = []
    for since, until in pairwise(bounds):
        answer = await overview(service, OverviewKind.LATEST, since=since, until=until)
        shown += [article for _, article in entries(answer)]
    assert sorted(shown) == sorted(set(shown))
    assert set(shown) == {"closure", "boats", "cost", "lawsuit", "closed", "rumour", "hearing"}


async def test_an_overview_of_an_earlier_day_has_what_was_known_then(
    service: AnswerService,
) -> None:
    for asked in ("What's new?", "What happened so far?"):
        question = Question(question=asked, as_of="2031-03-21", asked="2031-12-01")
        answer = (await service.answer(question)).answer
        assert answer.as_of == "2031-03-21"
        assert "as of 21 Mar 2031" in answer_text(answer)
        assert "$12.5 million" in answer_text(answer)
        assert "$15.2 million" not in answer_text(answer)
        assert {each.role for each in answer.citations} == {Role.EVIDENCE}
        assert max(date for date, _ in entries(answer)) == "2031-03-20"
    rumour = await overview(service, OverviewKind.LATEST, as_of="2031-05-11")
    assert entries(rumour)[0] == ("2031-05-10", "rumour")
    assert rumour.citations[0].change is None
    topic = await overview(
        service, OverviewKind.TIMELINE, topic="the cost of the repair", as_of="2031-03-21"
    )
    assert [each.article_id for each in topic.citations] == ["cost@1"]


async def test_a_change_is_shown_from_the_version_that_held_then(
    encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    """The asker knows the version of their last look, not the one before the newest."""
    record = next(each for each in STORY if each["id"] == "cost")
    versions = tuple(
        {**record, "text": f"The repair will cost ${million} million.", "seen": f"2031-03-{day}"}
        for million, day in ((10, 20), (11, 22), (12, 24), (13, 26))
    )
    (tmp_path / "articles").mkdir()
    write_story(tmp_path / "articles", versions)
    build_index([tmp_path / "articles"], tmp_path / "index", encoder, NoProgress())
    live = LiveIndex(tmp_path / "index", encoder_home)
    async with AnswerService(live, max_waiting=9, deadline_s=30) as service:
        for since, before in (("", "$12"), ("2031-03-25", "$12"), ("2031-03-23", "$11")):
            answer = await overview(service, OverviewKind.LATEST, since=since)
            new, old = answer.citations
            assert ("$13" in new.quote, before in old.quote) == (True, True), since
            assert old.change is Change.REPLACED


async def test_a_timeline_has_one_sentence_a_day_oldest_first(service: AnswerService) -> None:
    answer = await overview(service, OverviewKind.TIMELINE)
    dates = [each.happened for each in answer.citations if each.happened]
    assert dates == sorted(set(dates))
    assert [len(date) for date in dates if date == "2031-01"] == [7]
    # The order was placed on 27 February, which its article says two days later.
    assert ("2031-02-27", "boats") in entries(answer)
    # "A court will hear the case in June" is news of the day of its article.
    assert "2031-06" not in dates
    assert len({each.quote for each in answer.citations}) == len(answer.citations)


async def test_a_timeline_of_a_topic_leaves_other_days_out(service: AnswerService) -> None:
    answer = await overview(service, OverviewKind.TIMELINE, topic="the lawsuit of Southsea Lines")
    assert entries(answer) == [("2031-04-02", "lawsuit"), ("2031-06-18", "hearing")]
    other = await overview(service, OverviewKind.TIMELINE, topic="football")
    assert other.status is Status.ABSTAINED
    assert answer_text(other).startswith("The articles say nothing about this.")


async def test_the_limit_keeps_the_most_telling_days(service: AnswerService) -> None:
    answer = await overview(service, OverviewKind.TIMELINE, limit=3)
    assert len(entries(answer)) == 3


async def test_every_quote_is_exact(service: AnswerService) -> None:
    texts = {str(each["id"]): str(each["text"]) for each in STORY}
    texts["cost@1"] = next(str(each["text"]) for each in STORY if each["id"] == "cost")
    for kind in OverviewKind:
        for each in (await overview(service, kind)).citations:
            assert texts[each.article_id][each.start : each.end] == each.quote


async def test_a_question_for_an_overview_gets_it(service: AnswerService) -> None:
    for question, kind in (("What's new?", OverviewKind.LATEST), ("tl;dr", OverviewKind.TIMELINE)):
        answer = (await service.answer(Question(question=question, id="q"))).answer
        assert (answer.overview, answer.id) == (kind, "q")
        assert answer.citations == (await overview(service, kind)).citations
    real = await service.answer(Question(question="What is the latest figure for the repair?"))
    assert real.answer.overview is None


async def test_a_follow_up_gives_the_topic(service: AnswerService) -> None:
    """The spelling of a topic is corrected, like that of a question."""
    asked = Question(question="catch me up on Southsea Lines and its lawsiut")
    answer = (await service.answer(asked)).answer
    assert {article for _, article in entries(answer)} == {"lawsuit", "hearing"}


@pytest.mark.parametrize("wrong", [{"since": "soon"}, {"topic": "\x07"}, {"until": "2031-13-01"}])
async def test_what_cannot_be_read_is_refused(
    service: AnswerService, wrong: dict[str, str]
) -> None:
    with pytest.raises(QuestionError):
        await overview(service, OverviewKind.LATEST, **wrong)


async def test_articles_without_dates_are_not_ordered(
    encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "one.txt").write_text("The museum of clocks in Tarn got a new roof.\n")
    build_index([tmp_path / "articles"], tmp_path / "index", encoder, NoProgress())
    live = LiveIndex(tmp_path / "index", encoder_home)
    async with AnswerService(live, max_waiting=9, deadline_s=30) as service:
        for kind in OverviewKind:
            answer = await overview(service, kind)
            assert (answer.citations, answer.closest) == ((), ())
            assert "no dates" in answer_text(answer)


@pytest.fixture
def in_2031(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the day be one after the story."""
    for module in ("time.moments", "overview.starts"):
        monkeypatch.setattr(f"bot.answering.{module}.today", lambda: date(2031, 7, 1))


@pytest.mark.usefixtures("in_2031")
def test_the_command_line_prints_an_overview(run_main: InProcess, story_index: Path) -> None:
    latest = run_main("latest", "--since", "1 May 2031", "--index", story_index)
    assert latest.code == 0
    assert latest.out.startswith("New since 1 May 2031\n")
    assert "Withdrawn by its publisher: Mayor Ilse Brandt will resign" in latest.out
    timeline = run_main("timeline", "Southsea Lines", "--json", "--index", story_index)
    answer = Answer.model_validate_json(timeline.out)
    assert [each.happened for each in answer.citations] == ["2031-04-02", "2031-06-18"]
    assert answer.text.startswith("What happened\n")
    for arguments in (
        ("latest", "--since", "soon"),
        ("latest", "--since", "2999-01-01"),
        ("timeline", "--as-of", "2999-01-01"),
        ("timeline", "\x07"),
    ):
        refused = run_main(*arguments, "--index", story_index)
        assert (refused.code, refused.out) == (1, "")
        assert refused.complaint


@pytest.mark.usefixtures("in_2031")
def test_the_command_line_shows_what_was_known_on_a_day(
    run_main: InProcess, story_index: Path
) -> None:
    for command in ("latest", "timeline"):
        done = run_main(command, "--as-of", "2031-04-30", "--json", "--index", story_index)
        answer = Answer.model_validate_json(done.out)
        assert answer.as_of == "2031-04-30"
        assert answer.citations
        assert all(each.published[:10] <= "2031-04-30" for each in answer.citations)
        assert "2031" in answer.text.partition("\n")[0]


def test_the_repl_shows_overviews(program: Program, story_index: Path) -> None:
    lines = b":latest 2026-06-01\n:context 1\n:timeline Southsea Lines\n:latest soon\nany news?\n"
    shown = program("repl", "--index", story_index, input=lines)
    out = shown.stdout.decode()
    assert "New since 1 Jun 2026" in out
    assert "Judge Omar Field found" in out
    assert out.count("What happened") == 1
    assert out.count("What is new") == 1
    assert b"not one date" in shown.stderr


def test_the_repl_shows_overviews_of_the_day_that_is_set(
    program: Program, encoder: Encoder, tmp_path: Path
) -> None:
    records = ("The ferry fare is 4 coins.", "2024-03-01"), ("The fare is 5 coins.", "2024-06-01")
    lines = [json.dumps({"text": text, "published": day}) for text, day in records]
    (tmp_path / "fares.jsonl").write_text("\n".join(lines))
    build_index([tmp_path / "fares.jsonl"], tmp_path / "index", encoder, NoProgress())
    typed = b":as-of May 2024\n:latest\n:timeline\nwhat's new?\n:as-of off\n:latest\n:timeline\n"
    shown = program("repl", "--index", tmp_path / "index", input=typed)
    then, now = shown.stdout.decode().split("what is known now.")
    assert then.count("What is new, as of 31 May 2024") == 2
    assert then.count("What happened, as of 31 May 2024") == 1
    assert "4 coins" in then
    assert "5 coins" not in then
    assert now.count("5 coins") == 2
    assert not shown.stderr
