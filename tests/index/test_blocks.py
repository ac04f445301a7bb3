"""Blocks of plain text, and the kinds of sentences."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import NOT_EVIDENCE, Article, Block, BlockKind
from index.text.blocks import blocks_of, find_blocks, sentences_in

PARAGRAPH, HEADING, LIST_ITEM = BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.LIST_ITEM
SPEAKER, QUESTION, NOTE = BlockKind.SPEAKER, BlockKind.QUESTION, BlockKind.NOTE
CORRECTION, BYLINE, CAPTION = BlockKind.CORRECTION, BlockKind.BYLINE, BlockKind.CAPTION


def kinds(text: str) -> list[BlockKind]:
    return [block.kind for block in find_blocks(text)]


def sentences(text: str) -> list[tuple[str, BlockKind]]:
    found = sentences_in(text, find_blocks(text))
    return [(text[span.start : span.end], kind) for span, kind in found]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Correction, June 13: The yard is in Cork.", CORRECTION),
        ("CORRECTED: The yard is in Cork.", CORRECTION),
        ("*Correction: The yard is in Cork.*", CORRECTION),
        ("Clarification (4 May): The yard is in Cork.", CORRECTION),
        ("Corrected on 4 May: The yard is in Cork.", CORRECTION),
        ("An earlier version of this article misspelled the name of the yard.", CORRECTION),
        ("This story has been updated to give the closing price.", CORRECTION),
        ("Editor's note: This article was amended on 4 May.", CORRECTION),
        ("(Corrects paragraph 3 to say million, not billion)", CORRECTION),
        ("Corrections officers went on strike in Leeds.", PARAGRAPH),
        ("The correction: 5% in a week.", PARAGRAPH),
        ("Markets updated their view of this story.", PARAGRAPH),
        ("Editor’s note: The author owns shares in Ombrel.", NOTE),
        ("Note: Figures are unaudited.", NOTE),
        ("Noted: It was late.", PARAGRAPH),
        ("By Ada Marsh", BYLINE),
        ("By Ada Marsh and Jo Lind", BYLINE),
        ("BY ADA MARSH AND JO LIND", BYLINE),
        ("By Ada Marsh, Port Correspondent", BYLINE),
        ("(Reporting by Ada Marsh; Editing by Jo Lind)", BYLINE),
        ("By June the yard had closed.", PARAGRAPH),
        ("By Ada Marsh's count, 40 ships lay idle.", PARAGRAPH),
        ("Photo: The yard in Cork.", CAPTION),
        ("FILE PHOTO: The yard in Cork", CAPTION),
        ("Photograph by Ada Marsh", CAPTION),
        ("Photos of the yard were sold for $5.", PARAGRAPH),
        ("- Sales rose 5%", LIST_ITEM),
        ("2. Costs fell", LIST_ITEM),
        ("Outlook: It may rain.", PARAGRAPH),
        ("The reason: The plant was too old.", PARAGRAPH),
    ],
)
def test_the_first_words_show_the_kind_of_a_block(line: str, kind: BlockKind) -> None:
    text = f"{line}\n\nThe yard closed in May."
    assert kinds(text) == [kind, PARAGRAPH]
    given = Article("a", text, blocks=(Block(PARAGRAPH, 0, len(line)),))
    if kind is not LIST_ITEM:
        assert [block.kind for block in blocks_of(given)] == [kind]


def test_kinds_that_a_reader_gave_stay() -> None:
    given = (Block(BlockKind.TABLE_ROW, 0, 12, page=2),)
    assert blocks_of(Article("a", "Note: 5 | 14", blocks=given)) == given
    renamed = blocks_of(Article("a", "Note: 5 | 14", blocks=(replace(given[0], kind=PARAGRAPH),)))
    assert renamed == (Block(NOTE, 0, 12, page=2),)


def test_the_speaker_belongs_to_the_sentence_and_questions_are_marked() -> None:
    text = (
        "Panel on ports, Cork\n\nMODERATOR: Thank you. Mr Orr, is the pier late?\n\n"
        "DR. ORR (Velden): Yes. It opens in May.\n\nMODERATOR: Is it? It is."
    )
    assert sentences(text) == [
        ("Panel on ports, Cork", HEADING),
        ("MODERATOR: Thank you.", SPEAKER),
        ("Mr Orr, is the pier late?", QUESTION),
        ("DR. ORR (Velden): Yes. It opens in May.", SPEAKER),
        ("MODERATOR: Is it?", QUESTION),
        ("It is.", SPEAKER),
    ]


@pytest.mark.parametrize(
    "turns",
    [
        "Q: Why sell?\nA: We had to.\nQ: When?\nA: In May.",
        "Ada Marsh: Why sell?\nMia de Orr: We had to.\nAda Marsh: When?\nMia de Orr: In May.",
        "MARSH: Why sell?\nORR, chief executive: We had to.\nMARSH: When?\nORR: In May.",
        "ŻAK: Why sell?\nÅS: We had to.\nŻAK: When?\nÅS: In May.",
    ],
)
def test_labels_that_return_or_are_in_capitals_are_speakers(turns: str) -> None:
    assert kinds(turns) == [SPEAKER] * 4
    assert [kind for _, kind in sentences(turns)] == [QUESTION, SPEAKER] * 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('"Can we afford it?" Solberg asked.', PARAGRAPH),
        ("Can we afford it?[2]", QUESTION),
        ("He asked: “Can we?”", QUESTION),
        ("- Can we afford it?", QUESTION),
    ],
)
def test_a_sentence_that_asks_is_a_question(text: str, kind: BlockKind) -> None:
    assert [kind for _, kind in sentences(text)] == [kind]


def test_a_heading_and_a_table_row_are_one_sentence() -> None:
    text = "What next? Who pays?\nBank: Orr Inc. The lender | Fee: $5."
    blocks = [Block(HEADING, 0, 20), Block(BlockKind.TABLE_ROW, 21, len(text))]
    found = [(text[s.start : s.end], kind) for s, kind in sentences_in(text, blocks)]
    assert found == [(text[:20], HEADING), (text[21:], BlockKind.TABLE_ROW)]
    assert found[0][1] in NOT_EVIDENCE


_LINES = st.sampled_from(
    [
        *(
            "MARSH: Yes.",
            "Q: Why?",
            "A: No. 5 is late.",
            "By Ada Marsh",
            "- one",
            "Photo: x",
            "",
            " ",
        ),
        "Correction: An earlier version of this article said $5 million; it is $6 million.",
        "It is $6 million, not $5 million.",
        "Ombrel paid $5 million.",
    ]
)


@given(st.lists(_LINES | st.text(alphabet="aA.:;?!$5 \t\u200b’“”(\n"), max_size=12))
def test_blocks_and_sentences_are_in_order_apart_and_complete(lines: list[str]) -> None:
    text = "\n".join(lines)
    blocks = find_blocks(text)
    spans = [span for span, _ in sentences_in(text, blocks)]
    for parts in ([(b.start, b.end) for b in blocks], [(s.start, s.end) for s in spans]):
        assert all(start < end for start, end in parts)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(parts))
    covered = {place for block in blocks for place in range(block.start, block.end)}
    assert not [c for place, c in enumerate(text) if place not in covered and not c.isspace()]
    inside = [any(b.start <= span.start and span.end <= b.end for b in blocks) for span in spans]
    assert all(inside)
