"""The formats of the development sets, in small samples of our own."""

import json
from pathlib import Path

import pytest

from bot.domain.errors import BatchError
from bot.domain.models import Turn
from bot.evaluation import datasets
from bot.evaluation.questions import GoldSpan, of_part, part_of
from index.models import Article, Span
from index.stores.text_store import FileTextStore, Layout, TextStoreWriter

PARAGRAPH = "The mill was built in 1871. It burnt down twice."
SQUAD_PARAGRAPHS = [
    {"id": "Mill::0", "title": "Mill", "split": "dev", "text": PARAGRAPH,
     "sentences": [[0, 27], [28, 48]]},
]  # fmt: skip
SQUAD_QUESTIONS = [
    {"id": "q1", "question": "How often did it burn?", "title": "Mill", "paragraph_id": "Mill::0",
     "answerable": True, "answers": ["twice"], "gold_sentence_ids": [1]},
    {"id": "q2", "question": "Who sold it?", "title": "Mill", "paragraph_id": "Mill::0",
     "answerable": False, "answers": [], "gold_sentence_ids": []},
]  # fmt: skip
SELQA = {
    "id": "s1", "question": "What do otters eat?", "title": "Otter", "section": "Diet",
    "candidates": ["Otters swim.", "Otters eat fish.", "They eat crabs."], "labels": [0, 1, 1],
}  # fmt: skip
QED = {
    "id": 7, "question": "who laid the stone", "title": "Chapel", "explanation_type": "none",
    "sentences": ["The chapel is small .", "Ada Birk laid its stone ."], "gold_sentence_ids": [],
}  # fmt: skip
NOMIRACL = {
    "id": "relevant:1", "question": "What is a skerry?", "answerable": True,
    "passages": [{"doc_id": "9#0", "title": "Skerry", "text": "A skerry is a small rock."}],
}  # fmt: skip
TALK = ["Who founded Brill?", "Eva Holm did.", "When?", "In 1902.", "Why?", "I don't know.", "How?",
        "With a loan."]  # fmt: skip
CANARD = [
    {"id": f"C_1#{turn + 1}", "article": "Brill", "section": "Origins", "history": TALK[: 2 * turn],
     "question": question, "rewrite": f"{question} of Brill"}
    for turn, question in enumerate((*TALK[::2], "Then?"))
]  # fmt: skip
MTRAG = {
    "id": "c1<::>2", "collection": "docs", "turn": 2, "answerability": "ANSWERABLE",
    "history": [{"speaker": "user", "text": "What is a pod?"},
                {"speaker": "agent", "text": "A group."}, {"speaker": "user", "text": "Of what?"}],
    "contexts": [{"doc_id": "d1", "title": None, "text": "A pod is a group of whales."}],
    "targets": ["Of whales."],
}  # fmt: skip


def test_squad_is_questions_over_paragraphs_as_articles() -> None:
    found = datasets.squad(SQUAD_QUESTIONS, SQUAD_PARAGRAPHS)
    assert found.articles == [{"id": "Mill::0", "title": "Mill", "text": PARAGRAPH}]
    answerable, unanswerable = found.questions
    assert answerable.gold == (GoldSpan(article_id="Mill::0", start=28, end=48),)
    assert answerable.is_gold("Mill::0", 28, 48)
    assert unanswerable.gold == ()
    assert not unanswerable.answerable
    assert answerable.split == unanswerable.split == part_of("Mill")


def test_a_story_names_its_gold_by_pieces_of_sentences(tmp_path: Path) -> None:
    with TextStoreWriter(tmp_path) as writer:
        spans = [Span(0, 27), Span(28, 48)]
        writer.add(Article("mill", PARAGRAPH), Layout.of(PARAGRAPH, spans, [range(2)]))
    texts = FileTextStore(tmp_path)
    row = {"id": "t1", "kind": "direct", "question": "When was it built?", "short": "1871",
           "gold": ["Built IN 1871"]}  # fmt: skip
    none = {"id": "v1", "kind": "near-miss", "question": "Who sold it?", "gold": []}
    built, sold = datasets.story([row, none], texts)
    assert built.gold == (GoldSpan(article_id="mill", start=0, end=27),)
    assert (built.kind, built.short, built.split) == ("direct", "1871", None)
    assert not sold.answerable
    with pytest.raises(BatchError, match="No sentence of the articles has 'sold'"):
        datasets.story([{**row, "gold": ["sold"]}], texts)


def test_selqa_takes_every_labelled_sentence_as_gold() -> None:
    (case,) = datasets.selqa([SELQA])
    assert case.request.sentences == tuple(SELQA["candidates"])
    assert case.gold == {1, 2}
    assert case.only([0, 2]).sentences == ("Otters swim.", "They eat crabs.")


def test_qed_leaves_out_what_has_no_single_sentence() -> None:
    (case,) = datasets.qed([QED, {**QED, "gold_sentence_ids": [1]}])
    assert (case.request.id, case.gold) == ("7", frozenset({1}))


def test_nomiracl_gives_every_question_its_own_passages() -> None:
    (found,) = datasets.nomiracl([NOMIRACL])
    (question,) = found.questions
    assert found.articles == [{"id": "9#0", "title": "Skerry", "text": "A skerry is a small rock."}]
    assert question.answerable
    assert question.gold == ()  # the set does not mark the sentence that answers


def test_canard_makes_an_article_of_the_answers() -> None:
    found, rewrites = datasets.canard(CANARD)
    (article,) = found.articles
    assert article["text"] == "Eva Holm did.\n\nIn 1902.\n\nI don't know.\n\nWith a loan."
    # left out: the first turn, the unanswered one and the last
    assert [question.question for question in found.questions] == ["When?", "How?"]
    when, how = found.questions
    assert [article["text"][g.start : g.end] for q in (when, how) for g in q.gold] == [
        "In 1902.",
        "With a loan.",
    ]
    assert when.history == (Turn(question="Who founded Brill?", answer="Eva Holm did."),)
    assert rewrites[when.id] == "When? of Brill"


def test_mtrag_asks_the_last_question_with_the_turns_before() -> None:
    partial = {**MTRAG, "answerability": "PARTIAL"}
    nothing = {**MTRAG, "id": "c2<::>2", "answerability": "UNANSWERABLE", "contexts": []}
    found = datasets.mtrag([MTRAG, partial, nothing])
    assert [article["id"] for article in found.articles] == ["d1"]
    assert found.articles[0]["title"] == ""
    answerable, unanswerable = found.questions
    assert answerable.question == "Of what?"
    assert answerable.history == (Turn(question="What is a pod?", answer="A group."),)
    assert answerable.is_gold("d1", 0, 27)
    assert not unanswerable.answerable


def test_records_are_read_a_line_each(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"a": "é"}) + "\n\n" + json.dumps({"a": 2}) + "\n")
    assert datasets.records(path) == [{"a": "é"}, {"a": 2}]


def test_halves_are_fixed_and_do_not_part_what_has_one_title() -> None:
    # Fixed values: if these change, questions have moved between the halves.
    assert [part_of(title) for title in ("Mill", "Otter", "Brill", "Chapel", "")] == [
        "tune", "final", "final", "tune", "tune",
    ]  # fmt: skip
    parts = [part_of(f"title {number}") for number in range(400)]
    assert 160 < parts.count("tune") < 240


@pytest.mark.parametrize(("part", "expected"), [("tune", 1), ("final", 0), ("all", 2)])
def test_the_part_of_a_question_decides_whether_it_is_asked(part: str, expected: int) -> None:
    first, second = datasets.squad(SQUAD_QUESTIONS, SQUAD_PARAGRAPHS).questions
    questions = [
        first.model_copy(update={"split": "tune"}), second.model_copy(update={"split": None})
    ]  # fmt: skip
    assert len(of_part(questions, part)) == expected
