"""Articles of web pages: their blocks with kinds, what is left out, and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.web.html import read_html
from index.errors import SourceError
from index.models import Article, BlockKind

PROSE = (
    "The Ansel port authority will spend the money on two new quays, on a third crane and on the "
    "road to the motorway, its chief executive said on Monday."
)
MORE = (
    "Work starts in the spring of next year and will take four years, according to the plan that "
    "the council of the city approved without a vote."
)


def page(body: str, head: str = "", lang: str = "en") -> Article:
    html = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Ansel port to grow'
        f"</title>{head}</head><body><article><h1>Ansel port to grow</h1><p>{PROSE}</p>{body}"
        f"<p>{MORE}</p></article></body></html>"
    )
    return read_html(html.encode(), "a", "a.html")


def blocks(article: Article) -> list[tuple[str, str]]:
    return [(block.kind.value, article.text[block.start : block.end]) for block in article.blocks]


def inner(article: Article) -> list[tuple[str, str]]:
    """Return the blocks between the two paragraphs that each page has."""
    found = blocks(article)
    assert found[0] == ("paragraph", PROSE)
    assert found[-1] == ("paragraph", MORE)
    return found[1:-1]


def reasons(article: Article) -> dict[str, str]:
    return {omission.reason: omission.sample for omission in article.omitted}


# --- running text ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("It paid $5<sup>1</sup> billion.", "It paid $5 billion."),
        ("It owns 21 cranes<sup>2</sup> and 3 docks.", "It owns 21 cranes and 3 docks."),
        (
            "It handled 48 tonnes in 2025.<sup>3</sup> It grew.",
            "It handled 48 tonnes in 2025. It grew.",
        ),
        ('It grew by 4%<sup><a href="#n1">[1]</a></sup> a year.', "It grew by 4% a year."),
        ("It fell<sup>*</sup> and rose<sup>†</sup> again.", "It fell and rose again."),
        ("Sales of $7 m<sup>2</sup> were a record.", "Sales of $7 m were a record."),
        ("It let 9,000 m<sup>2</sup> of halls.", "It let 9,000 m² of halls."),
        ("It made 10<sup>9</sup> chips.", "It made 10⁹ chips."),
        ("It cut 3 tonnes of CO<sub>2</sub> a day.", "It cut 3 tonnes of CO2 a day."),
        ("The 1<sup>st</sup> and the 22<sup>nd</sup> ship.", "The 1st and the 22nd ship."),
        ("The Quay<sup>TM</sup> app is free.", "The Quay™ app is free."),
        ("The 5<sup>1</sup>/<sub>2</sub>% notes fell.", "The 5 1/2% notes fell."),
        ('<span style="vertical-align: super">(1)</span>', ""),
        (
            "It opens at <time>10:30</time> on <time datetime='x'>4 May</time>.",
            "It opens at 10:30 on 4 May.",
        ),
        ("It is worth <del>$750</del><ins>$570</ins> million.", "It is worth $570 million."),
        ("It is <s>two</s> <strike>three</strike> four.", "It is four."),
        (
            "He called it <q>a <q>very</q> good day</q>, she said.",
            "He called it “a ‘very’ good day”, she said.",
        ),
        ("Ansel&shy;burg and data<wbr>base and a&nbsp;b.", "Anselburg and database and a b."),
        ("Pier one<br>Pier two", "Pier one\nPier two"),
        ("the long<br>and winding road.", "the long and winding road."),
        ("One half.<br><br>The other.", "One half.\n\nThe other."),
        ("Sold at <ix:nonFraction name='x'>12.5</ix:nonFraction> euros.", "Sold at 12.5 euros."),
        ("One <span hidden>no</span>two.", "One two."),
        ("As seen before,[3] it grew.[12]", "As seen before, it grew."),
    ],
)
def test_running_text_reads_as_it_is_shown(html: str, text: str) -> None:
    found = inner(page(f"<p>{html}</p>"))
    assert "\n\n".join(text for _, text in found) == text


@pytest.mark.parametrize(
    "name",
    [
        "share-repurchase",
        "shareholders",
        "metals",
        "navy",
        "share",
        "nav",
        "meta",
        "options",
        "credit-rating",
        "stock-options",
        "related-party",
        "comment",
        "tools",
    ],
)
@pytest.mark.parametrize("tag", ["p", "div"])
def test_prose_stays_whatever_its_class_is(tag: str, name: str) -> None:
    text = "The board approved the buyback of 400,000 shares, or 2% of all, at $12 a share or less."
    assert inner(page(f'<{tag} class="{name}">{text}</{tag}>')) == [("paragraph", text)]
    assert inner(page(f'<div class="{name}"><p>{text}</p></div>')) == [("paragraph", text)]


# --- left out -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<p hidden>Hidden words of a draft.</p>", "hidden text"),
        ("<div aria-hidden='true'><p>Hidden words.</p></div>", "hidden text"),
        ("<div style='color: red; display : none'>Hidden words.</div>", "hidden text"),
        ("<p style='visibility:hidden'>Hidden words.</p>", "hidden text"),
        ("<ix:header><ix:hidden>0001234567</ix:hidden></ix:header>", "hidden text"),
        ("<p><del>It lost.</del></p>", "withdrawn text"),
        ("<p>Subscribe now to keep reading this story.</p>", "subscription notice"),
        ("<p>Already a subscriber? <a href='/l'>Log in</a></p>", "subscription notice"),
        ("<p>This article is for subscribers only.</p>", "subscription notice"),
        ("<p>Sign up for our daily newsletter.</p>", "newsletter box"),
        ("<div>1.2K shares</div>", "share buttons and counts"),
        ("<p>Share on Facebook</p>", "share buttons and counts"),
        (
            "<p>We use cookies to improve this site. By staying you accept them.</p>",
            "cookie notice",
        ),
        ("<p>Continue reading</p>", "related links"),
        ("<p>Read more: <a href='/b'>Port of Brack closes a quay</a></p>", "related links"),
        ("<p>Advertisement</p>", "advertising"),
        ("<p>© 2026 Ansel News. All rights reserved.</p>", "footer"),
        ("<nav><a href='/'>Home</a> <a href='/b'>Business</a></nav>", "navigation"),
        ("<p><a href='#toc'>Table of Contents</a></p>", "page number"),
        ("<p>- 12 -</p>", "page number"),
        ("<button>Save this story</button>", "controls"),
    ],
)
def test_boilerplate_is_left_out_and_counted(html: str, reason: str) -> None:
    article = page(html)
    assert inner(article) == []
    assert reason in reasons(article)


COMMENT = "I have worked at that port for twenty years and I can tell you that no crane will help."


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        (f"<section id='comments'><h3>2 comments</h3><p>{COMMENT}</p></section>", "comments"),
        (f"<h2>Comments (2)</h2><p>{COMMENT}</p>", "comments"),
        (
            "<h2>Related stories</h2><ul><li><a href='/b'>Brack closes a quay</a></li></ul>",
            "related links",
        ),
        (
            "<h2>References</h2><ol class='references'><li>Ansel annual report: up 4%.</li></ol>",
            "reference list",
        ),
        ("<footer><p>About us. Contact. Ansel News Ltd, 4 Quay Street.</p></footer>", "footer"),
    ],
)
def test_parts_after_the_article_are_left_out(tail: str, reason: str) -> None:
    html = f"<h1>Ansel port to grow</h1><p>{PROSE}</p><p>{MORE}</p>{tail}"
    article = read_html(html.encode(), "a", "a.html")
    assert blocks(article) == [("paragraph", PROSE), ("paragraph", MORE)]
    assert reason in reasons(article)


def test_other_stories_around_the_article_are_left_out() -> None:
    teaser = (
        "<li><a href='/x'><h3>Another story</h3></a><p>Two ships met on Friday off Brack.</p></li>"
    )
    html = (
        f"<body><header><a href='/'>Ansel News</a></header><ul class='top'>{teaser * 5}</ul>"
        f"<main><h1>Ansel port to grow</h1><p>{PROSE}</p><p>{MORE}</p></main>"
        f"<aside><h2>Most read</h2><ul>{teaser * 5}</ul></aside></body>"
    )
    article = read_html(html.encode(), "a", "a.html")
    assert blocks(article) == [("paragraph", PROSE), ("paragraph", MORE)]
    assert "outside the article" in reasons(article)


# --- kinds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<h2>The plan</h2><p>It is good.</p>",
            [("heading", "The plan"), ("paragraph", "It is good.")],
        ),
        ("<h6>Small</h6><p>It is good.</p>", [("heading", "Small"), ("paragraph", "It is good.")]),
        (
            "<p><b>The plan</b></p><p>It is good.</p>",
            [("heading", "The plan"), ("paragraph", "It is good.")],
        ),
        ("<h3>Is it safe?</h3><p>Yes.</p>", [("question", "Is it safe?"), ("paragraph", "Yes.")]),
        (
            "<p><strong>Is it safe?</strong></p><p>Yes.</p>",
            [("question", "Is it safe?"), ("paragraph", "Yes.")],
        ),
        (
            "<ul><li>One crane</li><li>Two docks</li></ul>",
            [("list item", "One crane"), ("list item", "Two docks")],
        ),
        (
            "<ol><li>One <b>crane</b><ul><li>red</li></ul></li></ol>",
            [("list item", "One crane"), ("list item", "red")],
        ),
        ("<blockquote>It is <i>late</i>.</blockquote>", [("quote", "It is late.")]),
        (
            "<figure><blockquote><p>It is late.</p></blockquote>"
            "<figcaption>Ada Brill</figcaption></figure>",
            [("quote", "It is late."), ("caption", "Ada Brill")],
        ),
        (
            "<figure><img src='a.png'><figcaption>The port at dawn. Photo: B. Corr"
            "</figcaption></figure>",
            [("caption", "The port at dawn. Photo: B. Corr")],
        ),
        (
            "<dl><dt>Is it free?</dt><dd>Yes, it is.</dd><dt>Hours</dt><dd>From 9 to 5.</dd></dl>",
            [
                ("question", "Is it free?"),
                ("paragraph", "Yes, it is."),
                ("heading", "Hours"),
                ("paragraph", "From 9 to 5."),
            ],
        ),
        (
            "<details><summary>Who pays?</summary><p>The city pays.</p></details>",
            [("question", "Who pays?"), ("paragraph", "The city pays.")],
        ),
        (
            "<p>Correction: An earlier version of this article said 750.</p>",
            [("correction", "Correction: An earlier version of this article said 750.")],
        ),
        (
            "<p>Editor’s note: The author owns shares in the port.</p>",
            [("note", "Editor’s note: The author owns shares in the port.")],
        ),
        (
            "<p><sup>1</sup> Without the value of the land.</p>",
            [("note", "Without the value of the land.")],
        ),
        (
            "<p>(Reporting by Ada Brill; Editing by Ben Corr)</p>",
            [("byline", "(Reporting by Ada Brill; Editing by Ben Corr)")],
        ),
        (
            "<p>MODERATOR: Who pays?</p><p>HALDANE: The city pays.</p>",
            [("speaker", "MODERATOR: Who pays?"), ("speaker", "HALDANE: The city pays.")],
        ),
        (
            "<p><b>Ann Lee:</b> Who pays?</p><p><b>Bo Ray:</b> The city.</p><p>"
            "<b>Ann Lee:</b> All?</p>",
            [
                ("speaker", "Ann Lee: Who pays?"),
                ("speaker", "Bo Ray: The city."),
                ("speaker", "Ann Lee: All?"),
            ],
        ),
    ],
)
def test_blocks_have_their_kinds(html: str, expected: list[tuple[str, str]]) -> None:
    assert inner(page(html)) == expected


def test_byline_under_the_title_is_one() -> None:
    html = (
        f"<article><h1>Ansel port to grow</h1><p>By Ada Brill</p><p>{PROSE}</p>"
        f"<p>{MORE}</p></article>"
    )
    assert blocks(read_html(html.encode(), "a", "a.html"))[0] == ("byline", "By Ada Brill")


# --- tables ---------------------------------------------------------------------------------


def rows(table: str) -> list[str]:
    found = inner(page(table))
    assert {kind for kind, _ in found} <= {"table row", "heading", "caption"}
    return [text for _, text in found]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "<tr><th>Name<th>For<tr><td>Ada<td>280<tr><td>Ben<td>281",
            ["Name: Ada | For: 280", "Name: Ben | For: 281"],
        ),
        (
            "<tr><td>Name<td>For<tr><td>Ada<td>280<tr><td>Ben<td>281",
            ["Name: Ada | For: 280", "Name: Ben | For: 281"],
        ),
        (
            "<tr><th rowspan=2>Name<th colspan=2>Votes<tr><th>For<th>Against<tr>"
            "<td>Ada<td>280<td>3",
            ["Name: Ada | Votes For: 280 | Votes Against: 3"],
        ),
        (
            "<tr><th>Port<th>Year<th>Tons<tr><td rowspan=2>Ansel<td>2024<td>40<tr><td>2025<td>48",
            ["Port: Ansel | Year: 2024 | Tons: 40", "Port: Ansel | Year: 2025 | Tons: 48"],
        ),
        ("<tr><td>Founded<td>1998<tr><td>Seat<td>Bruges", ["Founded | 1998", "Seat | Bruges"]),
        (
            "<tr><td></td><td colspan=2>2026<td colspan=2>2025<tr><td>Sales<td>$"
            "<td>12.5<td>$<td>(11.9<td>)"
            "<tr><td>Margin<td>4.1<td>%<td>3.9<td>%",
            ["Sales | 2026: $12.5 | 2025: $(11.9)", "Margin | 2026: 4.1% | 2025: 3.9%"],
        ),
        (
            "<caption>Votes</caption><tr><th>Name<th>For<tr><th>North</th><tr>"
            "<td>Ada<td>2<sup>a</sup>",
            ["Votes", "North", "Name: Ada | For: 2"],
        ),
    ],
)
def test_rows_of_a_table_name_their_columns(table: str, expected: list[str]) -> None:
    assert rows(f"<table>{table}</table>") == expected


def test_large_table_leaves_the_prose() -> None:
    body = "".join(f"<tr><td>Nominee {n}</td><td>{n},123,456</td></tr>" for n in range(10, 90))
    assert len(rows(f"<table><tr><th>Name</th><th>For</th></tr>{body}</table>")) == 80


def test_layout_tables_hold_paragraphs() -> None:
    html = (
        "<body><table><tr><td width=100><a href=/>Home</a><br><a href=/n>News</a></td>"
        f"<td><p>{PROSE}</p><table><tr><td>•</td><td>{MORE}</td></tr></table>"
        f"</td></tr></table></body>"
    )
    found = blocks(read_html(html.encode(), "a", "a.html"))
    assert ("paragraph", PROSE) in found
    assert MORE in [text for _, text in found]


def test_bullet_in_a_table_is_a_list_item() -> None:
    assert inner(page("<table><tr><td>•</td><td>The first of the points.</td></tr></table>")) == [
        ("list item", "The first of the points.")
    ]


# --- forms of pages -------------------------------------------------------------------------


def test_filing_is_read_without_its_wrapper_and_hidden_facts() -> None:
    html = (
        "<DOCUMENT>\n<TYPE>EX-99.1\n<SEQUENCE>2\n<FILENAME>x.htm\n<TEXT>\n"
        "<html><head><title>EX-99.1"
        "</title></head><body><div style='display:none'><ix:header>0001234567</ix:header></div>"
        f"<div><font>{PROSE}</font></div><div>7</div><hr><div>"
        f"<a href='#t'>Table of Contents</a></div>"
        f"<div>{MORE}</div></body></html>\n</TEXT>\n</DOCUMENT>"
    )
    article = read_html(html.encode(), "a", "a.html")
    assert blocks(article) == [("paragraph", PROSE), ("paragraph", MORE)]
    assert (article.title, set(reasons(article))) == ("EX-99.1", {"hidden text", "page number"})


LIVE = """<html><head><title>Ansel vote live | Ansel News</title>
<link rel="canonical" href="https://x.example/live"><script type="application/ld+json">
{"@type": "LiveBlogPosting", "headline": "Ansel vote live", "url": "https://x.example/live",
"datePublished": "2026-05-03T08:00:00Z", "liveBlogUpdate": [
{"@type": "BlogPosting", "headline": "Polls open", "datePublished": "2026-05-04T08:00:00Z"}]}
</script></head><body><main><h1>Ansel vote live</h1>%s</main></body></html>"""


def test_live_blog_keeps_its_title_and_the_headings_and_times_of_its_entries() -> None:
    entry = "<article><time>{}</time><h2>{}</h2><p>{}</p></article>"
    entries = [
        ("10:15", "Polls open", PROSE),
        ("11:30", "A queue", MORE),
        ("12:45", "Lunch", PROSE + " A."),
    ]
    html = LIVE % "".join(entry.format(*values) for values in entries)
    article = read_html(html.encode(), "a", "a.html")
    assert (article.title, article.published) == ("Ansel vote live", "2026-05-03")
    assert [text for _, text in blocks(article)] == [text for values in entries for text in values]
    assert blocks(article)[1] == ("heading", "Polls open")
    assert blocks(article)[0][0] != "paragraph"


def test_questions_that_only_search_engines_get_are_added() -> None:
    faq = (
        '<script type="application/ld+json">{"@type": "FAQPage", "mainEntity": '
        '[{"@type": "Question",'
        '"name": "Who pays?", "acceptedAnswer": {"@type": "Answer", "text": "'
        '<p>The city pays.</p>"}}'
        "]}</script>"
    )
    found = blocks(page("", head=faq))
    assert found[-2:] == [("question", "Who pays?"), ("paragraph", "The city pays.")]


def test_article_that_only_search_engines_get_is_read() -> None:
    body = f"{PROSE}\\n\\n{MORE}"
    html = (
        '<html><head><title>T</title><script type="application/ld+json">{"@type": "NewsArticle",'
        f'"articleBody": "{body}"}}</script></head><body><p>Loading</p></body></html>'
    )
    article = read_html(html.encode(), "a", "a.html")
    assert blocks(article) == [("paragraph", PROSE), ("paragraph", MORE)]
    assert "JSON-LD" in article.notes[0]


def test_xhtml_is_read_as_xml() -> None:
    html = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "x" "y">'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title>'
        '<script src="a.js"/></head>'
        f'<body><div class="top"/><p>{PROSE}&nbsp;End.</p></body></html>'
    )
    assert blocks(read_html(html.encode(), "a", "a.xhtml")) == [("paragraph", f"{PROSE} End.")]


# --- charsets -------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig"])
def test_byte_order_mark_tells_the_charset(charset: str) -> None:
    html = f"<html><body><p>A “café” here.</p><p>{PROSE}</p></body></html>"
    assert read_html(html.encode(charset), "a", "a.html").text.startswith("A “café” here.")


def test_undeclared_windows_1252_is_read_with_a_note() -> None:
    article = read_html("<p>A “café” here.</p>".encode("cp1252"), "a", "a.html")
    assert article.text == "A “café” here."
    assert "Windows-1252" in article.notes[0]


# --- hostile input --------------------------------------------------------------------------


def test_page_that_nests_too_deeply_is_refused() -> None:
    with pytest.raises(SourceError, match=r"a\.html nests over 2,000 elements"):
        read_html(("<div>" * 3000 + "x").encode(), "a", "a.html")


def test_deep_page_is_read_whole() -> None:
    html = "<div>" * 1500 + f"<p>{PROSE}</p>" + "</div>" * 1500 + f"<p>{MORE}</p>"
    assert PROSE in read_html(html.encode(), "a", "a.html").text


TAGS = (
    "p div h1 h2 table tr td th ul li q sup time figure blockquote br nav details ix:header del"
).split()
pieces = st.one_of(
    st.sampled_from(TAGS).map("<{}>".format),
    st.sampled_from(TAGS).map("</{}>".format),
    st.sampled_from(
        [PROSE, "By A", "$5", "[1]", "<p hidden>", "<td colspan=9>", "<td rowspan=3>", "&nbsp;"]
    ),
    st.text(max_size=8),
)


@settings(deadline=None)
@given(html=st.lists(pieces, max_size=40).map("".join))
def test_any_page_gives_exact_blocks_or_a_source_error(html: str) -> None:
    try:
        article = read_html(html.encode("utf-8", "replace"), "a", "a.html")
    except SourceError:
        return
    for block in article.blocks:
        text = article.text[block.start : block.end]
        assert text == text.strip() != ""
    assert all(kind in set(BlockKind) for kind in (block.kind for block in article.blocks))
