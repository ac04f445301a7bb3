"""Judging answers and summing up, on handmade answers."""

from dataclasses import replace

import pytest

from bot.domain.errors import BatchError
from bot.domain.models import Answer, Citation, Role, ShortAnswer, Status, Verdict
from bot.evaluation.questions import EvalQuestion, GoldSpan, check_gold
from bot.evaluation.summary import HEADERS, Summary, summarise, summary_table
from bot.evaluation.verdicts import Judged, is_same_answer, judge
from index.models import Article, Span
from index.stores.text_store import FileTextStore, Layout, TextStoreWriter

TEXT = "The ferry sails at noon. It costs four coins. Dogs ride free."
NOON, COINS, DOGS = (0, 24), (25, 45), (46, 61)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> FileTextStore:
    folder = tmp_path_factory.mktemp("texts")
    with TextStoreWriter(folder) as writer:
        writer.add(
            Article("ferry", TEXT),
            Layout.of(TEXT, [Span(*NOON), Span(*COINS), Span(*DOGS)], [range(3)]),
        )
    return FileTextStore(folder)


def question(
    *gold: tuple[int, int], needs_all: bool = False, answerable: bool = True
) -> EvalQuestion:
    spans = tuple(GoldSpan(article_id="ferry", start=start, end=end) for start, end in gold)
    return EvalQuestion(
        id="q", question="?", answerable=answerable, gold=spans, needs_all=needs_all
    )


def citation(place: tuple[int, int], role: Role = Role.EVIDENCE, quote: str = "") -> Citation:
    start, end = place
    return Citation(
        number=1, role=role, article_id="ferry", title="", source="", published="", url="",
        start=start, end=end, quote=quote or TEXT[start:end], score=1.0,
    )  # fmt: skip


def answer(*citations: Citation, closest: tuple[Citation, ...] = ()) -> Answer:
    return Answer(
        id="q", question="?", text="", citations=citations, closest=closest, confidence=0.7,
        status=Status.ANSWERED if citations else Status.ABSTAINED, generation="g", elapsed_ms=1.0,
    )  # fmt: skip


def judged(asked: EvalQuestion, got: Answer, texts: FileTextStore) -> Judged:
    return judge(asked, got, None, texts, 2.0)


def test_the_first_evidence_decides_whether_an_answer_is_right(texts: FileTextStore) -> None:
    right = judged(question(NOON), answer(citation(NOON), citation(COINS)), texts)
    assert (right.first, right.cited, right.wrong) == (True, True, False)
    second = judged(question(COINS), answer(citation(NOON), citation(COINS)), texts)
    assert (second.first, second.cited, second.wrong) == (False, True, True)


def test_any_gold_sentence_will_do_unless_all_are_needed(texts: FileTextStore) -> None:
    one = answer(citation(NOON))
    assert judged(question(NOON, DOGS), one, texts).cited
    needed = judged(question(NOON, DOGS, needs_all=True), one, texts)
    assert (needed.first, needed.cited) == (True, False)
    both = answer(citation(NOON), citation(DOGS))
    assert judged(question(NOON, DOGS, needs_all=True), both, texts).cited


def test_context_is_never_evidence(texts: FileTextStore) -> None:
    found = judged(question(NOON), answer(citation(COINS), citation(NOON, Role.CONTEXT)), texts)
    assert not found.cited


def test_an_abstention_is_neither_right_nor_wrong(texts: FileTextStore) -> None:
    found = judged(question(NOON), answer(closest=(citation(NOON),)), texts)
    assert (found.answered, found.first, found.cited, found.wrong) == (False,) * 4


def test_an_answer_to_what_cannot_be_answered_is_wrong(texts: FileTextStore) -> None:
    assert judged(question(answerable=False), answer(citation(NOON)), texts).wrong
    assert not judged(question(answerable=False), answer(), texts).wrong


def test_the_sentence_ranked_first_counts_even_where_nothing_was_answered(
    texts: FileTextStore,
) -> None:
    asked, abstained = question(NOON), answer()
    assert judge(asked, abstained, ("ferry", *NOON), texts, 2.0).ranked_first
    assert not judge(asked, abstained, ("ferry", *COINS), texts, 2.0).ranked_first
    assert not judge(asked, abstained, None, texts, 2.0).ranked_first


def with_short(text: str, place: tuple[int, int] = NOON) -> Answer:
    """Build an answer with a short answer, whose place does not matter here."""
    short = ShortAnswer(citation=1, start=place[0], end=place[0] + len(text), text=text)
    return answer(citation(place)).model_copy(update={"short_answer": short})


def test_a_short_answer_is_right_by_its_words(texts: FileTextStore) -> None:
    known = question(NOON).model_copy(update={"short": "at noon"})
    assert judged(known, with_short("noon"), texts).short_right is True
    assert judged(known, with_short("The ferry"), texts).short_right is False
    assert judged(known, answer(citation(NOON)), texts).short_right is None


def test_a_short_answer_is_right_by_its_sentence_where_none_is_known(texts: FileTextStore) -> None:
    assert judged(question(NOON), with_short("noon"), texts).short_right is True
    assert judged(question(NOON), with_short("four", COINS), texts).short_right is False
    assert judged(question(answerable=False), with_short("noon"), texts).short_right is False


@pytest.mark.parametrize(
    ("known", "given", "right"),
    [
        (Verdict.YES, Verdict.YES, True),
        (Verdict.YES, Verdict.NO, False),
        (None, Verdict.NO, True),
        (Verdict.YES, None, None),
    ],
)
def test_a_verdict_is_compared_with_the_known_one(
    texts: FileTextStore, known: Verdict | None, given: Verdict | None, right: bool | None
) -> None:
    asked = question(NOON).model_copy(update={"verdict": known})
    got = answer(citation(NOON)).model_copy(update={"verdict": given})
    assert judged(asked, got, texts).verdict_right is right


def test_a_verdict_on_what_cannot_be_answered_is_wrong(texts: FileTextStore) -> None:
    got = answer(citation(NOON)).model_copy(update={"verdict": Verdict.NO})
    assert judged(question(answerable=False), got, texts).verdict_right is False


@pytest.mark.parametrize(
    ("given", "known", "same"),
    [
        ("$2.6bn", "2.6 billion dollar", True),
        ("140", "140 employees", True),
        ("Ilic", "the founder, Goran Ilic", True),  # all words of the shorter
        ("4 May 2031", "9 May 2031", True),  # two words of three suffice
        ("in March", "in May and June", False),
        ("2031", "four coins", False),
        ("–", "four coins", False),
    ],
)
def test_short_answers_are_the_same_where_they_share_half_of_the_words(
    given: str, known: str, same: bool
) -> None:
    assert is_same_answer(given, known) is is_same_answer(known, given) is same


def test_every_citation_that_is_not_the_text_is_counted(texts: FileTextStore) -> None:
    bent = citation(NOON, quote="The ferry sails at one.")
    lost = citation(NOON).model_copy(update={"article_id": "tram"})
    found = judged(question(NOON), answer(citation(NOON), bent, closest=(lost,)), texts)
    assert found.inexact == 2


@pytest.mark.parametrize(
    ("place", "same"),
    [((0, 24), True), ((0, 11), True), ((0, 61), True), ((12, 61), True), ((13, 61), False)],
)
def test_sentences_of_two_splitters_are_the_same_where_they_share_half(
    place: tuple[int, int], same: bool
) -> None:
    assert question(NOON).is_gold("ferry", *place) is same
    assert not question(NOON).is_gold("tram", *place)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (question(), "has no gold"),
        (question((0, 500)), "no text at 0-500"),
        (question((5, 5)), "no text at 5-5"),
        (
            question().model_copy(update={"gold": (GoldSpan(article_id="tram", start=0, end=1),)}),
            "no article 'tram'",
        ),
    ],
)
def test_gold_that_the_index_cannot_hold_is_told(
    texts: FileTextStore, asked: EvalQuestion, told: str
) -> None:
    with pytest.raises(BatchError, match=told):
        check_gold(asked, texts)


def one(
    kind: str, *, answerable: bool, answered: bool, first: bool, confidence: float, ms: float
) -> Judged:
    return Judged(
        kind=kind, answerable=answerable, answered=answered, ranked_first=first,
        first=first and answered, cited=first and answered, confidence=confidence, inexact=0,
        elapsed_ms=ms,
    )  # fmt: skip


def test_a_summary_counts_each_share_of_its_own_questions() -> None:
    rows = summarise(
        [
            one("direct", answerable=True, answered=True, first=True, confidence=0.9, ms=1),
            one("direct", answerable=True, answered=False, first=True, confidence=0.4, ms=2),
            one("direct", answerable=True, answered=True, first=False, confidence=0.6, ms=3),
            one("off-topic", answerable=False, answered=False, first=False, confidence=0.1, ms=9),
            one("off-topic", answerable=False, answered=True, first=False, confidence=0.5, ms=9),
        ]
    )
    assert [row.kind for row in rows] == ["direct", "off-topic", "overall"]
    direct, off_topic, overall = rows
    assert (direct.first, direct.refused, direct.ranked_first) == (0.3333, 0.3333, 0.6667)
    assert (direct.abstained, direct.auroc, direct.p50_ms) == (None, None, 2)
    assert (off_topic.abstained, off_topic.wrong, off_topic.first) == (0.5, 0.5, None)
    # of 3 x 2 pairs, five rank the answerable one higher: 0.4 is below 0.5
    assert (overall.n, overall.wrong, overall.auroc) == (5, 0.4, 0.8333)
    assert (overall.refused, overall.first) == (0.3333, 0.3333)
    assert overall.ece == pytest.approx((0.1 + 0.6 + 0.6 + 0.1 + 0.5) / 5)


def test_a_summary_counts_short_answers_and_verdicts() -> None:
    base = one("direct", answerable=True, answered=True, first=True, confidence=0.9, ms=1)
    shown = [
        replace(base, short_right=True),
        replace(base, short_right=False, verdict_right=False),
        replace(base, short_right=False),
        base,
    ]
    (row, _) = summarise(shown)
    assert (row.bold, row.bold_wrong, row.verdicts, row.verdict_wrong) == (3, 0.6667, 1, 1.0)
    assert dict(zip(HEADERS, row.cells(), strict=True))["bold wrong"] == 0.6667


def test_a_summary_of_an_older_result_is_read() -> None:
    (row,) = summarise([])
    older = row.model_dump(exclude={"bold", "bold_wrong", "verdicts", "verdict_wrong"})
    assert Summary.model_validate(older) == row


def test_no_question_is_an_empty_row() -> None:
    (row,) = summarise([])
    assert (row.n, row.first, row.p50_ms) == (0, None, None)
    assert summary_table([row]).splitlines()[1].split()[:3] == ["overall", "0", "–"]
