"""The texts of an abstention above the closest sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.citing.abstention import lacking_in, named_as_lacking
from bot.domain.models import Citation, Role


def cited(quote: str, title: str = "") -> Citation:
    return Citation(
        article_id="harbour",
        title=title,
        source="Tarn Gazette",
        published="2031-02-03",
        url="",
        start=0,
        end=len(quote),
        number=1,
        role=Role.EVIDENCE,
        quote=quote,
        score=0.5,
    )


BRIDGE = cited(
    "Mayor Ilse Brandt said on 4 May 2031 that the repair costs $1,200,000 in Tarn.",
    "Harbour bridge of Tarn",
)


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("Who is Omar Field?", ["Omar Field"]),
        ("Did Omar Field meet Ilse Brandt?", ["Omar Field"]),
        ("Did Rosa Oduya meet Omar Field in Tarn?", ["Rosa Oduya", "Omar Field"]),
        ("What happened in 2032?", ["2032"]),
        ("What did Omar Field say in 2032?", ["Omar Field", "2032"]),
        ("Did it cost $5 million?", ["5"]),
        ("Are 3,500 ships waiting?", ["3,500"]),
        ("Is it 2.5 or 4?", ["2.5"]),
        ("Who runs the Bank of England?", ["Bank of England"]),
        ("Is it COVID-19?", ["COVID-19"]),
    ],
)
def test_names_and_numbers_that_the_sentence_lacks_are_found(
    question: str, lacking: list[str]
) -> None:
    assert lacking_in(question, BRIDGE) == lacking


@pytest.mark.parametrize(
    "question",
    [
        "Who is Ilse Brandt?",
        "Who is Brandt’s husband?",
        "What did Ms Brandt pay?",
        "Which Harbour is it?",
        "What happened on 4 May 2031?",
        "What happened on 2031-05-04?",
        "Is it 1200000 or 1,200,000?",
        "what did omar field say?",
        "What does it cost?",
        "WHO IS ILSE BRANDT?",
        "",
    ],
)
def test_a_sentence_that_has_them_lacks_nothing(question: str) -> None:
    assert lacking_in(question, BRIDGE) == []


def test_what_is_named_twice_lacks_once() -> None:
    assert lacking_in("Did Northline pay, and when did Northline sail?", BRIDGE) == ["Northline"]


_WORDS = (
    "Omar Field", "Tarn", "the", "$5", "2031", "3,500.", "Bank of England", "U.S.", "AT&T", "Ann’s",
    "COVID-19", "10-year", "Jean-Luc O’Neil", "4th", "5bn", "WHO", "Café", "iPhone", "eBay",
)  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=8).map(" ".join))
def test_a_sentence_lacks_nothing_of_itself(text: str) -> None:
    assert lacking_in(text, cited(text)) == []
    assert lacking_in(text, cited("", text)) == []


@given(question=st.text(max_size=80), quote=st.text(max_size=80))
def test_what_lacks_are_pieces_of_the_question(question: str, quote: str) -> None:
    assert all(each and each in question for each in lacking_in(question, cited(quote)))


def test_an_abstention_names_what_the_first_closest_sentence_lacks() -> None:
    closest = [BRIDGE, cited("Omar Field leads the union.")]
    assert named_as_lacking("Who is Omar Field?", closest) == ("Omar Field",)


def test_an_abstention_names_two_of_them_at_most() -> None:
    question = "Did Rosa Oduya, Omar Field and Sam Okoro sign in 2032?"
    assert named_as_lacking(question, [BRIDGE]) == ("Rosa Oduya", "Omar Field")


@pytest.mark.parametrize("closest", [[], [BRIDGE]])
def test_an_abstention_may_lack_nothing(closest: list[Citation]) -> None:
    assert named_as_lacking("Why did Ilse Brandt resign?", closest) == ()
