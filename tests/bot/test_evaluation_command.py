"""`dealbot eval` end to end on a small index, and the suite on small sets of our own."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.domain.models import Question
from bot.evaluation.cached_encoder import RememberingEncoder
from bot.evaluation.datasets import OpenSet, Stories, selqa
from bot.evaluation.indexes import EvaluationIndexes
from bot.evaluation.questions import EvalClaim, EvalQuestion, GoldSpan
from bot.evaluation.retrieval import Methods
from bot.evaluation.selection import Selection
from bot.evaluation.suite import (
    ARTICLES,
    CANARD,
    NOMIRACL,
    ONE_CORPUS,
    QED,
    SEED,
    SELQA,
    SQUAD,
    STORIES,
    STORY,
    Suite,
)
from index.encoder.encoder import Encoder
from index.generations.live import open_live
from index.progress import NoProgress
from tests.bot.conftest import FERRY, HARBOUR, InProcess
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
STORY_QUESTIONS = [
    {"id": "t1", "kind": "direct", "question": "How many sailors did the company hire?",
     "gold": ["HIRED 35 sailors"], "short": "35"},
    {"id": "v1", "kind": "near-miss", "question": "Which volcano erupted?", "gold": []},
]  # fmt: skip
STORY_CLAIMS = [
    {"claim": "Northline Ferries ordered two electric boats.", "label": "supported"},
    {"claim": "Volcanoes erupted on Jupiter's moons.", "label": "false"},
]
# Two stories, with one article that no question asks about.
TRAMS = "Tram drivers in Lunt went on strike on Monday. Omar Field leads their union."
WHO = EvalQuestion(id="who", question="Who leads the union?", kind="direct", answerable=True,
                   gold=(GoldSpan(article_id="trams", start=47, end=76),))  # fmt: skip
HELD_OUT = {
    "harbour": OpenSet(
        [{"id": "harbour", "text": HARBOUR}],
        [EvalQuestion.model_validate({**each, "split": None}) for each in (WHEN, OFF_TOPIC)],
        [EvalClaim(claim="The bridge will stay open.", label="contradicted")],
    ),
    "trams": OpenSet([{"id": "trams", "text": TRAMS}], [WHO]),
}
CORPUS = [*(each.articles[0] for each in HELD_OUT.values()), {"id": "owls", "text": "Owls nest."}]


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
    """Build the suite over one small file of each set, without a seed article."""
    sets = tmp_path / "shared/eval"
    write(sets / "squad2_sent_dev.jsonl", *SQUAD_QUESTIONS)
    write(sets / "squad_paragraphs_dev.jsonl", *SQUAD_PARAGRAPHS)
    write(sets / "selqa_dev.jsonl", SELQA_ROW)
    write(sets / "qed_dev.jsonl", {**QED_ROW, "gold_sentence_ids": [1]})
    write(sets / "nomiracl_en_dev.jsonl", NOMIRACL_ROW)
    write(sets / "canard_dev.jsonl", *CANARD_ROWS)
    write(sets / "mtragun_dev.jsonl", MTRAG)
    write(sets / "story_dev/questions.jsonl", *STORY_QUESTIONS)
    write(sets / "story_dev/claims.jsonl", *STORY_CLAIMS)
    (sets / "story_dev/1.md").write_text(FERRY)
    project = tmp_path / "project"
    write(project / "benchmarks/questions/articles.jsonl", WHEN, OFF_TOPIC)
    (project / "articles").mkdir()
    (project / "articles/harbour.txt").write_text(HARBOUR)
    indexes = EvaluationIndexes(project / "build/evaluation", encoder_home, encoder, NoProgress())
    stories = Stories(tmp_path, HELD_OUT, CORPUS)
    return Suite(project, tmp_path / "shared", encoder_home, encoder, indexes, stories)


def test_the_suite_measures_every_set_that_is_there(suite: Suite) -> None:
    told: list[str] = []
    suite.run(list(suite.sets), told.append)
    assert suite.left_out == [f"{SEED}: seed.jsonl is missing"]
    rows = {(row.set, row.method): row.measures for row in suite.rows if row.part == "all"}
    for name, measure in ((ARTICLES, "@1"), (SQUAD, "article@1"), (SELQA, "MAP"), (QED, "MRR")):
        for method in ("BM25", "dense", "hybrid", "evidence", "cheap", "judge"):
            assert 0 < rows[name, method][measure] <= 1
    assert "AUROC" in rows[QED, "evidence"]  # from the case ranked again without its answer
    assert rows[NOMIRACL, "evidence"] == {}  # a single question has no AUROC
    assert rows[CANARD, "evidence, human rewrite"]["of rewrite"] == 1
    assert rows[CANARD, "evidence, human rewrite"]["similarity"] == pytest.approx(1)
    alone, history = (rows[CANARD, f"evidence, {form}"] for form in ("alone", "with history"))
    assert alone["similarity"] < history["similarity"]
    assert {answers.part for answers in suite.answers} == {"all", "tune", "final"}
    stories = {STORY, STORIES, ONE_CORPUS}
    assert {curve.set for curve in suite.curves} == {ARTICLES, SQUAD, SELQA, QED, *stories}
    assert set(suite.generations) >= {ARTICLES, STORY, ONE_CORPUS, SQUAD, CANARD}


def test_stories_are_asked_alone_and_in_one_corpus(suite: Suite) -> None:
    suite.run([STORY, STORIES, ONE_CORPUS], lambda _: None)
    rows = {(row.set, row.method): row for row in suite.rows}
    assert {row.part for row in suite.rows} == {"all"}
    assert [rows[STORIES, method].n for method in ("evidence", "check")] == [3, 1]
    assert rows[STORIES, "check"].measures["contradicted"] in (0, 1)
    assert rows[STORY, "check"].answerable == 1
    assert "contradicted" not in rows[STORY, "check"].measures  # the label is only "false"
    assert (ONE_CORPUS, "check") not in rows
    answers = {each.set: each.rows for each in suite.answers}
    assert [row.kind for row in answers[STORY]] == ["direct", "near-miss", "overall"]
    for name in (STORY, STORIES, ONE_CORPUS):
        assert rows[name, "evidence"].measures["@1"] == answers[name][-1].ranked_first == 1
    articles = [live_articles(suite, name) for name in (STORIES + "-trams", ONE_CORPUS)]
    assert articles == [{"trams"}, {"harbour", "trams", "owls"}]


def live_articles(suite: Suite, name: str) -> set[str]:
    """Return the article ids of an index that the suite built."""
    folder = suite.indexes.built(name, [suite.root / f"build/evaluation/articles/{name}.jsonl"])
    texts = open_live(folder, suite.encoders, reuse=suite.encoder).generation.texts
    return {article.id for article in texts.articles}


def test_an_absent_story_is_left_out(suite: Suite) -> None:
    (suite.shared / "eval/story_dev/claims.jsonl").unlink()
    suite.stories = Stories(suite.root / "nowhere", {}, [])
    suite.run([STORY, STORIES, ONE_CORPUS], lambda _: None)
    assert suite.left_out == [
        f"{STORY}: claims.jsonl is missing",
        f"{STORIES}: nowhere is missing",
        f"{ONE_CORPUS}: nowhere is missing",
    ]


METHODS = ["BM25", "dense", "hybrid", "evidence", "cheap", "judge"]


def test_ablations_rank_the_sentences_of_evidence(built_index: Path, encoder_home: Path) -> None:
    methods = Methods(open_live(built_index, encoder_home))
    asked = "When will the harbour bridge close?"
    (encoded,) = methods.encode([Question(question=asked)])
    evidence, cheap, judge = (methods.all[name](encoded) for name in METHODS[3:])
    assert sorted(cheap.sentences) == sorted(judge.sentences) == sorted(evidence.sentences)
    (greeting,) = methods.encode([Question(question="hello")])
    for name in METHODS[3:]:
        assert methods.all[name](greeting).sentences == []


@pytest.mark.parametrize("method", METHODS)
def test_a_case_is_ranked_again_without_its_answer(encoder: Encoder, method: str) -> None:
    """The gold sentence comes first, so that removing it shifts the others."""
    first = {**SELQA_ROW, "candidates": ["Otters eat fish.", "It rains.", "Trams are late."]}
    cases = selqa([{**first, "labels": [1, 0, 0]}, {**first, "labels": [1, 1, 1]}])
    whole, removed, nothing_left = Selection(cases, encoder).outcomes([method])[method]
    assert (whole.answerable, whole.rank, whole.average_precision) == (True, 1.0, 1.0)
    assert (removed.answerable, removed.rank) == (False, float("inf"))
    assert removed.score < whole.score
    assert nothing_left.answerable


def test_what_the_judge_did_not_read_comes_last(encoder: Encoder) -> None:
    late = [f"Tram {number} is late." for number in range(2, 20)]
    row = {**SELQA_ROW, "candidates": [*late, "Otters eat fish."], "labels": [0] * 18 + [1]}
    found = Selection(selqa([row]), encoder).outcomes(["evidence", "cheap", "judge"])
    assert found["judge"][0].rank == 1
    # each method has its own score
    assert len({outcomes[0].score for outcomes in found.values()}) == 3


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
