"""RSS, Atom and JSON Feed become one article per item."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.base.dates import iso_date
from index.articles.feeds import feeds
from index.articles.feeds.feeds import TEASER, read_feed
from index.articles.feeds.xml_kinds import read_xml
from index.errors import SourceError
from index.models import Article, BlockKind

NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)
LONG = "Corvane will build a second plant for battery cells in Dresden, the company said. " * 12


def rss(*items: str, head: str = "<title>Harbour Ledger</title>") -> bytes:
    joined = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {NAMESPACES}>'
        f"<channel>{head}{joined}</channel></rss>"
    ).encode()


def atom(*entries: str) -> bytes:
    joined = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Ledger</title>'
        f'<link rel="self" href="https://h.example/feed"/>{joined}</feed>'
    ).encode()


def json_feed(*items: object) -> bytes:
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "Harbour Ledger", "items": items}).encode()


def results(data: bytes) -> list[Article | SourceError]:
    return list(read_xml(data, "f", "f.xml"))


def one(data: bytes) -> Article:
    (article,) = read_feed(data, "f", "f.xml")
    assert isinstance(article, Article), article
    return article


def blocks(article: Article) -> list[tuple[BlockKind, str]]:
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


RSS_ITEM = f"""<title>Corvane &amp;amp; Ombrel build</title><link>https://h.example/a?x=1</link>
<guid isPermaLink="false">tag:h.example,2026:7</guid>
<pubDate>Tue, 03 Nov 2026 09:30:00 BST</pubDate>
<media:content><media:description>A photograph of a crane.</media:description></media:content>
<description>A short summary.</description>
<content:encoded><![CDATA[<p>{LONG}</p><h2>Costs</h2><ul><li>One</li><li>Two</li></ul>
<blockquote>We go on.</blockquote><p>The post <a>Corvane</a> appeared first on
Harbour Ledger.</p>]]></content:encoded>"""


def test_item_of_rss() -> None:
    article = one(rss(RSS_ITEM))
    assert (article.id, article.url) == ("tag:h.example,2026:7", "https://h.example/a?x=1")
    assert (article.title, article.source) == ("Corvane & Ombrel build", "Harbour Ledger")
    assert article.published == "2026-11-03T09:30:00+01:00"
    assert blocks(article) == [
        (BlockKind.PARAGRAPH, LONG.strip()),
        (BlockKind.HEADING, "Costs"),
        (BlockKind.LIST_ITEM, "One"),
        (BlockKind.LIST_ITEM, "Two"),
        (BlockKind.QUOTE, "We go on."),
    ]
    assert [omission.reason for omission in article.omitted] == ["line of the feed program"]
    assert article.notes == ()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('type="html">&lt;p&gt;A &amp;amp; B paid.&lt;/p&gt;', "A & B paid."),
        ('type="text">If 5 &lt; 6, it pays.', "If 5 < 6, it pays."),
        (
            'type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>It paid <b>$5</b>'
            "<sup>1</sup> billion.</p><p>More.</p></div>",
            "It paid $5 billion.\n\nMore.",
        ),
        (
            'type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>One.</x:p>'
            "<x:p>Two.</x:p></x:div>",
            "One.\n\nTwo.",
        ),
        (
            # A linked sentence is no related link, but a share button is none of the content.
            'type="html">&lt;p&gt;It paid $5.&lt;/p&gt;&lt;p&gt;Share&lt;/p&gt;&lt;p&gt;'
            '&lt;a href="https://x.example"&gt;More is due on Monday.&lt;/a&gt;&lt;/p&gt;',
            "It paid $5.\n\nMore is due on Monday.",
        ),
    ],
)
def test_content_of_atom(content: str, text: str) -> None:
    assert one(atom(f"<id>urn:x:1</id><content {content}</content>")).text == text


def test_entry_of_atom_has_no_invented_link_or_date() -> None:
    article = one(
        atom(
            "<id>urn:uuid:7</id><updated>2026-11-04T10:00:00Z</updated>"
            '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <i>b</i></div></title>'
            '<link rel="enclosure" href="https://h.example/a.mp3"/><source><title>The Mole</title>'
            f"</source><content>{LONG}</content>"
        )
    )
    assert (article.id, article.url, article.published) == ("urn:uuid:7", "", "")
    assert (article.title, article.source) == ("A b", "The Mole")
    assert "updated on 2026-11-04T10:00:00+00:00" in article.notes[0]


def test_unreadable_date_is_noted() -> None:
    article = one(
        rss(f"<pubDate>Tue, 03 Nov 2026 09:30 QQT</pubDate><description>{LONG}</description>")
    )
    assert article.published == ""
    assert article.notes == ("The date “Tue, 03 Nov 2026 09:30 QQT” could not be read.",)


def test_relative_links_are_resolved() -> None:
    entry = '<entry xml:base="/news/"><id>1</id><link href="a"/><content>Words.</content></entry>'
    feed = atom().replace(b"</feed>", entry.encode() + b"</feed>")
    feed = feed.replace(b"<feed ", b'<feed xml:base="https://h.example/" ')
    assert one(feed).url == "https://h.example/news/a"


@pytest.mark.parametrize(
    ("element", "teaser"),
    [
        (f"<description>{LONG}</description>", False),
        ("<description>It will build a plant.</description>", True),
        (f"<content:encoded>{LONG} [&#8230;]</content:encoded>", True),
        ("<content:encoded>It will build a plant.</content:encoded>", False),
    ],
)
def test_teasers_are_noted(element: str, teaser: bool) -> None:
    assert (TEASER in one(rss(element)).notes) is teaser
    assert "only a teaser" in TEASER


def test_id_stays_without_a_guid() -> None:
    body = "<description>Words.</description>"
    link = "https://h.example/" + "a" * 300
    first = one(rss(f"<link>{link}</link>{body}"))
    _, second = results(rss(body, f"<link>{link}</link>{body}"))
    assert isinstance(second, Article)
    assert first.id == second.id != "f#1"
    assert one(rss(body)).id == "f#1"


def test_item_of_rss_1() -> None:
    data = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel rdf:about="https://h.example/"><title>Harbour Ledger</title></channel>
    <item rdf:about="https://h.example/1"><title>T</title><link>https://h.example/1</link>
    <dc:date>2026-11</dc:date><description>Words here.</description></item></rdf:RDF>"""
    article = one(data)
    assert (article.id, article.source) == ("https://h.example/1", "Harbour Ledger")
    assert (article.published, article.text) == ("2026-11", "Words here.")


def test_items_of_json_feed() -> None:
    good = {
        "id": 7,
        "url": "https://h.example/7",
        "title": "T",
        "content_html": "<p>A &amp; B.</p>",
        "date_published": "2026-11-03T09:30:00-05:00",
        "date_modified": "2026-11-05T09:30:00-05:00",
    }
    article, text, number, empty = read_feed(
        json_feed(good, {"content_text": "One.\n\nTwo."}, 5, {"id": "x", "title": "Bare"}), "f", "f"
    )
    assert isinstance(article, Article)
    assert isinstance(text, Article)
    assert (article.id, article.text, article.source) == ("7", "A & B.", "Harbour Ledger")
    assert article.published == "2026-11-03T09:30:00-05:00"
    assert (text.id, text.text) == ("f#2", "One.\n\nTwo.")
    assert "item 3 is not an object" in str(number)
    assert "item 4 (“Bare”) has no text" in str(empty)


@pytest.mark.parametrize(
    "broken",
    ["<title>Two & more</title><description>B.</description>", "<title>Two</title><b>", "&own;"],
)
def test_broken_item_is_named_and_the_others_stay(broken: str) -> None:
    good = "<guid>{}</guid><description>Words of {}.&nbsp;Yes.</description>"
    data = rss(good.format(1, 1), broken, good.format(3, 3))
    first, error, third = results(data)
    assert isinstance(first, Article)
    assert isinstance(third, Article)
    assert (first.id, first.text, third.id) == ("1", "Words of 1. Yes.", "3")
    assert first.source == "Harbour Ledger"
    assert isinstance(error, SourceError)
    assert "f.xml, item 2" in str(error)


def test_item_without_text_is_named() -> None:
    media = "<media:description>A photograph of a crane.</media:description>"
    error, _ = results(rss(f"<title>Empty</title>{media}", "<description>Words.</description>"))
    assert str(error).startswith("f.xml, item 1 (“Empty”) has no text")


def test_undeclared_prefixes_are_no_obstacle() -> None:
    data = rss("<description>Words.</description><zz:x zz:y='1'/>")
    assert one(data).text == "Words."


@pytest.mark.parametrize("entity", ['"y"', 'SYSTEM "beside.txt"'])
def test_entities_are_refused(entity: str) -> None:
    feed = rss("<title>&x;</title><description>Words.</description>")[38:]
    data = f"<!DOCTYPE rss [<!ENTITY x {entity}>]>".encode() + feed
    for found in (results(data), list(read_feed(data, "f", "f.xml"))):
        assert [str(error) for error in found] == [
            "f.xml uses the entity &x;, which is never expanded. Write its text out."
        ]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (
            "<description>Words.</description>" + "<a>" * 260 + "</a>" * 260,
            "f.xml, item 1 is not well-formed XML: Excessive depth",
        ),
        (f"<description>{'&lt;div>' * 260}Words.</description>", "f.xml, item 1 has no text"),
    ],
)
def test_deep_nesting_is_refused(item: str, message: str) -> None:
    (error,) = results(rss(item))
    assert isinstance(error, SourceError)
    assert str(error).startswith(message)


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("markup._MOST_ELEMENTS", "has over 3 elements of HTML"),
        ("markup.LONGEST_FRAGMENT", "has 23 characters of HTML, over the limit of 3"),
    ],
)
def test_large_markup_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, message: str) -> None:
    monkeypatch.setattr(f"index.articles.web.{limit}", 3)
    (error,) = results(rss("<description>&lt;p>One.&lt;p>Two.&lt;p>Three.</description>"))
    assert isinstance(error, SourceError)
    assert message in str(error)


def test_long_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "LONGEST_FRAGMENT", 3)
    (error,) = read_feed(json_feed({"content_text": "Words."}), "f", "f")
    assert "over 3 characters long" in str(error)


def test_json_that_the_parser_gives_up_on_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = json_feed({"content_text": "Words."})
    monkeypatch.setattr("index.articles.feeds.feeds.json.loads", _too_deep)
    (error,) = read_feed(feed, "f", "f.json")
    assert "f.json is not valid JSON" in str(error)


def _too_deep(_: str) -> None:
    raise RecursionError


@pytest.mark.parametrize(
    "feed",
    [
        json_feed(*[{"content_text": "x"}] * 5),
        rss(*["<description>x</description>"] * 5),
        b"<rss><channel>" + b"<item>" * 5,
    ],
)
def test_items_are_limited(monkeypatch: pytest.MonkeyPatch, feed: bytes) -> None:
    monkeypatch.setattr(feeds, "MOST_ITEMS", 3)
    found = list(read_feed(feed, "f", "f"))
    assert len(found) == 4
    assert "more than 3 items" in str(found[-1])


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Tue, 03 Nov 2026 09:30:00 GMT", "2026-11-03T09:30:00+00:00"),
        ("Wed, 1 Jul 2026 09:30 BST", "2026-07-01T09:30:00+01:00"),
        ("Tue, 03 Nov 2026 09:30:00 CET", "2026-11-03T09:30:00+01:00"),
        ("Tue, 03 Nov 2026 09:30:00 CEST", "2026-11-03T09:30:00+02:00"),
        ("Tue, 03 Nov 2026 09:30:00 IST", "2026-11-03T09:30:00+05:30"),
        ("Tue, 03 Nov 2026 09:30:00 JST", "2026-11-03T09:30:00+09:00"),
        ("Tue, 03 Nov 2026 09:30:00 EST", "2026-11-03T09:30:00-05:00"),
        ("3 Nov 26 09:30:00 GMT+0200", "2026-11-03T09:30:00+02:00"),
        ("Tue, 03 Nov 2026 09:30:00 -0000", "2026-11-03T09:30:00"),
        ("Tue, 03 Nov 2026 09:30:00 +0100 (CET)", "2026-11-03T09:30:00+01:00"),
        ("Tue, 03 Nov 2026 09:30:00 QQT", ""),
        ("2026-11-03T09:30:00.123Z", "2026-11-03T09:30:00+00:00"),
        ("20261103T093000+0100", "2026-11-03T09:30:00+01:00"),
        ("20261103", "2026-11-03"),
        ("November 3, 2026 at 4:05 p.m.", "2026-11-03T16:05:00"),
        ("2026-11", "2026-11"),
        ("2026", "2026"),
        ("25/04/2026", "2026-04-25"),
        ("05/04/2026", ""),
        ("31 Feb 2026", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_dates(text: str, iso: str) -> None:
    assert iso_date(text) == iso


parts = st.sampled_from(
    "<item> </item> <title> </title> <description> </description> & &x; <![CDATA[ ]]> <p> words \0"
    " <entry> <guid> <link> http://[x </link>".split()
)


@given(st.lists(parts, max_size=25).map("".join), st.text(max_size=30))
def test_feed_never_raises(middle: str, more: str) -> None:
    data = b"<rss><channel>" + (middle + more).encode("utf-8", "replace") + b"</channel></rss>"
    for result in read_feed(data, "f", "f"):
        assert isinstance(result, Article | SourceError)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: ("<feed>" + text).encode()))
def test_xml_never_raises(data: bytes) -> None:
    for result in read_xml(data, "f", "f"):
        assert isinstance(result, Article | SourceError)


@given(st.text(max_size=40))
def test_dates_never_raise(text: str) -> None:
    assert isinstance(iso_date(text), str)
