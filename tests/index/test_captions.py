"""Caption files become transcripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.messages import captions
from index.articles.messages.captions import read_captions
from index.errors import SourceError
from index.models import Article, BlockKind


def blocks(text: str) -> list[tuple[BlockKind, str]]:
    article = read_captions(text.encode(), "c", "c.vtt")
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def vtt(*cues: str, gap: float = 0.0) -> str:
    """Return a file with one cue of two seconds for each payload."""
    times = [(n * (2 + gap), n * (2 + gap) + 2) for n in range(len(cues))]
    timed = [
        f"00:{int(a) // 60:02d}:{a % 60:06.3f} --> 00:{int(b) // 60:02d}:{b % 60:06.3f}\n{cue}\n"
        for (a, b), cue in zip(times, cues, strict=True)
    ]
    return "WEBVTT - Results call\n\n" + "\n".join(timed)


SPEAKER, PARAGRAPH = BlockKind.SPEAKER, BlockKind.PARAGRAPH


@pytest.mark.parametrize(
    ("cues", "found"),
    [
        (
            ["<v.loud Ada Haldane>We will <i>invest</i>\n$5 billion", "<v Ada Haldane>in May."],
            [(SPEAKER, "Ada Haldane: We will invest $5 billion in May.")],
        ),
        (
            ["<v Ada>Will you?</v> <v Ben>Yes &amp; no.</v>\n<v Ada>When?", "Nobody is named."],
            [
                (SPEAKER, "Ada: Will you?"),
                (SPEAKER, "Ben: Yes & no."),
                (SPEAKER, "Ada: When?"),
                (PARAGRAPH, "Nobody is named."),
            ],
        ),
        (
            ["HALDANE: We will invest", "in May.", ">> MR. CORR: In Dresden?", ">> Yes."],
            [
                (SPEAKER, "HALDANE: We will invest in May."),
                (SPEAKER, "MR. CORR: In Dresden?"),
                (PARAGRAPH, "Yes."),
            ],
        ),
        (["- No.\n- Yes."], [(PARAGRAPH, "No."), (PARAGRAPH, "Yes.")]),
        (["[MUSIC]", "♪ la la ♪", "Words.", "(applause)"], [(PARAGRAPH, "Words.")]),
        (
            ["The plant", "The plant opens\nin the spring", "in the spring\nof 2027."],
            [(PARAGRAPH, "The plant opens in the spring of 2027.")],
        ),
        (
            ["the plant will open", "the plant will open\nin May", "in May", "in May\nit said"],
            [(PARAGRAPH, "the plant will open in May it said")],
        ),
        (["No.", "No.", "Never."], [(PARAGRAPH, "No. No. Never.")]),
        (
            ["<00:00:01.000><c>the</c> <c>plant</c>", "{\\an8}opens"],
            [(PARAGRAPH, "the plant opens")],
        ),
    ],
)
def test_cues_become_turns(cues: list[str], found: list[tuple[BlockKind, str]]) -> None:
    assert blocks(vtt(*cues)) == found


def test_repeated_words_after_a_pause_are_kept() -> None:
    cues = ["We will not sell.", "We will not sell."]
    assert blocks(vtt(*cues, gap=0.5)) == [(PARAGRAPH, "We will not sell. We will not sell.")]
    assert blocks(vtt(*cues)) == [(PARAGRAPH, "We will not sell.")]


def test_pauses_and_length_end_paragraphs() -> None:
    assert len(blocks(vtt("One ends.", "Two ends.", gap=2))) == 2
    assert len(blocks(vtt("One goes", "on here.", gap=2))) == 1
    assert len(blocks(vtt(*["Nine words stand in this one sentence, it seems."] * 20))) <= 3


def test_notes_styles_and_numbers_are_no_words() -> None:
    text = (
        "WEBVTT - Results call\nKind: captions\n\nSTYLE\n::cue { color: red }\n\n"
        "NOTE\nan author's\ncomment\n\nintro\n00:01.000 --> 00:02.000 align:start\nWords.\n\n"
        "NOTE last\n"
    )
    article = read_captions(text.encode(), "c", "c.vtt")
    assert (article.text, article.title) == ("Words.", "Results call")
    assert [omission.words for omission in article.omitted] == [4]


def test_subrip_in_windows_1252() -> None:
    text = (
        "1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Café prices</i>\r\nrose.\r\n\r\n"
        "2\r\n00:00:02,100 --> 00:00:03,000\r\nSubtitles by Ada Brill\r\n"
    )
    article = read_captions(text.encode("cp1252"), "c", "c.srt")
    assert article.text == "Café prices rose."
    assert "Windows-1252" in article.notes[0]
    assert [omission.reason for omission in article.omitted] == ["credits of the captions"]


TTML = """<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata">
<head><metadata><ttm:title>Call</ttm:title><ttm:agent xml:id="a" type="person">
<ttm:name type="full">Ada Haldane</ttm:name></ttm:agent></metadata></head>
<body><div><p begin="1s" end="3s" ttm:agent="a">We will<br/>invest</p>
<p begin="3s" end="4s" ttm:agent="a">in <span>May</span>.</p></div>
<div begin="5s"><p begin="00:00:05.000" dur="2s">HALT: Stop.</p>
<p begin="9s" end="10s"><span ttm:agent="a">Yes.</span></p></div></body></tt>"""


def test_all_divs_and_agents_of_ttml() -> None:
    assert blocks(TTML) == [
        (SPEAKER, "Ada Haldane: We will invest in May."),
        (SPEAKER, "HALT: Stop."),
        (SPEAKER, "Ada Haldane: Yes."),
    ]
    assert read_captions(TTML.encode(), "c", "c").title == "Call"


@pytest.mark.parametrize(
    "text", ["", "WEBVTT\n", "words", vtt("[MUSIC]"), "<rss/>", "<tt/>", "<tt>"]
)
def test_file_without_words_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match=r"c\.vtt"):
        blocks(text)


def test_captions_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captions, "_MOST_CUES", 2)
    assert blocks(vtt("One.", "Two."))
    with pytest.raises(SourceError, match=r"c\.vtt has more than 2 captions"):
        blocks(vtt("One.", "Two.", "Three."))


parts = st.sampled_from(
    [
        "<v A>",
        "</v>",
        "<v",
        "- ",
        ">> ",
        "A: ",
        "words ",
        "\n",
        "&amp;",
        "[x]",
        "00:01.000 --> ",
        "<c",
    ]
)


@given(st.lists(st.one_of(parts, st.text(max_size=5)), max_size=30).map("".join))
def test_captions_never_raise(cue: str) -> None:
    for head in ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "<tt><body><div><p>"):
        try:
            article = read_captions((head + cue).encode("utf-8", "replace"), "c", "c")
        except SourceError:
            continue
        assert isinstance(article, Article)
