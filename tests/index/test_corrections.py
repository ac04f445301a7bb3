"""Sentences that a correction takes back."""

import pytest

from index.models import BlockKind
from index.text.blocks import find_blocks, sentences_in

WON = "Ombrel has won a contract worth $750 million."


def withdrawn(text: str) -> list[str]:
    found = sentences_in(text, find_blocks(text))
    return [text[s.start : s.end] for s, kind in found if kind is BlockKind.WITHDRAWN]


def evidence(text: str) -> str:
    found = sentences_in(text, find_blocks(text))
    return " ".join(text[s.start : s.end] for s, kind in found if kind is BlockKind.CORRECTION)


@pytest.mark.parametrize(
    ("note", "clause"),
    [
        (
            "Correction: An earlier version of this article said the contract is worth $750 "
            "million. It is worth $570 million.",
            "Correction: An earlier version of this article said the contract is worth $750 "
            "million.",
        ),
        (
            "Correction: An earlier version of this article misstated the value as $750m; it is "
            "$570m.",
            "Correction: An earlier version of this article misstated the value as $750m;",
        ),
        ("Correction: The contract is worth $570 million, not $750 million.", None),
        ("Correction, June 13: It is worth $570 million rather than $750,000,000.", None),
        ("CORRECTED: An earlier story said $750 million instead of $570 million.", None),
        ("(Corrects value to $570 mln from $750 mln)", None),
        ("(Corrects value from $750 mln to $570 mln)", None),
        (
            "This article was amended on 4 May to say $570 million, not $750 million, as "
            "previously reported.",
            None,
        ),
    ],
)
def test_the_wrong_value_is_withdrawn_and_the_right_one_stays(
    note: str, clause: str | None
) -> None:
    text = f"{WON} It was signed in May.\n\nThe line is 14 km long.\n\n{note}"
    assert withdrawn(text) == [WON, *([clause] if clause else [])]
    assert "570" in evidence(text)


@pytest.mark.parametrize(
    ("body", "note", "expected"),
    [
        (
            "Harrow named Mia Solburg as its chief. She starts in May.",
            "Correction: An earlier version of this article misspelled the name of the chief as "
            "Mia Solburg. She is Mia Solberg.",
            ["Harrow named Mia Solburg as its chief."],
        ),
        (
            "The plant in Lund has 40 staff. The mayor of Lund objected.",
            "Correction: The plant is in Malmo, not in Lund.",
            ["The plant in Lund has 40 staff."],
        ),
        (
            "The sale closes on June 3. June 30 is a holiday.",
            "Correction: The sale closes on June 13, not June 3.",
            ["The sale closes on June 3."],
        ),
        (
            "The bank will cut 400 jobs. It has 400 branches.",
            "Correction: The bank will cut 300 jobs, not 400 jobs.",
            ["The bank will cut 400 jobs."],
        ),
        (
            "Sales rose 5%. Profit fell 5%.",
            "Correction: Sales rose 15%, not 5%.",
            ["Sales rose 5%."],
        ),
        (
            "The bid rose from $570 million to $750 million.",
            "Correction: The bid is $570 million, not $750 million.",
            [],
        ),
        (
            "The plant has 40 staff. An appeal is planned.",
            "Correction: Malmo has the plant; The earlier version said it was Lund.",
            [],
        ),
        ("Ombrel won 5 of 9.", "Correction: It did not win 5. It was 4.", []),
        ("Costs fell 3%.", "This story has been updated to give the closing price of $3.", []),
        ("Costs fell 3%.", "Clarification: Costs fell 3% in May, but not in June.", []),
    ],
)
def test_only_sentences_with_the_wrong_value_are_withdrawn(
    body: str, note: str, expected: list[str]
) -> None:
    assert [s for s in withdrawn(f"{body}\n\n{note}") if s in body] == expected


def test_a_wrong_value_without_a_right_one_leaves_the_article() -> None:
    note = "An earlier version of this article said the contract is worth $750 million."
    assert withdrawn(f"{WON}\n\n{note}") == [note]


def test_an_article_without_a_correction_has_nothing_withdrawn() -> None:
    assert withdrawn(f"{WON}\n\nIt is not worth $570 million, Ombrel said.") == []


def test_a_correction_above_the_article_counts_too() -> None:
    assert withdrawn(f"Correction: It is worth $570 million, not $750 million.\n\n{WON}") == [WON]


@pytest.mark.parametrize("joined", ["; an", ", but an", " — an"])
def test_the_right_value_may_come_first(joined: str) -> None:
    note = f"Correction: The deal is worth $570 million{joined} earlier version said $750 million."
    text = f"It is settled.\n\n{note}"
    kept = [
        text[span.start : span.end]
        for span, kind in sentences_in(text, find_blocks(text))
        if kind is not BlockKind.WITHDRAWN
    ]
    assert any("$570 million" in sentence for sentence in kept)


def test_a_note_that_ends_in_a_semicolon_keeps_its_bounds() -> None:
    text = (
        "Ombrel bought Corvane.\n\nCorrection: An earlier version of this article misstated the "
        "price as $5 million;\n\nThe price is $6 million."
    )
    spans = [span for span, _ in sentences_in(text, find_blocks(text))]
    assert all(span.start < span.end for span in spans)
    assert text[spans[-1].start : spans[-1].end] == "The price is $6 million."


def test_a_version_of_a_product_is_no_correction() -> None:
    text = "The Corvane 5 is new.\n\nThe previous version of this phone cost $799."
    assert sentences_in(text, find_blocks(text))[-1][1] is BlockKind.PARAGRAPH
