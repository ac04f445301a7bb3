"""Zip archives of untrusted documents, opened within bounds."""

import io
import posixpath
import struct
import zipfile
import zlib
from typing import Any
from urllib.parse import unquote

from index.articles.base.xml_tree import parse_xml
from index.errors import SourceError

MOST_MEMBERS = 10_000
# The XML of a book of 1,000 pages has 10 MB. lxml takes about five times the size in memory.
LARGEST_MEMBER = 40_000_000
LARGEST_TOTAL = 100_000_000
MOST_TAGS = 2_000_000  # of one part; a document of 1,000 pages has 400,000
# Word's XML of a table of zeros shrinks 60 times; deflate reaches 1,030.
HIGHEST_RATIO = 300
_RATIO_FREE = 2_000_000
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,  # UnicodeDecodeError too
    OverflowError,
)


class Archive:
    """A zip archive in memory. Each member is read whole, at most once per call."""

    def __init__(self, data: bytes, place: str) -> None:
        """Open an archive. Raises SourceError if it is damaged or has too many members."""
        self._place = place
        self._read_bytes = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._members = {info.filename: info for info in self._zip.infolist()}
        except _BROKEN as error:
            raise SourceError(
                f"{place} is damaged: it is not a complete zip archive ({error}). Save it again."
            ) from None
        if len(self._zip.infolist()) > MOST_MEMBERS:
            raise SourceError(
                f"{place} has more than {MOST_MEMBERS:,} files in it. Save its text as .txt."
            )

    def __contains__(self, name: str) -> bool:
        return name in self._members

    @property
    def names(self) -> list[str]:
        """Names of all members, in the order of the archive."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """Return a member; b"" if there is none. Raises SourceError if it is damaged, encrypted or
        over a limit."""
        info = self._members.get(name)
        if info is None:
            return b""
        self._check(info)
        try:
            with self._zip.open(info) as member:
                content = member.read(LARGEST_MEMBER + 1)
        except (*_BROKEN, NotImplementedError) as error:
            raise SourceError(
                f"{self._place} is damaged: {name} in it cannot be read ({error}). Save it again."
            ) from None
        self._read_bytes += len(content)
        if len(content) > LARGEST_MEMBER or self._read_bytes > LARGEST_TOTAL:
            raise self._too_large(name)
        return content

    def xml(self, name: str) -> Any:
        """Return the root element of a member; None if there is no such member."""
        content = self.read(name)
        if content.count(b"<") > MOST_TAGS:
            raise SourceError(f"{self._place} has too many elements in {name}. Split it.")
        return parse_xml(content, f"{self._place} ({name})") if content.strip() else None

    def _check(self, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & _ENCRYPTED:
            raise locked(self._place)
        if info.compress_type not in _METHODS:
            raise SourceError(
                f"{self._place} is compressed in a way that documents never are. Save it again."
            )
        ratio = info.file_size / max(info.compress_size, 1)
        bomb = info.file_size > _RATIO_FREE and ratio > HIGHEST_RATIO
        if bomb or info.file_size > LARGEST_MEMBER:
            raise self._too_large(info.filename)

    def _too_large(self, name: str) -> SourceError:
        return SourceError(
            f"{self._place} unpacks to more than is allowed ({name}, over "
            f"{LARGEST_MEMBER // 1_000_000} MB or compressed over {HIGHEST_RATIO} times). "
            "Save its text as .txt."
        )


def locked(place: str) -> SourceError:
    """Build the refusal of an encrypted document."""
    return SourceError(f"{place} is protected by a password. Save it without one.")


def member_at(base: str, address: str) -> str:
    """Return the name of the member that a relative address names, seen from the member `base`."""
    address = unquote(address.partition("#")[0])
    if address.startswith("/"):
        return posixpath.normpath(address.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), address))


def or_empty(element: Any) -> Any:
    """Return an element, or one without content for None: the tree of a part that is missing."""
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    return etree.Element("none") if element is None else element
