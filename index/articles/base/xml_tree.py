"""XML of untrusted files: parsed without entities, files or network."""

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from typing import Any
from urllib.parse import urljoin

from index.errors import SourceError

_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,7});")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_XML_NAMESPACE = "{http://www.w3.org/XML/1998/namespace}"


def parse_xml(data: bytes, place: str) -> Any:
    """Return the root element. Raises SourceError if the file is no well-formed XML, nests deeper
    than 255 elements, or has a text of over 10 MB."""
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    data = named_to_numbers(data.lstrip())
    parser = xml_parser()
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        if not _only_lacks_namespaces(parser):
            problem = str(error).split(" (<string>")[0]
            raise SourceError(
                f"{place} is not well-formed XML: {problem}. Save it again."
            ) from None
        root = etree.fromstring(data, xml_parser(recover=True))
    _refuse_entities(root, place)
    return root


def xml_parser(*, recover: bool = False) -> Any:
    """Return a parser for untrusted XML. With `recover`, it reads on after an error."""
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _only_lacks_namespaces(parser: Any) -> bool:
    """Return whether the XML is whole, but uses prefixes that it never declares. The parser's own
    log is read: that of the error has the entries of earlier files too."""
    log = parser.error_log
    return bool(log) and all(entry.domain_name == "NAMESPACE" for entry in log)


def named_to_numbers(data: bytes) -> bytes:
    """Replace HTML's named characters, such as &nbsp;, which XML does not know without a DTD."""
    return _NAMED.sub(_numbered, data)


def _numbered(found: re.Match[bytes]) -> bytes:
    name = found[1].decode()
    code = None if name in _XML_NAMES else name2codepoint.get(name)
    return found[0] if code is None else b"&#%d;" % code


def _refuse_entities(root: Any, place: str) -> None:
    from lxml import etree

    for entity in root.iter(etree.Entity):
        raise SourceError(
            f"{place} uses the entity {entity.text}, which is never expanded. Write its text out."
        )


def name_of(element: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: Any) -> str:
    """Return the namespace of an element; "" if it has none."""
    return str(element.tag).rpartition("}")[0].lstrip("{")


def text_of(element: Any) -> str:
    """Return all text in an element on one line; "" for None."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def children(element: Any, *names: str) -> Iterator[Any]:
    """Yield the child elements with one of the names, in any namespace."""
    return (child for child in element if name_of(child) in names)


def child(element: Any, *path: str) -> Any:
    """Return the first descendant along a path of names, in any namespace; None if absent."""
    for name in path:
        element = None if element is None else next(children(element, name), None)
    return element


def descendants(element: Any, *names: str) -> Iterator[Any]:
    """Yield the element itself and all below it with one of the names, in any namespace."""
    return (inner for inner in element.iter() if name_of(inner) in names)


def base_of(element: Any) -> str:
    """Return the base address that xml:base sets for an element; "" if none does."""
    base = ""
    for ancestor in reversed([element, *element.iterancestors()]):
        base = join(base, ancestor.get(f"{_XML_NAMESPACE}base", ""))
    return base


def join(base: str, address: str) -> str:
    """Resolve an address against a base; return it unchanged if one of them is malformed."""
    try:
        return urljoin(base, address)
    except ValueError:  # such as "http://[bad"
        return address
