"""BM25 as the formula says it, over terms that news may spell in several ways."""

import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import Analyzer, LexicalIndex

K1, B = 1.2, 0.75


def bm25(texts: Sequence[Sequence[str]], query: Sequence[str]) -> list[float]:
    """Robertson and Zaragoza 2009, with Lucene's idf and without the constant factor k1 + 1.
    A text without terms counts as one term long."""
    lengths = [max(1, len(text)) for text in texts]
    average = sum(lengths) / len(texts)
    scores = []
    for text, length in zip(texts, lengths, strict=True):
        score = 0.0
        for term in query:
            containing = sum(term in other for other in texts)
            idf = math.log(1 + (len(texts) - containing + 0.5) / (containing + 0.5))
            frequency = text.count(term)
            score += idf * frequency / (frequency + K1 * (1 - B + B * length / average))
        scores.append(score)
    return scores


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("$100bn", "100 billion dollars"),
        ("$1.5 bn", "1.5 billion dollar"),
        ("€5mn", "5 million euros"),
        ("10 GW", "10 gigawatts"),
        ("10GW", "10 gigawatts"),
        ("5%", "5 percent"),
        ("USD 3tn", "3 trillion dollars"),
        ("Nvidia's CEO", "the chief executive of Nvidia"),
        ("OpenAI’s models", "openai model"),
        ("1,000.5", "1000.5"),
        ("10,000,000", "10000000"),
        ("the U.S. government", "governments U.S"),
        ("AT&T", "at&t"),
        ("Nvidia-OpenAI deal", "deals by Nvidia and OpenAI"),
        ("STRASSE Straße", "strasse strasse"),
        ("snake_case", "snake case"),
    ],
)
def test_spellings_of_one_thing_are_the_same_terms(text: str, same: str) -> None:
    analyzer = Analyzer()
    assert set(analyzer.terms(text)) == set(analyzer.terms(same))
    assert analyzer.terms(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What is the deal about?", ["deal"]),
        ("Who told us?", ["told"]),
        ("In the U.S. it is.", ["usa"]),
        ("They didn't say, and can’t.", ["say"]),
        ("Fell 3.5 points, to 1,000.", ["fell", "3.5", "points", "1000"]),
        ("$2 bn.", ["dollar", "2", "billion"]),
        ("the of and", []),
        ("…—!", []),
        ("", []),
        ("東京 tea", ["東京", "tea"]),
    ],
)
def test_words_are_what_counts_in_order(text: str, words: list[str]) -> None:
    assert Analyzer().words(text) == words


def test_a_different_number_is_a_different_term() -> None:
    analyzer = Analyzer()
    assert analyzer.terms("1,000.5") != analyzer.terms("10005")
    assert analyzer.terms("2026") != analyzer.terms("2025")


@given(st.text())
def test_any_text_has_terms_without_spaces_or_function_words(text: str) -> None:
    words = Analyzer().words(text)
    assert all(word and not any(map(str.isspace, word)) for word in words)
    assert not {"the", "of", "and", "what"} & set(words)


_TERM = st.sampled_from("abcdef")
_CORPUS = st.lists(st.lists(_TERM, max_size=8), min_size=1, max_size=12)


@given(_CORPUS, st.lists(st.sampled_from("abcdefgh"), max_size=6))
def test_scores_are_the_formulas(texts: list[list[str]], query: list[str]) -> None:
    index = LexicalIndex.of(texts)
    scores = index.scores(query)
    assert scores.shape == (len(texts),)
    np.testing.assert_allclose(scores, bm25(texts, query), rtol=1e-5, atol=1e-6)


def test_unknown_terms_and_empty_queries_score_nothing() -> None:
    index = LexicalIndex.of([["a"], ["b"]])
    assert index.scores(["x", "y"]).tolist() == [0, 0]
    assert index.scores([]).tolist() == [0, 0]
    assert index.scores(["x", "a"]).tolist() == index.scores(["a"]).tolist()


def test_texts_without_a_term_are_indexed() -> None:
    index = LexicalIndex.of([[], []])
    assert index.scores(["a"]).tolist() == [0, 0]


@pytest.mark.parametrize("texts", [[["a", "b", "a"], [], ["b", "c"]], [[], []]])
def test_what_is_loaded_scores_like_what_was_saved(tmp_path: Path, texts: list[list[str]]) -> None:
    index = LexicalIndex.of(texts)
    index.save(tmp_path / "terms")
    loaded = LexicalIndex.load(tmp_path / "terms")
    for query in (["a"], ["a", "b", "c"], ["b", "x"], ["x"], []):
        assert (loaded.scores(query) == index.scores(query)).all()


@pytest.mark.parametrize("texts", [100, 2000])  # 2000: tables larger than what is buffered
def test_tables_that_the_disk_cuts_off_are_an_error(tmp_path: Path, texts: int) -> None:
    """numpy, by which bm25s saves, says nothing where only the last bytes did not fit."""
    program = f"""
import resource, sys
from pathlib import Path
from index.lexical import LexicalIndex
index, folder = LexicalIndex.of([["ship"]] * {texts}), Path(sys.argv[1])
index.save(folder)
sizes = sorted(path.stat().st_size for path in folder.iterdir())
for limit in (size + change for size in sizes for change in (-1, -50)):
    if limit < sizes[-1]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            index.save(folder)
        except OSError:
            continue
        print(limit, "was enough")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "terms")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
