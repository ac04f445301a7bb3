"""Markdown: its plain text with exact offsets, the kinds of its blocks, and its metadata."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.markdown import read_markdown
from index.errors import SourceError
from index.models import Article, Omission


def markdown(text: str) -> Article:
    return read_markdown(text.encode(), "a", "a.md")


def kinds(text: str) -> list[tuple[str, str]]:
    article = markdown(text)
    return [(block.kind.value, article.text[block.start : block.end]) for block in article.blocks]


# --- front matter ---------------------------------------------------------------------------


def test_front_matter_gives_the_metadata() -> None:
    article = markdown(
        '---\r\ntitle: "T: one"\r\nsource: S\r\nurl: ""\r\npublished: 2026-11-03\r\n'
        "tags: [a, b]\r\n---\r\n\r\nBody.\r\n"
    )
    assert (article.text, article.title, article.url) == ("Body.", "T: one", "")
    assert (article.source, article.published) == ("S", "2026-11-03")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1.10", "1.10"),
        ("No", "No"),
        ("~", ""),
        ("2026-11-03 10:00:00Z", "2026-11-03T10:00:00+00:00"),
    ],
)
def test_values_stay_as_written_and_dates_become_iso(written: str, read: str) -> None:
    assert markdown(f"---\npublished: {written}\n---\nBody").published == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("---\ntitle: [a\n---\nBody", "a.md, line 3: front matter is broken"),
        ('---\nsource: S\ntitle: "a\n---\nBody', "a.md, line 4: front matter is broken"),
        ("---\ntitle: [a, b]\n---\nBody", "a.md, line 2: title in front matter must be one value"),
        ("---\n- a\n---\nBody", "a.md, line 2: front matter must be lines of `key: value`"),
        ("---\npublished: 2026-13-45\n---\nBody", "a.md, line 2: published is not a date"),
        ("---\ntitle: \x07\n---\nBody", "a.md, line 2: front matter is broken"),
        ("---\ntitle: a\nBody", "a.md, line 1: front matter opens with ---"),
        ("---\n" + "title: a\n" * 10_000 + "---\nBody", "a.md, line 1: front matter opens"),
        ("---\nx: " + "[" * 5000 + "\n---\nBody", "nested too deeply"),
    ],
)
def test_broken_front_matter_is_named_with_its_line(text: str, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        markdown(text)
    assert words in caught.value.user_message


def test_front_matter_sets_nothing_but_the_metadata() -> None:
    article = markdown("---\nnotes: ../../etc/passwd\ntext: Other\ntitle: T\n---\nBody")
    assert (article.id, article.text, article.title) == ("a", "Body", "T")


def test_yaml_neither_makes_objects_nor_expands_aliases() -> None:
    text = "---\ntitle: !!python/object/apply:os.system [echo]\n---\nBody"
    with pytest.raises(SourceError, match="one value"):
        markdown(text)
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    assert markdown(f"---\n{bomb}title: T\n---\nBody").title == "T"


def test_empty_front_matter_and_byte_order_mark_are_fine() -> None:
    article = markdown("\ufeff---\n---\n# H\n\nBody")
    assert (article.id, article.text, article.title) == ("a", "H\n\nBody", "H")


def test_first_level_one_heading_is_the_title_where_none_is_given() -> None:
    assert markdown("## Two\n\n# *One* &amp; all\n\n# Later").title == "One & all"
    assert markdown("---\ntitle: Given\n---\n# One").title == "Given"
    assert markdown("---\ntitle: ''\n---\n# One").title == "One"
    assert markdown(f"# {'x' * 501}").title == ""


# --- text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("# Head\nPara *one*\n**two** `c*d`.\n\nNext", "Head\n\nPara one two c*d.\n\nNext"),
        ('See [the *memo*](http://x.y "t") ![alt](i.png) <http://z.w>', "See the memo  http://z.w"),
        ("AT&amp;T &copy; \\*kept\\*", "AT&T © *kept*"),
        ("one  \ntwo\\\nthree<br/>four<i>five</i>", "one\ntwo\nthree\nfourfive"),
        ("Say <brand>x", "Say x"),
        ("A\n\n- one\n- two\n  - deep\n- three\n\nB", "A\n\n- one\n- two\n- deep\n- three\n\nB"),
        ("3. three\n3. four\n   1. in\n3. five", "3. three\n4. four\n1. in\n5. five"),
        ("- a\n\n  more\n- b", "- a\nmore\n- b"),
        ("- a\n\n\n1. b", "- a\n1. b"),
        ("- ![only image](x)\n- b", "- b"),
        ("> quote\n> goes on\n\nafter", "quote goes on\n\nafter"),
        ("```py\nx = 1\n\n  y\n```\n\n    code", "x = 1\n\n  y\n\ncode"),
        ("| a | b |\n|---|---|\n| 1 | *2* |\n\nafter", "a: 1 | b: 2\n\nafter"),
        ("| a | b |\n|---|---|\n\nafter", "a | b\n\nafter"),
        ("| | |\n|---|---|\n| 1 | 2 |\n| | |", "1 | 2"),
        ("<div>\nraw\n</div>\n\nkept\n\n<script>\nbad()\n</script>\n\n---\n\nend", "kept\n\nend"),
    ],
)
def test_markdown_becomes_plain_text(source: str, plain: str) -> None:
    assert markdown(source).text == plain


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("It cost $7<sup>1</sup> billion.", "It cost $7 billion."),
        ("Up 4%.<sup>2</sup> It fell.<sup>[3]</sup>", "Up 4%. It fell."),
        ("The 5<sup>th</sup> of 12 km<sup>2</sup> and 10<sup>6</sup>", "The 5th of 12 km² and 10⁶"),
        ("CO<sub>2</sub> rose", "CO₂ rose"),
        ("It has 9 quays[4](https://q.example/b) and[^1] 2.\n\n[^1]: N", "It has 9 quays and 2."),
        ("See [2](https://q.example) now", "See 2 now"),
        ("Nobody[^gone] came.", "Nobody came."),
        ("It paid ~~5~~ 6 million.", "It paid 6 million."),
        ("It paid <del>5 <s>or</s></del> <ins>6</ins> million<s> or so</s>.", "It paid 6 million."),
        ("It paid <del>6 million.", "It paid 6 million."),
        ("It paid </del>6<sup> million.", "It paid 6 million."),
        ("He said <q>no</q>.", "He said “no”."),
    ],
)  # fmt: skip
def test_marks_and_withdrawn_words_stay_out_of_the_sentence(source: str, plain: str) -> None:
    assert markdown(source).text.partition("\n")[0] == plain


NOTED = "Sales rose to 3 billion² on 12 km².¹ More.\n\n¹ Before tax.\n\n² Of land."


def test_raised_characters_are_marks_only_where_notes_open_with_them() -> None:
    assert kinds(NOTED) == [
        ("paragraph", "Sales rose to 3 billion on 12 km². More."),
        ("note", "Before tax."),
        ("note", "Of land."),
    ]
    assert markdown("Sales rose to 3 billion² in all.").text == "Sales rose to 3 billion² in all."
    bracketed = "Sales rose.[1] More came.\n\n[1] Before tax."
    assert kinds(bracketed)[1] == ("note", "Before tax.")
    assert markdown(bracketed).text.startswith("Sales rose. More came.")


def test_every_note_is_kept() -> None:
    text = "One.[^a] Two.^[Within it.]\n\n[^a]: Given.\n\n    More of it.\n\n[^b]: Never named."
    assert kinds(text) == [
        ("paragraph", "One. Two."),
        ("note", "Given."),
        ("note", "More of it."),
        ("note", "Never named."),
        ("note", "Within it."),
    ]


def test_blocks_have_kinds() -> None:
    text = (
        "# Port\n\nBy Ann Lee\n\nIt grew.\n\n> It will grow.\n>\n> - so\n\n- one\n\n"
        "|Year|Ships|\n|-|-|\n|2031|14|\n\n**Correction:** An earlier version said 12.\n"
    )
    assert kinds(text) == [
        ("heading", "Port"),
        ("byline", "By Ann Lee"),
        ("paragraph", "It grew."),
        ("quote", "It will grow."),
        ("quote", "- so"),
        ("list item", "- one"),
        ("table row", "Year: 2031 | Ships: 14"),
        ("correction", "Correction: An earlier version said 12."),
    ]


def test_turns_of_a_transcript_open_with_the_speaker() -> None:
    text = "**ORLA:** We go.\n\n**FINN:** We stay.\n\n**ORLA:** No."
    assert [kind for kind, _ in kinds(text)] == ["speaker"] * 3


def test_what_is_left_out_is_reported() -> None:
    article = markdown("It paid ~~5 or~~ 6.[^1]\n\n<div>raw words here</div>\n\n[^1]: N")
    assert set(article.omitted) == {
        Omission("withdrawn text", 2, "5 or"),
        Omission("HTML in Markdown", 3, "raw words here"),
    }


_CHARACTERS = [*"\n|-*_`#>![]()<&;1. \\²~^"]
_PIECES = ["\n\n", "    ", "- ", "|-|\n", "<br", "&amp;", "[^1]", "[^1]: ", "~~", "^[", "](x)"]
_TAGS = ["<sup>", "</sup>", "<del>", "</s>", "² "]
signs = st.sampled_from(_CHARACTERS + _PIECES + _TAGS)
marked_up = st.lists(st.one_of(st.text(), signs)).map("".join)


@given(text=marked_up)
def test_markdown_never_raises_and_blocks_are_exact(text: str) -> None:
    try:
        article = markdown(f"\n{text}".replace("\0", ""))
    except SourceError as error:  # half of a surrogate pair
        raise AssertionError(text) from error
    end = 0
    for block in article.blocks:
        assert end <= block.start < block.end
        content = article.text[block.start : block.end]
        assert content == content.strip()
        end = block.end
    assert end == len(article.text)


_REPEATED = [
    "<del>",
    "<sup>1",
    "~~",
    "[^1]",
    "[1](x)",
    "> ",
    "- ",
    "² ",
    "<!--",
    "|a",
    "^[",
    "a[1]",
]


@pytest.mark.parametrize("piece", [*_REPEATED, "[^1]: a\n\n", "² a\n\n", "\n\n<script>"])
def test_long_repetition_takes_no_long(piece: str) -> None:
    started = time.perf_counter()
    markdown(piece * 20_000)
    assert time.perf_counter() - started < 10
