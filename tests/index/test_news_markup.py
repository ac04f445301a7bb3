"""NITF, NewsML-G2 and sitemaps."""

import base64

import pytest

from index.articles.feeds import news_markup
from index.articles.feeds.xml_kinds import read_xml
from index.errors import SourceError
from index.models import Article, BlockKind

NITF_BODY = """<body><body.head><hedline><hl1>Corvane wins Lagos line</hl1><hl2>Work starts</hl2>
</hedline><byline>By Ada Brill</byline><distributor><org>Harbour Wire</org></distributor>
<dateline><location>LAGOS</location></dateline></body.head>
<body.content><p>The <org>Corvane</org> group won <money>$570&#160;million</money>.</p>
<hl2>Terms</hl2><bq><block><p>We are ready.</p></block></bq>
<table><tr><th>Lot</th><th>Price</th></tr><tr><td>North</td><td>12</td></tr></table>
<media media-type="image"><media-metadata name="x" value="y">meta words</media-metadata>
<media-caption>The depot.</media-caption></media></body.content>
<body.end><tagline>Editing by Ben Corr</tagline></body.end></body>"""
NITF = f"""<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf.dtd"><nitf><head><title>Short</title>
<docdata><correction info="Corrects the price."/><ed-msg info="Adds quote."/>
<doc-id id-string="hw-77"/><date.issue norm="20261103T093000+0100"/></docdata>
<pubdata ex-ref="https://h.example/77"/></head>{NITF_BODY}</nitf>"""


def results(xml: str) -> list[Article | SourceError]:
    return list(read_xml(xml.encode(), "n", "n.xml"))


def one(xml: str) -> Article:
    (article,) = results(xml)
    assert isinstance(article, Article), article
    return article


def blocks(article: Article) -> list[tuple[BlockKind, str]]:
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


BODY_BLOCKS = [
    (BlockKind.HEADING, "Work starts"),
    (BlockKind.BYLINE, "By Ada Brill"),
    (BlockKind.BYLINE, "LAGOS"),
    (BlockKind.PARAGRAPH, "The Corvane group won $570 million."),
    (BlockKind.HEADING, "Terms"),
    (BlockKind.QUOTE, "We are ready."),
    (BlockKind.TABLE_ROW, "Lot: North | Price: 12"),
    (BlockKind.CAPTION, "The depot."),
    (BlockKind.BYLINE, "Editing by Ben Corr"),
]


def test_nitf() -> None:
    article = one(NITF)
    assert blocks(article) == [*BODY_BLOCKS, (BlockKind.CORRECTION, "Corrects the price.")]
    assert (article.id, article.url) == ("hw-77", "https://h.example/77")
    assert (article.title, article.source) == ("Corvane wins Lagos line", "Harbour Wire")
    assert article.published == "2026-11-03T09:30:00+01:00"
    assert [omission.reason for omission in article.omitted] == ["message to editors"]


XHTML = """<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">
<head><title>no</title></head><body><p>It won $570 million.</p><h2>Terms</h2></body></html>
</inlineXML>"""


def g2(
    content: str, *, guid: str = "urn:newsml:h.example:1", meta: str = "", version: str = "1"
) -> str:
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}"
    version="{version}"><itemMeta><provider literal="Harbour Wire"/>
    <versionCreated>2026-11-03T09:30:00+01:00</versionCreated>{meta}</itemMeta>
    <contentMeta><by>By Ada Brill</by><headline>Corvane wins</headline></contentMeta>
    <contentSet>{content}</contentSet></newsItem>"""


DATA = base64.b64encode("It won “gold”.\n\nMore.".encode()).decode()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (XHTML, [(BlockKind.PARAGRAPH, "It won $570 million."), (BlockKind.HEADING, "Terms")]),
        (
            f'<inlineXML><nitf xmlns="http://iptc.org/std/NITF/2006-10-18/">{NITF_BODY}</nitf>'
            "</inlineXML>",
            BODY_BLOCKS,
        ),
        (
            '<inlineData contenttype="text/plain">It won.\n\nMore.</inlineData>' + XHTML,
            [(BlockKind.PARAGRAPH, "It won."), (BlockKind.PARAGRAPH, "More.")],
        ),
        (
            f'<inlineData contenttype="text/plain" encoding="b64">{DATA}</inlineData>',
            [(BlockKind.PARAGRAPH, "It won “gold”."), (BlockKind.PARAGRAPH, "More.")],
        ),
    ],
)
def test_newsml_g2(content: str, found: list[tuple[BlockKind, str]]) -> None:
    article = one(g2(content))
    assert blocks(article) == [(BlockKind.BYLINE, "By Ada Brill"), *found]
    assert (article.id, article.title) == ("urn:newsml:h.example:1", "Corvane wins")
    assert (article.source, article.published) == ("Harbour Wire", "2026-11-03T09:30:00+01:00")


def test_later_version_is_no_date_of_publication() -> None:
    article = one(g2(XHTML, version="4"))
    assert article.published == ""
    assert "this version is of 2026-11-03" in article.notes[0]
    first = "<firstCreated>2026-11-01T08:00:00Z</firstCreated>"
    assert one(g2(XHTML, version="4", meta=first)).published == "2026-11-01T08:00:00+00:00"


def test_message_of_several_items() -> None:
    gone = '<pubStatus qcode="stat:canceled"/>'
    items = [
        g2(XHTML, guid="a"),
        g2(XHTML, guid="b", meta=gone),
        g2('<remoteContent href="a.jpg"/>', guid="c"),
        g2(XHTML, guid="d", meta="<edNote>CORRECTION: the price.</edNote>"),
    ]
    joined = "".join(items)
    first, cancelled, remote, corrected = results(
        f"<newsMessage><itemSet>{joined}</itemSet></newsMessage>"
    )
    assert isinstance(first, Article)
    assert isinstance(corrected, Article)
    assert (first.id, corrected.id) == ("a", "d")
    assert blocks(corrected)[-1] == (BlockKind.CORRECTION, "CORRECTION: the price.")
    assert "item 2 (“Corvane wins”) was canceled by its provider" in str(cancelled)
    assert "item 3 (“Corvane wins”) has no text of its own" in str(remote)


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>x</loc></url>'
            "</urlset>",
            "a sitemap lists addresses, not texts (1 here)",
        ),
        ("<sitemapindex/>", "a sitemap lists addresses"),
        ("<packageItem/>", "has no article"),
        ("<nitf><body/></nitf>", "has no text"),
        ("<svg/>", "root element <svg>"),
        ("<nitf><p>", "not well-formed XML"),
        ('<!DOCTYPE nitf [<!ENTITY x "y">]><nitf>&x;</nitf>', "entity &x;"),
        ('<!DOCTYPE nitf [<!ENTITY x SYSTEM "beside.txt">]><nitf>&x;</nitf>', "entity &x;"),
    ],
)
def test_xml_without_an_article_is_refused(xml: str, message: str) -> None:
    (error,) = results(xml)
    assert isinstance(error, SourceError)
    assert message in str(error)
    assert str(error).startswith("n.xml")


def test_items_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news_markup, "MOST_ITEMS", 2)
    items = "".join(g2(XHTML, guid=guid) for guid in "abc")
    *articles, error = results(f"<newsMessage><itemSet>{items}</itemSet></newsMessage>")
    assert [article.id for article in articles if isinstance(article, Article)] == ["a", "b"]
    assert "n.xml has more than 2 items" in str(error)
