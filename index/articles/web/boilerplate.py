"""Boilerplate of web pages, each kind with the reason that a user reads.

Text decides, and the name of a class or an id only where the text agrees: publishers give
paragraphs classes such as share-repurchase, shareholders, metals and options.
"""

import re

from index.articles.web.boilerplate_phrases import OPENINGS, PHRASES
from index.articles.web.boilerplate_phrases import OUTSIDE as OUTSIDE

_COMPILED = tuple(
    (
        group.reason,
        group.longest,
        re.compile(f"(?:{'|'.join(group.phrases)}){group.ending}", re.IGNORECASE),
    )
    for group in PHRASES
)
_OPENING_PARTS = tuple(
    (group.reason, re.compile("|".join(group.phrases), re.IGNORECASE)) for group in OPENINGS
)
# A class or an id that is exactly so names a part, if the text in it agrees.
_HINT_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments|commentlist|commentary-list|disqus\w*|livefyre\w*)(?=$|[\s_-])"
    r"|(?:^|[\s_-])comment[_-]?(?:list|sections?|area|threads?|form|wrapper|container|respond)(?=$|[\s_-])"
    r"|(?:^|\s)(?:respond|replies)(?=$|\s)"
)
_HINT_COMMENT = re.compile(
    r"(?:^|[\s_-])comment[_-]?(?:text|body|content|info|author|meta|items?|repl(?:y|ies)|box|block|entry|"
    r"posts?|data|\d+)(?=$|[\s_-])|(?:^|\s)(?:comment|reply)(?=$|\s)"
)
# Classes and ids of parts that are not the article, even if they have sentences. Those of
# paragraphs do not count, and "related-party" is a term of accounting.
_HINT_PART = re.compile(
    r"(?:^|\s)(?:overlay|sign-?up|paywall|hatnote|noprint|mw-editsection|site-?footer|page-?footer|footer|"
    r"breadcrumbs?|mc_embed\w*|author[-_]?(?:bio|box|info|card|description|profile)|about-?(?:the-)?author|adv(?:ert)?(?:isement)?|"
    r"ad-?(?:container|wrapper|slot|unit))(?=$|\s)"
    r"|(?:^|\s|[a-z]-|__|_)(?:newsletter|dialog|modal|lightbox|popup|related(?!-part)|recommended|teasers?|outbrain|"
    r"taboola|sponsored|promo|most-?(?:read|popular)|cookie-?(?:banner|notice|consent|bar)|gdpr)(?=$|\s|[_-])"
)
_HINT_SIDEBAR = re.compile(
    r"(?:^|\s)(?:widget|widget-area)(?=$|\s)|(?:^|[\s_-])(?:sidebars?|rightcol|right-column|right-rail)(?=$|\s)"
)
_HINT_REFERENCES = re.compile(
    r"(?:^|[\s_-])(?:references|reflist|bibliography|citations)(?=$|[\s_-])"
)
_HINT_NOT_TEXT = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|shares?bar|addthis|sharedaddy|breadcrumbs?|pagination|pager|tags?|tag-?list|taglist|menu|nav|navbar|navigation|toolbar|topics|"
    r"related|recommended|recirc\w*|outbrain|taboola|promo|sponsored|advert\w*|ads?|newsletter|subscribe|signup|subscription|sidebar|footer|widget|author|bio|trending|popular|most-?read|"
    r"teaser|upsell|cta|login|modal|popup|overlay|cookie|consent|gdpr|toc|infobox|navbox|hatnote|noprint|catlinks|printfooter|mw-editsection|disclaimer|copyright)(?:$|[\s_-])"
)
_PICTURE = re.compile(
    r"(?:^|[\s_-])(?:[a-z]{0,12}(?:image|caption)[a-z]{0,12}|img|photo[a-z]{0,12}|picture|gallery|media|thumb[a-z]{0,12}"
    r"|slide[a-z]{0,12}|lightbox|figure)(?=$|[\s_-])"
)
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:[a-z]{0,12}caption[a-z]{0,12}|(?:photo|image|img|picture)-?credit)(?=$|[\s_-])"
)
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?lines?|authors?|date\w*|time\w*|posted\w*|published|publish\w*|pub|meta\w*|info|dateline|creator|writers?|updated)(?=$|[\s_-])"
)
_TAGS = re.compile(
    r"(?:tags?|topics?|filed|categor(?:y|ies)|labels?|keywords|posted in|more on|related|also on"
    r"|read more)\b",
    re.I,
)


def reason_by_text(text: str) -> str:
    """Return why a text is no part of an article by what it says; "" if it may be."""
    for reason, longest, pattern in _COMPILED:
        if len(text) <= longest and pattern.fullmatch(text):
            return reason
    return ""


def reason_by_heading(text: str) -> str:
    """Return why the part under a heading is no part of an article; "" if it may be."""
    text = text.strip(" :.!|»›>→-–—")
    return next((reason for reason, form in _OPENING_PARTS if form.fullmatch(text)), "")


def names_comments(hints: str) -> bool:
    """Return whether a class or an id names a section of comments."""
    return _HINT_COMMENTS.search(hints) is not None


def names_one_comment(hints: str) -> bool:
    """Return whether a class or an id names a comment. A section of an article may be named so."""
    return _HINT_COMMENT.search(hints) is not None


def names_boilerplate(hints: str) -> bool:
    """Return whether a class or an id has a word that boilerplate often has, and articles too."""
    return _HINT_NOT_TEXT.search(hints) is not None


def names_part(hints: str) -> bool:
    """Return whether a class or an id is exactly the name of a part beside the article."""
    return _HINT_PART.search(hints) is not None


def names_picture(hints: str) -> bool:
    """Return whether a class or an id names the box of a picture."""
    return _PICTURE.search(hints) is not None


def names_caption(hints: str) -> bool:
    """Return whether a class or an id names a caption."""
    return _CAPTION.search(hints) is not None


def names_byline(hints: str) -> bool:
    """Return whether a class or an id names the author or the date."""
    return _BYLINE.search(hints) is not None


def lists_tags(text: str) -> bool:
    """Return whether a line of links opens as a list of tags does."""
    return _TAGS.match(text) is not None


def names_sidebar(hints: str) -> bool:
    """Return whether a class or an id names a column beside the article."""
    return _HINT_SIDEBAR.search(hints) is not None


def names_references(hints: str) -> bool:
    """Return whether a class or an id names a list of references."""
    return _HINT_REFERENCES.search(hints) is not None
