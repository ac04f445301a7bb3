"""Results: written, compared, shown, and rendered on a page."""

from pathlib import Path

import numpy as np
import pytest

from bot.domain.errors import BatchError
from bot.evaluation.curves import curves_of
from bot.evaluation.outcomes import Columns, Outcome, measures, rows_of
from bot.evaluation.page import BEGIN, END, page_text, terminal_text, with_tables
from bot.evaluation.results import Answers, Origin, Results, Row, read_results, written
from bot.evaluation.summary import summarise
from bot.evaluation.tables import markdown_table, table

ROOT = Path(__file__).parents[2]

OUTCOMES = [
    Outcome("tune", True, 0.9, rank=1, article_rank=1, average_precision=1.0),
    Outcome("tune", True, 0.6, rank=4, article_rank=1, average_precision=0.25),
    Outcome("final", True, 0.2, rank=float("inf"), article_rank=6, average_precision=0.0),
    Outcome("final", False, 0.4, rank=float("inf"), article_rank=float("inf")),
]


def row(method: str, **values: float) -> Row:
    return Row(set="mill", method=method, part="all", n=4, answerable=3, measures=values)


def results(*rows: Row, commit: str = "abc") -> Results:
    origin = Origin(
        commit=commit, changed=False, created="", seed=1, encoder="e", versions={},
        generations={}, files={},
    )  # fmt: skip
    return Results(origin=origin, rows=rows)


def test_measures_are_of_the_answerable_and_auroc_of_all() -> None:
    found = measures(Columns(OUTCOMES, calibrated=True))
    assert found["@1"] == pytest.approx(1 / 3)
    assert found["@10"] == pytest.approx(2 / 3)
    assert found["MAP"] == pytest.approx(1.25 / 3)
    assert found["article@5"] == pytest.approx(2 / 3)
    assert found["AUROC"] == pytest.approx(2 / 3)
    assert found["ECE"] == pytest.approx((0.1 + 0.6 + 0.2 + 0.4) / 4)


def test_what_a_set_cannot_tell_is_left_out_of_its_row() -> None:
    unknown = [Outcome("tune", True, 0.9), Outcome("tune", False, 0.3)]
    (whole, tune) = rows_of("mill", "evidence", unknown, calibrated=True)
    assert (whole.part, tune.part) == ("all", "tune")
    assert whole.measures == {"AUROC": 1.0}


def test_rows_are_of_the_whole_and_of_each_half_with_intervals() -> None:
    rows = rows_of("mill", "BM25", OUTCOMES)
    assert [(each.part, each.n, each.answerable) for each in rows] == [
        ("all", 4, 3), ("tune", 2, 2), ("final", 2, 1),
    ]  # fmt: skip
    whole = rows[0]
    assert whole.low["@10"] <= whole.measures["@10"] <= whole.high["@10"]
    assert "ECE" not in whole.measures  # a BM25 score is not a probability
    assert rows_of("mill", "BM25", OUTCOMES) == rows


def test_results_survive_writing_and_say_what_is_wrong_with_others() -> None:
    found = results(row("BM25", **{"@1": 0.5}), row("dense", MAP=0.25))
    text = written(found)
    assert read_results(text, "here") == found
    assert sum('"set": "mill"' in line for line in text.splitlines()) == 2
    with pytest.raises(BatchError, match=r"here is not a result of an evaluation \(rows"):
        read_results(found.model_dump_json(exclude={"rows"}), "here")


def test_a_comparison_shows_what_changed() -> None:
    before = results(row("BM25", **{"@1": 0.5, "MAP": 0.7}), commit="0123456789abcdef")
    after = results(row("BM25", **{"@1": 0.25, "MAP": 0.7}), row("dense", **{"@1": 0.5}))
    shown = terminal_text(after.compared_with(before))
    assert "the change since 0123456789ab" in shown
    bm25, dense = [line.split() for line in shown.splitlines() if line.startswith("mill")]
    assert bm25 == ["mill", "all", "BM25", "4", ".250", "(-.250)", ".700"]
    assert dense == ["mill", "all", "dense", "4", ".500", "–"]
    assert after.compared_with(None) == after


def test_tables_are_aligned_and_figures_stand_right() -> None:
    assert table(("set", "n"), [("a", 5), ("long", 10), ("b", None)]).splitlines() == [
        "set    n", "a      5", "long  10", "b      –",
    ]  # fmt: skip
    assert markdown_table(("set", "n"), [("a", 0.25)]) == "| set | n |\n| --- | --- |\n| a | .250 |"


def test_the_page_keeps_what_is_around_its_markers() -> None:
    found = results(row("BM25", **{"@1": 0.5}))
    page = with_tables(f"before {BEGIN}old{END} after", found)
    assert page.startswith(f"before {BEGIN}\n\n")
    assert page.endswith(f"\n\n{END} after")
    assert "old" not in page
    assert page_text(found) in page
    assert with_tables(page, found) == page
    with pytest.raises(BatchError, match="no <!-- evaluation:begin -->"):
        with_tables("a page", found)


def test_curves_say_how_recall_and_risk_run() -> None:
    curves = curves_of("mill", {"BM25": OUTCOMES}, OUTCOMES)
    assert curves.recall["BM25"][:4] == (0.3333, 0.3333, 0.3333, 0.6667)
    assert curves.coverage == (0.25, 0.5, 0.75, 1.0)
    assert curves.risk == (0.0, 0.5, 0.6667, 0.75)
    assert sum(curves.bin_counts) == 4
    assert np.count_nonzero(curves.bin_right) == 1


def test_the_tables_of_the_page_are_those_of_the_committed_results() -> None:
    """`make eval` writes both; neither is edited by hand."""
    path = ROOT / "benchmarks/results/evaluation.json"
    committed = read_results(path.read_text(encoding="utf-8"), path)
    page = (ROOT / "docs/evaluation.md").read_text(encoding="utf-8")
    assert with_tables(page, committed) == page


def test_every_plot_is_drawn_from_the_results_alone(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")  # part of the extra `eval`, for the plots only
    from benchmarks.plots import draw_all

    kind = summarise([])[0].model_copy(update={"kind": "direct", "n": 2, "first": 0.5})
    answers = Answers(set="mill", part="all", rows=(kind, kind))
    curves = curves_of("mill", {"BM25": OUTCOMES}, OUTCOMES)
    update = {"curves": (curves, curves, curves, curves), "answers": (answers,)}
    draw_all(results().model_copy(update=update), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "risk-coverage.png", "reliability.png", "recall-by-rank.png", "quality-by-kind.png",
    }  # fmt: skip
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.iterdir())
