"""Citations: exact quotes, numbers in order, context where it is needed, and no forgery."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answering.citing.citations import CitationError, check_citations, cite, cite_closest
from bot.answering.ranking.evidence import MAX_EVIDENCE, Evidence, choose_evidence
from bot.domain.models import Role
from index.models import Article
from index.retrieval import SentenceHit
from index.stores.text_store import FileTextStore, Layout, TextStoreWriter
from index.text.passages import group_passages
from index.text.sentences import split_sentences

PIECES = st.sampled_from(
    [
        "The deal closed in May. ",
        "It cost $5 million. ",
        "However, she left! ",
        "Größe 東京 👩‍🍳 e\u0301. ",
        "\r\n",
        "\r\n\r\n",
        "\n\n",
        "\ufeff",
        "\u00a0",
        "\u2028",
        "\u200b",
        "- item one\n",
        "“Yes,” he said. ",
        "[1] **bold** <b>. ",
        "…",
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=15).map("".join)


@contextmanager
def stored(*texts: str) -> Iterator[FileTextStore]:
    with tempfile.TemporaryDirectory() as folder:
        with TextStoreWriter(Path(folder)) as writer:
            for number, text in enumerate(texts):
                spans = split_sentences(text)
                article = Article(id=f"a{number}", text=text, title=f"Title {number}")
                writer.add(article, Layout.of(article.text, spans, group_passages(spans)))
        yield FileTextStore(Path(folder))


def evidence(texts: FileTextStore, rows: Sequence[int]) -> list[Evidence]:
    return [
        Evidence(SentenceHit(texts.sentence(row), 0.9, 0.9, 0.9, 0.9, 0.9), 0.90004 - 0.1 * place)
        for place, row in enumerate(rows)
    ]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=3), st.data())
def test_every_quote_is_the_articles_text_between_its_offsets(
    texts: list[str], data: st.DataObject
) -> None:
    texts = ["Something to read first. ", *texts]
    with stored(*texts) as store:
        rows = data.draw(
            st.lists(st.integers(0, store.sentence_count - 1), unique=True, min_size=1, max_size=4)
        )
        chosen = evidence(store, rows)
        citations = (*cite(store, chosen), *cite_closest(store, chosen))
        for citation in citations:
            text = texts[int(citation.article_id[1:])]
            assert text[citation.start : citation.end] == citation.quote != ""
        check_citations(store, citations)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_numbers_run_from_one_and_no_sentence_is_cited_twice(data: st.DataObject) -> None:
    with stored("Acme grew. It hired. She left. He came. Rain fell.") as store:
        rows = data.draw(st.permutations(range(store.sentence_count)))[:3]
        citations = cite(store, evidence(store, rows))
    assert [citation.number for citation in citations] == list(range(1, len(citations) + 1))
    assert len({citation.start for citation in citations}) == len(citations)
    proofs = [citation for citation in citations if citation.role is Role.EVIDENCE]
    assert len(proofs) == 3
    assert [citation.score for citation in proofs] == [0.9, 0.8, 0.7]


ACME = "Acme Bank grew last year. It hired fifty people. Rain fell in Tarn."


def cited(text: str, *rows: int) -> list[tuple[int, str, str]]:
    with stored(text) as store:
        return [(c.number, c.role.value, c.quote) for c in cite(store, evidence(store, rows))]


def test_sentence_that_points_back_is_followed_by_the_one_it_needs_as_context() -> None:
    assert cited(ACME, 1, 2) == [
        (1, "evidence", "It hired fifty people."),
        (2, "context", "Acme Bank grew last year."),
        (3, "evidence", "Rain fell in Tarn."),
    ]


def test_sentence_that_stands_alone_gets_no_context() -> None:
    assert [role for _, role, _ in cited(ACME, 2, 0)] == ["evidence", "evidence"]


def test_sentence_that_is_evidence_already_is_not_cited_as_context_too() -> None:
    assert [role for _, role, _ in cited(ACME, 1, 0)] == ["evidence", "evidence"]


def test_two_sentences_never_share_one_context_twice() -> None:
    text = "Acme grew. It hired. It moved."
    assert [q for _, _, q in cited(text, 1, 2)] == ["It hired.", "Acme grew.", "It moved."]


def test_context_of_a_chain_stands_as_in_the_article() -> None:
    text = "Acme grew. It hired. It moved."
    assert [q for _, _, q in cited(text, 2)] == ["It moved.", "Acme grew.", "It hired."]


def test_who_he_is_may_have_been_said_some_sentences_before() -> None:
    text = "Rain fell in Tarn. Ann Bell sold the mill. Ships came. Fish was cheap. She left."
    assert cited(text, 4) == [
        (1, "evidence", "She left."),
        (2, "context", "Ann Bell sold the mill."),
    ]
    text = text.replace("She left.", "The mill burnt. She left.")
    assert [q for _, _, q in cited(text, 5)][1:] != ["Rain fell in Tarn."]


def test_only_evidence_is_scored() -> None:
    with stored(ACME) as store:
        first, context = cite(store, evidence(store, [1]))
        assert (first.score, context.score) == (0.9, 0)
        assert [each.score for each in cite_closest(store, evidence(store, [1, 0]))] == [0.9, 0.8]


def test_a_citation_names_where_else_its_sentence_stands() -> None:
    with stored(ACME, ACME) as store:
        first, other = evidence(store, [0, 3])
        [cited] = cite(store, [replace(first, copies=(other.hit,))])
        assert [(each.article_id, each.start, each.end) for each in cited.also_in] == [
            ("a1", 0, 25)
        ]


def _scored(*scores: float) -> list[Evidence]:
    with stored(ACME) as store:
        return [replace(evidence(store, [0])[0], score=score) for score in scores]


def test_evidence_is_the_best_and_at_most_two_that_are_nearly_as_good() -> None:
    for scores, chosen in (
        ((), 0),
        ((-3.0,), 1),
        ((2.0, 0.5, 0.4), 2),
        ((2.0, 0.4, 1.9), 2),
        ((2.0, 1.9, 1.8, 1.7), MAX_EVIDENCE),
    ):
        assert len(choose_evidence(_scored(*scores))) == chosen, scores


def test_first_sentence_of_an_article_takes_no_context_from_the_article_before() -> None:
    with stored("Acme grew.", "It rained.") as store:
        (only,) = cite(store, evidence(store, [1]))
    assert only.quote == "It rained."


def test_closest_are_at_most_three_and_carry_the_articles_metadata() -> None:
    with stored("One is here. Two are here. Three are here. Four are here.") as store:
        closest = cite_closest(store, evidence(store, [3, 2, 1, 0]))
    assert [(c.number, c.quote) for c in closest] == [
        (1, "Four are here."),
        (2, "Three are here."),
        (3, "Two are here."),
    ]
    assert closest[0].title == "Title 0"


@pytest.mark.parametrize(
    "forgery",
    [
        {"quote": "It fired fifty people."},
        {"start": 25},
        {"end": 47},
        {"start": -22, "end": -1},
        {"article_id": "a1"},
        {"article_id": "nowhere"},
        {"quote": "", "start": 5},
    ],
)
def test_forged_citation_does_not_pass(forgery: dict[str, object]) -> None:
    with stored(ACME, "Another text. It says other things in it.") as store:
        real = cite(store, evidence(store, [1]))
        check_citations(store, real)
        forged = real[0].model_copy(update=forgery)
        with pytest.raises(CitationError, match=forged.article_id):
            check_citations(store, (*real, forged))
