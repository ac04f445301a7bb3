"""Conversion of Markdown and HTML to the plain text that offsets index, and to metadata."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.html import read_html
from index.articles.markdown import markdown_to_text, read_markdown
from index.errors import SourceError
from index.models import Article


def markdown(text: str) -> Article:
    return read_markdown(text.encode(), "a", "a.md")


def page(html: str | bytes) -> Article:
    return read_html(html if isinstance(html, bytes) else html.encode(), "a", "a.html")


# --- front matter ---------------------------------------------------------------------------


def test_front_matter_gives_the_metadata() -> None:
    article = markdown(
        '---\r\ntitle: "T: one"\r\nsource: S\r\nurl: ""\r\npublished: 2026-11-03\r\n'
        "tags: [a, b]\r\n---\r\n\r\nBody.\r\n"
    )
    assert article == Article(
        id="a", text="Body.", title="T: one", source="S", published="2026-11-03"
    )


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
    article = markdown("---\nid: ../../etc/passwd\ntext: Other\ntitle: T\n---\nBody")
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
    assert markdown("\ufeff---\n---\n# H\n\nBody") == Article(id="a", text="H\n\nBody", title="H")


def test_first_level_one_heading_is_the_title_where_none_is_given() -> None:
    assert markdown("## Two\n\n# *One* &amp; all\n\n# Later").title == "One & all"
    assert markdown("---\ntitle: Given\n---\n# One").title == "Given"
    assert markdown("---\ntitle: ''\n---\n# One").title == "One"
    assert markdown(f"# {'x' * 501}").title == ""


# --- Markdown to text -----------------------------------------------------------------------


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
        ("- a\n\n  more\n- b", "- a\n\nmore\n- b"),
        ("- a\n\n\n1. b", "- a\n\n1. b"),
        ("- ![only image](x)\n- b", "- b"),
        ("> quote\n> goes on\n\nafter", "quote goes on\n\nafter"),
        ("```py\nx = 1\n\n  y\n```\n\n    code", "x = 1\n\n  y\n\ncode"),
        ("| a | b |\n|---|---|\n| 1 | *2* |\n\nafter", "a | b\n1 | 2\n\nafter"),
        ("<div>\nraw\n</div>\n\nkept\n\n<script>\nbad()\n</script>\n\n---\n\nend", "kept\n\nend"),
        ("", ""),
    ],
)
def test_markdown_becomes_plain_text(source: str, plain: str) -> None:
    assert markdown_to_text(source)[0] == plain


signs = st.sampled_from([*"\n|-*_`#>![]()<&;1. \\", "\n\n", "    ", "- ", "|-|\n", "<br", "&amp;"])
marked_up = st.lists(st.one_of(st.text(), signs)).map("".join)


@given(text=marked_up)
def test_markdown_never_raises(text: str) -> None:
    plain, _ = markdown_to_text(text)
    assert plain == "" or plain.strip()


# --- HTML -----------------------------------------------------------------------------------

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Headline | The Times</title>
<meta property="og:site_name" content="The Times"><meta property="og:title" content="Headline">
<meta property="article:published_time" content="2025-11-03T10:00:00Z">
<link rel="canonical" href="https://example.com/a">
<style>p {color: EVIL}</style><script>var x = "EVIL";</script></head>
<body><nav><a href="/">Home</a></nav><article><p>Nvidia &amp; OpenAI announced a deal in November,
and the arrangement is valued at $100 billion.</p><script>EVIL()</script><h2>Terms of it</h2>
<ul><li>The first point of it</li><li>The second point of it</li></ul>
<p>The memorandum would help OpenAI build a minimum of 10 gigawatts of computing power.</p>
</article></body></html>"""


def test_page_gives_its_main_text_and_metadata() -> None:
    article = page(PAGE)
    assert article.text == (
        "Nvidia & OpenAI announced a deal in November, and the arrangement is valued at "
        "$100 billion.\n\nTerms of it\n\n- The first point of it\n- The second point of it\n\n"
        "The memorandum would help OpenAI build a minimum of 10 gigawatts of computing power."
    )
    assert (article.title, article.source) == ("Headline", "The Times")
    assert (article.url, article.published) == ("https://example.com/a", "2025-11-03")


def test_page_without_a_date_gets_none_from_its_text() -> None:
    assert (
        page("<p>It was announced on 3 November 2025, they said.</p><p>More.</p>").published == ""
    )


def test_lone_fragment_is_a_page() -> None:
    assert page("<p>Hello world.</p>").text == "Hello world."


@pytest.mark.parametrize("html", ["", "<html><body></body></html>", "<script>EVIL()</script>"])
def test_page_without_text_is_told(html: str) -> None:
    with pytest.raises(SourceError, match="no article text found"):
        page(html)


@pytest.mark.parametrize("charset", ["windows-1252", "iso-8859-1"])
def test_declared_charset_is_honoured_as_browsers_do(charset: str) -> None:
    html = f'<html><head><meta charset="{charset}"></head><body><p>A “café” here.</p></body></html>'
    assert page(html.encode("cp1252")).text == "A “café” here."


@pytest.mark.parametrize("charset", ["no-such", "unicode_escape", "utf-8", "\xff"])
def test_unusable_charset_is_told(charset: str) -> None:
    html = f'<html><head><meta charset="{charset}"></head><body><p>caf\xe9</p></body></html>'
    with pytest.raises(SourceError, match="is not UTF-8 text"):
        page(html.encode("latin-1"))


@pytest.mark.parametrize("charset", ["shift_jis", "base64"])
def test_bytes_outside_the_declared_charset_are_told(charset: str) -> None:
    with pytest.raises(SourceError, match=f"neither UTF-8 nor the {charset}"):
        page(b'<meta charset="%s"><p>\xff\xff</p>' % charset.encode())


def test_entities_of_a_doctype_are_not_expanded() -> None:
    html = (
        '<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY b "EVIL">]>'
        "<html><body><p>Start &f; and &b; end.</p><p>More of it.</p></body></html>"
    )
    text = page(html).text
    assert "root:" not in text
    assert "EVIL" not in text


def test_unknown_time_zone_in_a_page_warns_nobody() -> None:
    html = PAGE.replace("2025-11-03T10:00:00Z", "2025-11-03T10:00:00 QQT")
    assert page(html).title == "Headline"


def test_slow_libraries_load_only_when_needed() -> None:
    code = (
        "import sys, index.articles.sources; "
        "print({'trafilatura', 'markdown_it', 'yaml', 'lxml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
