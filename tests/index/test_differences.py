"""Differences between two generations, against a plain reference."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.generations.differences import Differences, find_differences
from index.models import Article, Span
from index.stores.text_store import FileTextStore, Layout, TextStoreWriter

Articles = Mapping[str, Sequence[str]]  # sentences by article id

SENTENCES = st.lists(st.sampled_from(["A.", "B é.", "C."]), min_size=1, max_size=5)
ARTICLES = st.dictionaries(st.sampled_from(["x", "y", "z"]), SENTENCES, min_size=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stores")


def store(folder: Path, articles: Articles, **told: Any) -> FileTextStore:
    """Write a store of these articles in a fresh folder; `told` holds further fields of each
    article."""
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    with TextStoreWriter(place) as writer:
        for name, sentences in articles.items():
            spans, start = [], 0
            for sentence in sentences:
                spans.append(Span(start, start + len(sentence)))
                start += len(sentence) + 1
            article = Article(id=name, text=" ".join(sentences), **told)
            writer.add(article, Layout.of(article.text, spans, [range(len(spans))]))
    return FileTextStore(place)


@settings(deadline=None)  # it writes files, which takes long on a busy disk
@given(before=ARTICLES, after=ARTICLES)
def test_it_is_what_the_sets_and_multisets_say(
    folder: Path, before: Articles, after: Articles
) -> None:
    def counted(articles: Articles) -> Counter[tuple[str, str]]:
        return Counter((name, text) for name, texts in articles.items() for text in texts)

    found = find_differences(store(folder, before), store(folder, after))
    assert found == Differences(
        added=tuple(name for name in after if name not in before),
        changed=tuple(n for n in after if n in before and after[n] != before[n]),
        removed=tuple(name for name in before if name not in after),
        sentences_added=(counted(after) - counted(before)).total(),
        sentences_removed=(counted(before) - counted(after)).total(),
    )


def test_articles_are_named_by_title_where_they_have_one(folder: Path) -> None:
    before = store(folder, {"harbour": ["Open."]}, title="Harbour news")
    after = store(folder, {"ferry": ["Slow."]})
    found = find_differences(before, after)
    assert (found.added, found.removed) == (("ferry",), ("Harbour news",))


@pytest.mark.parametrize("what", ["title", "source", "url", "published"])
def test_what_is_told_of_an_article_changes_it_too(folder: Path, what: str) -> None:
    articles = {"x": ["A."]}
    value = "2031-02-03" if what == "published" else "https://tarn.example"
    found = find_differences(store(folder, articles), store(folder, articles, **{what: value}))
    assert len(found.changed) == 1
    assert (found.added, found.removed) == ((), ())
    assert (found.sentences_added, found.sentences_removed) == (0, 0)


def test_sentences_that_are_split_elsewhere_are_others(folder: Path) -> None:
    found = find_differences(store(folder, {"x": ["A. C."]}), store(folder, {"x": ["A.", "C."]}))
    assert found.changed == ()
    assert (found.sentences_added, found.sentences_removed) == (2, 1)
