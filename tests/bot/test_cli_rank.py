"""`dealbot rank`: scores of sentences for a question, without an index."""

import json
from pathlib import Path
from typing import Any

from tests.bot.conftest import InProcess, Program

REQUESTS: list[dict[str, Any]] = [
    {
        "id": "r1",
        "question": "How much will the repair of the bridge cost?",
        "title": "Harbour bridge to close",
        "sentences": [
            "The harbour bridge in Tarn will close on 4 May 2031.",
            "Mayor Ilse Brandt said that the repair will cost $12.5 million.",
            "The ferry line hired 35 sailors.",
        ],
    },
    {"id": "r2", "question": "Who won the world cup?", "sentences": ["Soup is served at noon."]},
    {"id": 3, "question": "Who?", "sentences": []},
]


def write(path: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines))
    return path


def test_every_sentence_gets_one_score_and_the_answering_one_the_best(
    program: Program, tmp_path: Path
) -> None:
    ran = program("rank", "--batch", write(tmp_path / "r.jsonl", *REQUESTS), "--json")
    assert (ran.returncode, ran.stderr) == (0, b"")
    results = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [result["id"] for result in results] == ["r1", "r2", "3"]
    for request, result in zip(REQUESTS, results, strict=True):
        assert len(result["scores"]) == len(request["sentences"])
        assert all(type(score) is float for score in result["scores"])
        assert 0 <= result["confidence"] <= 1
    scores = results[0]["scores"]
    assert scores.index(max(scores)) == 1
    assert results[0]["confidence"] > results[1]["confidence"]


def test_bad_lines_are_told_in_their_places(run_main: InProcess, tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.jsonl",
        REQUESTS[0],
        "{broken",
        {"id": "no sentences", "question": "Who?"},
        {"id": "empty", "question": " ", "sentences": ["a"]},
        REQUESTS[1],
    )
    outcome = run_main("rank", "--batch", path, "--json")
    results = [json.loads(line) for line in outcome.out.splitlines()]
    assert [result["id"] for result in results] == ["r1", "", "no sentences", "empty", "r2"]
    assert [result["error"] is None for result in results] == [True, False, False, False, True]
    assert outcome.code == 1
    assert f"{path}, line 2: " in outcome.err
    assert "Traceback" not in outcome.err


def test_rank_needs_a_batch_and_json(run_main: InProcess, tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", REQUESTS[0])
    for arguments in ((), ("--json",), ("--batch", path)):
        outcome = run_main("rank", *arguments)
        assert (outcome.code, outcome.out) == (2, "")
