"""Training stories: every file is valid, some are for evaluation only, and mistakes in a file are
refused."""

import json
import sys
from collections import defaultdict
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from training.judge.sets import asked_of_story, claims_of_story, story_questions, wordings
from training.stories import FOLDER, Kind, Label, Story, StoryQuestion, main, read_stories

FILES = sorted(FOLDER.glob("*.json"))
SENTENCES = ("Ann Bell leads Tarn.", "The bridge is old.", "It closes in May.", "Ships wait.")


def story(**changed: Any) -> dict[str, Any]:
    """Build a valid story as JSON, with parts of it changed."""
    article = {
        "id": "a",
        "title": "The bridge of Tarn",
        "source": "Tarn Gazette",
        "published": "2031-02-03",
        "sentences": list(SENTENCES),
    }
    question = {
        "kind": "direct",
        "question": "Who leads Tarn?",
        "gold": ["a0"],
        "answer": "Ann Bell",
    }
    claim = {"claim": "Ann Bell leads Tarn.", "label": "supported", "gold": ["a0"]}
    whole = {"title": "Tarn", "articles": [article], "questions": [question], "claims": [claim]}
    return deepcopy(whole | changed)


def asked(**changed: Any) -> dict[str, Any]:
    """Build the valid story with a changed question."""
    return story(questions=[story()["questions"][0] | changed])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_story_is_valid(path: Path) -> None:
    read = Story.model_validate_json(path.read_bytes())
    assert {each.kind for each in read.questions} == set(Kind)
    assert {each.label for each in read.claims} == set(Label)
    for article in read.articles:
        assert all(sentence == sentence.strip() != "" for sentence in article.sentences)
    assert len({each.id for each in read.articles}) == len(read.articles)


def test_every_group_has_one_story_that_measures() -> None:
    groups = defaultdict(list)
    for path in FILES:
        group, _, number = path.stem.rpartition("-")
        groups[group].append(number)
    assert groups
    assert all(numbers.count("4") == 1 for numbers in groups.values())
    assert all(len(numbers) > 1 for numbers in groups.values())


def test_stories_that_measure_do_not_teach() -> None:
    measuring = [name for name, _ in story_questions(held_out=True)]
    teaching = [name for name, _ in story_questions(held_out=False)]
    assert all(name.endswith("-4") for name in measuring)
    assert not any(name.endswith("-4") for name in teaching)
    assert sorted(measuring + teaching) == [path.stem for path in FILES]
    assert [name for name, _ in read_stories()] == [path.stem for path in FILES]


def test_no_two_stories_share_a_sentence_of_their_articles() -> None:
    """Otherwise training would memorise a story used for evaluation."""
    seen: dict[str, str] = {}
    for name, read in read_stories():
        for sentence in {s for article in read.articles for s in article.sentences}:
            if len(sentence.split()) > 8:
                assert seen.setdefault(sentence, name) == name


def test_a_valid_story_is_accepted() -> None:
    read = Story.model_validate(story())
    assert read.sentence("a2") == SENTENCES[2]


TURN = {"question": "Who leads Tarn?", "answer": "Ann Bell."}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (asked(gold=[], answer=None), "wrong gold"),
        (asked(kind="near-miss", answer=None), "wrong gold"),
        (asked(kind="off-topic", gold=[]), "no gold sentence"),
        (asked(kind="follow-up"), "need history"),
        (asked(kind="follow-up", history=[TURN]), "need history"),
        (asked(history=[TURN], standalone="Who leads Tarn?"), "need history"),
        (asked(kind="yes-no"), "need a verdict"),
        (asked(verdict="yes"), "need a verdict"),
        (asked(answer="Omar Field"), "is not in"),
        (asked(gold=["a4"]), "no sentence 'a4'"),
        (asked(gold=["b0"]), "no sentence 'b0'"),
        (asked(gold=["a"]), "no sentence 'a'"),
        (asked(near=["a9"]), "no sentence 'a9'"),
        (asked(kind="odd"), "kind"),
        (asked(comment="unsure"), "comment"),
        (story(claims=[{"claim": "It is new.", "label": "contradicted"}]), "wrong gold"),
        (story(claims=[{"claim": "x", "label": "not_found", "gold": ["a1"]}]), "wrong gold"),
        (story(claims=[{"claim": "x", "label": "supported", "gold": ["a7"]}]), "no sentence 'a7'"),
        (story(articles=[]), "articles"),
        (story(articles=story()["articles"] * 5), "articles"),
        (story(articles=[story()["articles"][0] | {"published": "3 May 2031"}]), "published"),
        (story(articles=[story()["articles"][0] | {"sentences": ["One."]}]), "sentences"),
    ],
)
def test_a_mistake_in_a_story_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Story.model_validate(wrong)


def test_the_checker_names_each_bad_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, missing = (tmp_path / name for name in ("good.json", "bad.json", "missing.json"))
    good.write_text(json.dumps(story()))
    bad.write_text("{")
    monkeypatch.setattr(sys, "argv", ["stories", str(good)])
    assert main() == 0
    monkeypatch.setattr(sys, "argv", ["stories", *map(str, (good, bad, missing))])
    assert main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"{good}: 1 questions, 1 claims"] * 2
    assert lines[2].startswith(f"{bad}: ")
    assert lines[3].startswith(f"{missing}: ")


def test_a_follow_up_is_worded_alone_and_behind_the_question_before() -> None:
    question = StoryQuestion.model_validate(
        asked(
            kind="follow-up", question="And when?", history=[TURN], standalone="When does it close?"
        )["questions"][0]
    )
    assert [*wordings(question)] == ["When does it close?", "Who leads Tarn? And when?"]


def test_a_question_is_asked_of_each_article_with_its_own_gold() -> None:
    first = story()["articles"][0]
    second = first | {"id": "b", "title": "Again", "sentences": list(SENTENCES[::-1])}
    question = story()["questions"][0] | {"gold": ["b3", "a0"], "near": ["a1", "b2"]}
    read = Story.model_validate(story(articles=[first, second], questions=[question]))
    (_, a), (_, b) = asked_of_story("tarn-1", read)
    assert (a.paragraph.title, a.gold, a.near, a.span) == (first["title"], (0,), (1,), None)
    assert (b.paragraph.title, b.gold, b.near) == ("Again", (3,), (2,))
    assert b.span is not None
    assert b.paragraph.sentences[b.span.sentence][b.span.start : b.span.end] == "Ann Bell"


def test_questions_for_yes_or_no_are_claims() -> None:
    question = asked(kind="yes-no", question="Is the bridge new?", gold=["a1"], answer=None)
    read = Story.model_validate(
        story(questions=[question["questions"][0] | {"verdict": "no"}], claims=[])
    )
    ((label, text, claim),) = claims_of_story("tarn-1", read)
    assert (label, text, claim.gold) == (Label.CONTRADICTED, "Is the bridge new?", (1,))
