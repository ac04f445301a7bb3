"""BM25 against its formula, over terms with several spellings."""

import math
import random
import secrets
import subprocess
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from unittest.mock import patch

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.stores.lexical import LexicalIndex, best_rows
from index.stores.terms import Analyzer, TermListsWriter, parts_of

K1, B = 1.2, 0.75


def written(texts: Sequence[Sequence[str]], path: Path) -> TermListsWriter:
    """Write the texts' terms. A text without terms gets a unique one, as in an index."""
    texts = [text or ["\0"] for text in texts]
    numbers = {term: i for i, term in enumerate(dict.fromkeys(chain.from_iterable(texts)))}
    writer = TermListsWriter(path, numbers)
    for text in texts:
        writer.add(np.array([numbers[term] for term in text], np.int32), np.array([len(text)]))
    return writer


def built(texts: Sequence[Sequence[str]], folder: Path) -> LexicalIndex:
    """Build an index of the texts in a new folder within `folder`."""
    with written(texts, folder / f"terms-{secrets.token_hex(4)}") as writer:
        return LexicalIndex.build(writer.lists(), folder / f"index-{secrets.token_hex(4)}")


def bm25(texts: Sequence[Sequence[str]], query: Sequence[str]) -> list[float]:
    """Compute BM25 by Robertson and Zaragoza 2009, with Lucene's idf and without the constant
    factor k1 + 1. A text without terms counts as one term long."""
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


@given(_CORPUS, st.lists(st.sampled_from("abcdefgh"), max_size=6), st.integers(1, 9))
def test_scores_are_the_formulas(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]], query: list[str], part: int
) -> None:
    """The number of terms counted at a time makes no difference."""
    with patch("index.stores.lexical._PART", part):
        index = built(texts, tmp_path_factory.mktemp("lexical"))
    scores = index.scores(query)
    assert scores.shape == (len(texts),)
    assert len(index) == len(texts)
    np.testing.assert_allclose(scores, bm25(texts, query), rtol=1e-5, atol=1e-6)


def test_the_tables_are_those_of_bm25s(tmp_path: Path) -> None:
    chance = random.Random(4)
    texts = [chance.choices("abcdefghij", k=chance.randint(1, 30)) for _ in range(200)]
    theirs = bm25s.BM25(method="lucene", k1=K1, b=B)
    theirs.index(texts, show_progress=False)
    index = built(texts, tmp_path)
    for query in (["a"], ["b", "j", "j"], list("abcdefghij")):
        np.testing.assert_allclose(index.scores(query), theirs.get_scores(query), rtol=1e-5)


def test_unknown_terms_and_empty_queries_score_nothing(tmp_path: Path) -> None:
    index = built([["a"], ["b"]], tmp_path)
    assert index.scores(["x", "y"]).tolist() == [0, 0]
    assert index.scores([]).tolist() == [0, 0]
    assert index.scores(["x", "a"]).tolist() == index.scores(["a"]).tolist()


def test_texts_without_a_term_are_indexed(tmp_path: Path) -> None:
    assert built([[], []], tmp_path).scores(["a"]).tolist() == [0, 0]


@pytest.mark.parametrize("most", [1, 4, 7, 100])
def test_parts_hold_all_terms_once(tmp_path: Path, most: int) -> None:
    texts = [["a"], ["b", "c", "a"], ["a"] * 6, ["d"], ["e", "a"]]
    with written(texts, tmp_path / "terms") as writer:
        lists = writer.lists()
        names = list(lists.numbers)
        seen: list[list[str]] = []
        for first, flat, lengths in parts_of(lists, most):
            assert first == len(seen)
            assert len(flat) <= most or len(lengths) == 1
            ends = np.cumsum(lengths).tolist()
            for start, end in zip([0, *ends], ends, strict=False):
                seen.append([names[number] for number in flat[start:end]])
    assert seen == texts
    assert not (tmp_path / "terms").exists()


@given(
    st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.6, 1.0, 7.5]), max_size=80),
    st.integers(1, 30),
)
def test_the_best_rows_are_the_sorted_list_of_all(scores: list[float], count: int) -> None:
    rows = best_rows(np.array(scores, np.float32), count).tolist()
    order = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
    assert rows == [row for row in order if scores[row] > 0][:count]


@pytest.mark.parametrize("texts", [100, 2000])  # 2000: tables larger than the write buffer
def test_tables_that_the_disk_cuts_off_are_an_error(tmp_path: Path, texts: int) -> None:
    """bm25s saves with numpy, which reports nothing if only the last bytes did not fit."""
    program = f"""
import resource, sys
from pathlib import Path
import numpy as np
from index.stores.lexical import LexicalIndex
from index.stores.terms import TermListsWriter
folder = Path(sys.argv[1])
folder.mkdir()
with TermListsWriter(folder / "terms", {{"ship": 0}}) as writer:
    writer.add(np.zeros({texts}, np.int32), np.ones({texts}, np.int64))
    lists = writer.lists()
    LexicalIndex.build(lists, folder / "whole")
    sizes = sorted(path.stat().st_size for path in (folder / "whole").iterdir())
    for limit in (size + change for size in sizes for change in (-1, -50)):
        if 0 < limit < sizes[-1]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            try:
                LexicalIndex.build(lists, folder / str(limit))
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
