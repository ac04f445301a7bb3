"""Text of a file whose charset is declared, marked or unknown."""

import codecs

from index.articles.base.readers import decode
from index.errors import SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Senders name the older charset and use the characters of the newer one.
_NEWER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
# Codecs of Python that no file uses. Some take quadratic time, some give no text.
_NOT_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
_UTF16_NULS = 0.3  # share of NUL bytes; Latin text in UTF-16 has one half


def read_text(data: bytes, place: str, declared: str = "") -> tuple[str, str]:
    """Decode the text of a file; also return a note if the charset had to be guessed. Raises
    SourceError if the file is binary."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            note = "" if name == "utf-8-sig" else "The file was read as UTF-16."
            return _strict(data, name, place), note
    if wide := _unmarked_utf16(data):
        return _strict(data, wide, place), "The file names no charset and was read as UTF-16."
    if (name := charset(declared)) and (text := _try(data, name)) is not None:
        return _printable(text, place), ""
    if (text := _try(data, "utf-8")) is not None:
        return _printable(text, place), ""
    text = _printable(data.decode("cp1252", "replace"), place)
    return text, "The file is not UTF-8 and names no usable charset. It was read as Windows-1252."


def charset(declared: str) -> str:
    """Return Python's name of a declared charset, the newer one if it has a successor. Returns ""
    if Python cannot use it."""
    try:
        name = codecs.lookup(declared.strip("\"' ")).name
    except (LookupError, ValueError):
        return ""
    return "" if name in _NOT_CHARSETS else _NEWER.get(name, name)


def _unmarked_utf16(data: bytes) -> str:
    sample = data[:2000]
    if not sample or sample.count(0) / len(sample) < _UTF16_NULS:
        return ""
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _try(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError):  # LookupError: codecs such as base64, which give no text
        return None


def _strict(data: bytes, name: str, place: str) -> str:
    text = _try(data, name)
    if text is None:
        raise SourceError(f"{place} is not the {name} text that it claims to be. Save it as UTF-8.")
    return _printable(text, place)


def _printable(text: str, place: str) -> str:
    """Return the text; refuse a NUL character and half a surrogate pair as `decode` does."""
    return decode(text.encode("utf-8", "surrogatepass"), place)
