"""Articles with all that a store must keep: versions, kinds, pages, characters of all sizes."""

from dataclasses import replace

from index.models import Article, Block, BlockKind

_FIRST = "The bridge of Orm costs $5 million. Mayor Una Falk (MUF) opens it in June."
_SECOND = "The bridge of Orm costs $7 million. Mayor Una Falk (MUF) opens it in July."
_TABLE = "Q: Who pays?\nThe port pays.\r\nFerry\nIt sails at 8.\x00 A cafe\u0301 is aboard."

BRIDGE = Article(
    "bridge",
    _SECOND,
    title="The bridge of Orm",
    source="Orm Herald",
    url="https://news.invalid/bridge",
    published="2031-03-01",
    seen="2031-04-01T08:00:00+00:00",
    version=2,
)
EARLIER = replace(
    BRIDGE,
    id="bridge@1",
    text=_FIRST,
    seen="",
    replaced="2031-04-01T08:00:00+00:00",
    version=1,
    version_of="bridge",
)
FERRY = Article(
    "ferry/ä 𝒳",
    _TABLE,
    title="Ferry ⚓",
    published="2031-02-01",
    blocks=(
        Block(BlockKind.QUESTION, 0, 12, 1),
        Block(BlockKind.PARAGRAPH, 13, 27, 1),
        Block(BlockKind.HEADING, 29, 34, 2),
        Block(BlockKind.PARAGRAPH, 35, len(_TABLE), 2),
    ),
)
WITHDRAWN = Article(
    "song",
    "The choir of Orm sings by the bridge. MUF listens.",
    published="2031-01-01",
    replaced="2031-03-01T08:00:00+00:00",
)
MARKET = Article("market", "The market of Orm opens on Monday. " * 3, published="2031-05-01")

STORY = (EARLIER, BRIDGE, FERRY, WITHDRAWN, MARKET)
LATER = (
    EARLIER,
    BRIDGE,
    replace(FERRY, title="The ferry"),
    Article("harbour", "The harbour of Orm closed in June. Its mayor would not say why."),
    WITHDRAWN,
    MARKET,
)
