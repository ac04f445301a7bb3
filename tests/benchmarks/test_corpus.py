"""Generated articles: always the same, of the requested size, and with the answers to their
questions."""

from itertools import islice
from pathlib import Path

import pytest

from benchmarks import corpus
from benchmarks.corpus import GeneratedArticle, generate
from index.articles.sources import read_articles
from index.text.sentences import split_sentences


@pytest.fixture(scope="module")
def articles() -> list[GeneratedArticle]:
    return list(generate(2_000))


def test_the_same_seed_gives_the_same_articles(articles: list[GeneratedArticle]) -> None:
    assert list(generate(2_000)) == articles
    assert list(generate(2_000, seed=8)) != articles


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(
    articles: list[GeneratedArticle],
) -> None:
    whole = list(generate(500))[:-1]  # the last one may be cut off
    assert whole == articles[: len(whole)]


@pytest.mark.parametrize("sentences", [1, 15, 1_000])
def test_there_are_as_many_sentences_as_were_asked_for(sentences: int) -> None:
    assert sum(len(article.sentences) for article in generate(sentences)) == sentences


def test_the_sentences_are_those_that_dealbot_finds(articles: list[GeneratedArticle]) -> None:
    for article in articles:
        spans = [(span.start, span.end) for span in split_sentences(article.record["text"])]
        assert spans == article.sentences


def test_a_known_answer_is_one_sentence_of_its_article(articles: list[GeneratedArticle]) -> None:
    for article in articles:
        for known in article.questions:
            assert known.article_id == article.record["id"]
            assert (known.start, known.end) in article.sentences
            assert not {"{", "}"} & set(known.question + article.record["text"])


def test_no_two_questions_are_alike(articles: list[GeneratedArticle]) -> None:
    asked = [known.question for article in articles for known in article.questions]
    assert len(asked) > 1_000
    assert len(set(asked)) == len(asked)


def test_new_words_keep_coming(articles: list[GeneratedArticle]) -> None:
    words = [set(article.record["text"].split()) for article in articles]
    seen = set[str]().union(*islice(words, len(words) // 2))
    later = set[str]().union(*words) - seen
    assert len(later) > len(seen) / 10


def test_the_file_can_be_read_as_articles(tmp_path: Path) -> None:
    corpus.write(300, tmp_path / "corpus.jsonl", tmp_path / "questions.jsonl")
    read = list(read_articles([tmp_path / "corpus.jsonl"]))
    made = [article.record for article in generate(300)]
    assert [(each.id, each.text) for each in read] == [(each["id"], each["text"]) for each in made]
