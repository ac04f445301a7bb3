"""Element tree of a web page, parsed as browsers do, from untrusted text."""

import re
from typing import Any

from index.articles.base.xml_tree import named_to_numbers, xml_parser
from index.errors import SourceError

# EDGAR puts lines such as <TYPE>EX-99.1 before the page.
_SGML = re.compile(r"\s*<(?:SEC-)?DOCUMENT>.*?(?=<(?:!DOCTYPE|\?xml|html|body)\b)", re.S | re.I)
_SGML_TAG = re.compile(r"\s*<(?:SEC-)?DOCUMENT>.*?<TEXT>\s*", re.S | re.I)
_XHTML = re.compile(r"\s*<\?xml\b[^>]*>(?:\s|<!--.*?-->|<!DOCTYPE[^>\[]*>)*<html\b[^>]*xmlns", re.S)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*>", re.I)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DEEPEST = 2000  # libxml2 2.14.6 drops the rest of a page without a word at 2,048


def parse_page(html: str, place: str) -> Any:
    """Return the root element of a page. Raises SourceError if it cannot be read as HTML."""
    html = _FORBIDDEN.sub("", _without_sgml(html))
    root = _parse_xhtml(html) if _XHTML.match(html) else None
    if root is None:
        root = _parse_html(html, place)
    return root


def _html_name(tag: str) -> str:
    """Return the name that the element has in HTML: inline XBRL keeps a prefix, as in ix:header."""
    space, _, name = tag.rpartition("}")
    return f"ix:{name.lower()}" if "inlineXBRL" in space else name.lower()


def _without_sgml(html: str) -> str:
    found = _SGML.match(html) or _SGML_TAG.match(html)
    return html[found.end() :] if found else html


def _without_declaration(html: str) -> str:
    found = _DECLARATION.match(html)
    return html[found.end() :] if found else html


def _parse_xhtml(html: str) -> Any:
    """Return the root of well-formed XHTML; None if it is not, since browsers then read HTML."""
    from lxml import etree  # type: ignore[import-untyped]  # imported here: it takes 30 ms

    body = _DOCTYPE.sub("", _without_declaration(html), count=1).lstrip()
    try:
        root = etree.fromstring(named_to_numbers(body.encode()), xml_parser())
    except (etree.LxmlError, ValueError):
        return None
    if next(root.iter(etree.Entity), None) is not None:
        return None
    for element in root.iter():
        element.tag = _html_name(element.tag)
    return root


def _parse_html(html: str, place: str) -> Any:
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    html = _without_declaration(html)
    try:
        root = etree.fromstring(html.encode() or b" ", parser)
    except (etree.LxmlError, ValueError) as error:
        raise SourceError(f"{place} cannot be read as HTML: {error}") from None
    if any("depth" in entry.message for entry in parser.error_log):
        raise SourceError(f"{place} nests over {_DEEPEST:,} elements. Save its text as .txt.")
    if root is None:
        raise SourceError(f"{place}: no article text found in the page. Save its text as .txt.")
    return root
