"""`dealbot eval` end to end on a small index, and the suite on small sets of our own."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.datasets import selqa
from bot.evaluation.indexes import EvaluationIndexes
from bot.evaluation.remembering import RememberingEncoder
from bot.evaluation.selection import Selection
from bot.evaluation.suite import ARTICLES, CANARD, NOMIRACL, QED, SEED, SELQA, SQUAD, Suite
from index.encoder import Encoder
from tests.bot.conftest import HARBOUR, InProcess, Silent
from tests.bot.test_evaluation_datasets import (
    CANARD as CANARD_ROWS,
)
from tests.bot.test_evaluation_datasets import (
    MTRAG,
    SQUAD_PARAGRAPHS,
    SQUAD_QUESTIONS,
)
from tests.bot.test_evaluation_datasets import (
    NOMIRACL as NOMIRACL_ROW,
)
from tests.bot.test_evaluation_datasets import (
    QED as QED_ROW,
)
from tests.bot.test_evaluation_datasets import (
    SELQA as SELQA_ROW,
)

CLOSES = "The harbour bridge in Tarn will close on 4 May 2031."
START = HARBOUR.index(CLOSES)
GOLD = {"article_id": "harbour", "start": START, "end": START + len(CLOSES)}
WHEN: dict[str, Any] = {
    "id": "when", "question": "When will the harbour bridge in Tarn close?", "kind": "direct",
    "answerable": True, "split": "tune", "gold": [GOLD], "needs_all": False,
}  # fmt: skip
OFF_TOPIC: dict[str, Any] = {
    "id": "off", "question": "Which volcano erupted on Jupiter's moons?", "kind": "off-topic",
    "answerable": False, "split": "final", "gold": [],
}  # fmt: skip


def write(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_table_has_a_row_a_kind_and_one_over_all(
    run_main: InProcess, built_index: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "questions.jsonl", WHEN, OFF_TOPIC)
    done = run_main("eval", file, "--index", built_index)
    assert (done.code, done.err) == (0, "")
    header, direct, off_topic, overall = done.out.splitlines()
    assert header.split()[:4] == ["kind", "n", "first", "cited"]
    assert [line.split()[:2] for line in (direct, off_topic, overall)] == [
        ["direct", "1"], ["off-topic", "1"], ["overall", "2"],
    ]  # fmt: skip


def test_json_has_the_same_figures(run_main: InProcess, built_index: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "questions.jsonl", WHEN, OFF_TOPIC)
    result = json.loads(run_main("eval", file, "--index", built_index, "--json").out)
    direct, _ = result["kinds"]
    assert direct["ranked_first"] == 1.0
    assert direct["abstained"] is None
    overall = result["overall"]
    assert (overall["n"], overall["answerable"], overall["inexact"]) == (2, 1, 0)
    assert overall["auroc"] == 1.0
    assert overall["p50_ms"] > 0
    assert result["generation"]
    assert result["encoder"].startswith("all-MiniLM-L6-v2")


def test_a_split_asks_its_own_questions_only(
    run_main: InProcess, built_index: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "questions.jsonl", WHEN, OFF_TOPIC)
    done = run_main("eval", file, "--index", built_index, "--json", "--split", "final")
    assert [row["kind"] for row in json.loads(done.out)["kinds"]] == ["off-topic"]
    file = write(tmp_path / "tune.jsonl", WHEN)
    done = run_main("eval", file, "--index", built_index, "--split", "final")
    assert (done.code, done.out) == (1, "")
    assert "no question of the split final" in done.complaint


def test_bad_lines_are_told_and_the_others_still_count(
    run_main: InProcess, built_index: Path, tmp_path: Path
) -> None:
    elsewhere = {**WHEN, "id": "lost", "gold": [{**GOLD, "article_id": "nowhere"}]}
    unsaid = {"id": "unsaid", "question": "Why?"}
    empty = {**OFF_TOPIC, "id": "empty", "question": " "}
    file = write(tmp_path / "questions.jsonl", WHEN, unsaid, elsewhere, empty)
    done = run_main("eval", file, "--index", built_index, "--json")
    assert done.code == 1
    assert json.loads(done.out)["overall"]["n"] == 1
    told = done.err.splitlines()
    assert told[0] == f"dealbot: {file}, line 2: answerable: Field required"
    assert "the index has no article 'nowhere'" in told[1]
    assert "The question is empty" in told[2]
    assert told[3] == "dealbot: Questions that could not be evaluated: 3"


def test_without_an_index_the_failure_is_one_line(run_main: InProcess, tmp_path: Path) -> None:
    done = run_main("eval", write(tmp_path / "q.jsonl", WHEN), "--index", tmp_path / "none")
    assert done.code == 1
    assert "There is no index" in done.complaint


@pytest.fixture
def suite(tmp_path: Path, encoder_home: Path, encoder: Encoder) -> Suite:
    """The suite over one small file of each set; there is no seed article."""
    sets = tmp_path / "shared/eval"
    write(sets / "squad2_sent_dev.jsonl", *SQUAD_QUESTIONS)
    write(sets / "squad_paragraphs_dev.jsonl", *SQUAD_PARAGRAPHS)
    write(sets / "selqa_dev.jsonl", SELQA_ROW)
    write(sets / "qed_dev.jsonl", {**QED_ROW, "gold_sentence_ids": [1]})
    write(sets / "nomiracl_en_dev.jsonl", NOMIRACL_ROW)
    write(sets / "canard_dev.jsonl", *CANARD_ROWS)
    write(sets / "mtragun_dev.jsonl", MTRAG)
    project = tmp_path / "project"
    write(project / "benchmarks/questions/articles.jsonl", WHEN, OFF_TOPIC)
    (project / "articles").mkdir()
    (project / "articles/harbour.txt").write_text(HARBOUR)
    indexes = EvaluationIndexes(project / "build/evaluation", encoder_home, encoder, Silent())
    return Suite(project, tmp_path / "shared", encoder_home, encoder, indexes)


def test_the_suite_measures_every_set_that_is_there(suite: Suite) -> None:
    told: list[str] = []
    suite.run(list(suite.sets), told.append)
    assert suite.left_out == [f"{SEED}: seed.jsonl is not there"]
    rows = {(row.set, row.method): row.measures for row in suite.rows if row.part == "all"}
    for name, measure in ((ARTICLES, "@1"), (SQUAD, "article@1"), (SELQA, "MAP"), (QED, "MRR")):
        for method in ("BM25", "dense", "hybrid", "evidence"):
            assert 0 < rows[name, method][measure] <= 1
    assert "AUROC" in rows[QED, "evidence"]  # from the case with its answer removed
    assert rows[NOMIRACL, "evidence"] == {}  # one question has no order
    assert rows[CANARD, "evidence, human rewrite"]["of rewrite"] == 1
    assert rows[CANARD, "evidence, human rewrite"]["similarity"] == pytest.approx(1)
    alone, history = (rows[CANARD, f"evidence, {form}"] for form in ("alone", "with history"))
    assert alone["similarity"] < history["similarity"]
    assert {answers.part for answers in suite.answers} == {"all", "tune", "final"}
    assert {curve.set for curve in suite.curves} == {ARTICLES, SQUAD, SELQA, QED}
    assert set(suite.generations) >= {ARTICLES, SQUAD, CANARD}


@pytest.mark.parametrize("method", ["BM25", "dense", "hybrid", "evidence"])
def test_a_case_is_ranked_again_without_its_answer(encoder: Encoder, method: str) -> None:
    """The gold sentence stands first, so that what is left changes its places."""
    first = {**SELQA_ROW, "candidates": ["Otters eat fish.", "It rains.", "Trams are late."]}
    cases = selqa([{**first, "labels": [1, 0, 0]}, {**first, "labels": [1, 1, 1]}])
    whole, removed, nothing_left = Selection(cases, encoder).outcomes(method)
    assert (whole.answerable, whole.rank, whole.average_precision) == (True, 1.0, 1.0)
    assert (removed.answerable, removed.rank) == (False, float("inf"))
    assert removed.score < whole.score
    assert nothing_left.answerable


def test_an_index_is_kept_until_its_articles_change(suite: Suite, tmp_path: Path) -> None:
    indexes = suite.indexes
    articles = [{"id": "a", "text": "Herons nest in April."}]
    first = indexes.over_records("birds", articles).generation.id
    assert indexes.over_records("birds", articles).generation.id == first
    articles.append({"id": "b", "text": "Terns nest in May."})
    assert indexes.over_records("birds", articles).generation.id != first


def test_a_remembered_vector_is_the_one_that_was_computed(encoder: Encoder) -> None:
    remembering = RememberingEncoder.around(encoder)
    texts = ["A heron.", "A tern.", "A heron."]
    for asked in (texts, texts[1:], []):
        expected = encoder.encode_passages(asked)
        assert remembering.encode_passages(asked) == pytest.approx(expected, abs=1e-6)
    assert remembering.id == encoder.id
    assert remembering.encode_queries(["A tern?"]).shape == (1, encoder.dimension)
