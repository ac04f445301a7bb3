"""Captions and subtitles as transcripts: WebVTT, SubRip and TTML.

webvtt-py 0.6.0 names only the first speaker of a cue, and pycaption 2.3.14 reads only the last div
of a TTML file, so the three small grammars are read here.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from index.articles.base.readers import guess
from index.articles.base.text_files import decode_file
from index.articles.base.writer import ArticleWriter
from index.articles.base.xml_tree import children, descendants, name_of, parse_xml, text_of
from index.errors import SourceError
from index.models import Article, BlockKind

_MOST_CUES = 100_000
_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_TAG = re.compile(r"<(/?)([a-zA-Z]*)([^<>]*)>|\{\\[^{}]{0,60}\}")
_LABEL = re.compile(
    r"(?:>>+\s*)?((?:[A-Z][A-Z.'’-]+|[A-Z]\.)(?: (?:[A-Z][A-Z.'’-]*|\([^()]{1,40}\))){0,4})"
    r":\s+(?=\S)"
)
_CHANGE = re.compile(r"\s*(?:>>+|[-–—]\s?(?=[^\W\d_\"“‘(\[]))\s*")
_SOUND = re.compile(
    r"\s*+(?:[-–]\s*+)?(?:[\[(][^\[\]()]{1,80}[\])]|[♪♫#].{0,200}[♪♫#]|[♪♫].{0,200})\s*+"
)
_CREDIT = re.compile(
    r"(?:subtitle[sd]?|caption(?:s|ed)?|captioning|transcribed)\b.{0,30}\bby\b", re.I
)
_ENDED = re.compile(r"[.!?…][\"'”’)\]]*$")
_TOUCHING = 0.25  # seconds; rolling captions repeat a line at once, people do not
_REPEATED_WORDS = 3
_PAUSE, _LONG_PAUSE = 1.5, 4.0
_PARAGRAPH_WORDS, _LONGEST_PARAGRAPH = 80, 200


@dataclass(frozen=True, slots=True)
class _Line:
    """Words that one speaker says in one line of a cue; `speaker` is "" if the file names none,
    and None if the words go on with the speaker before."""

    speaker: str | None
    text: str
    new_turn: bool = False


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    lines: tuple[_Line, ...]


def read_captions(data: bytes, article_id: str, place: str) -> Article:
    """Read a caption file in any of the three formats as a transcript, without times. Raises
    SourceError if it has no words."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_ttml_tree(parse_xml(data, place), article_id, place)
    text, note = decode_file(data, place)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    writer = ArticleWriter()
    if note:
        writer.note(note)
    first = text.partition("\n")[0]
    title = first[6:].strip(" \t-–:") if first.startswith("WEBVTT") else ""
    _write(writer, list(_timed_cues(writer, text, place)), place)
    return writer.article(article_id, title=guess(title))


# --- WebVTT and SubRip ---------------------------------------------------------------------


def _timed_cues(writer: ArticleWriter, text: str, place: str) -> Iterator[_Cue]:
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if "-->" in line and _TIMING.fullmatch(line)]
    if len(starts) > _MOST_CUES:
        raise SourceError(f"{place} has more than {_MOST_CUES:,} captions. Split it.")
    _leave_comments_out(writer, lines)
    voiced = "<v" in text
    for start, following in pairwise([*starts, len(lines)]):
        yield _cue(lines[start], _payload(lines[start + 1 : following]), voiced)


def _leave_comments_out(writer: ArticleWriter, lines: Sequence[str]) -> None:
    inside = False
    for before, line in pairwise(["", *lines]):
        inside = bool(line.strip()) and (inside or (not before.strip() and _opens_note(line)))
        if inside:
            writer.leave_out("comment of the caption file", line.removeprefix("NOTE"))


def _opens_note(line: str) -> bool:
    return line == "NOTE" or line.startswith(("NOTE ", "NOTE\t"))


def _payload(lines: Sequence[str]) -> list[str]:
    """Return the lines up to the blank line that ends a cue. The number or name of the next cue
    stands after that line."""
    payload: list[str] = []
    for line in lines:
        if not line.strip():
            if payload:
                break
            continue
        payload.append(line)
    return payload


def _cue(timing: str, payload: Sequence[str], voiced: bool) -> _Cue:
    numbers = _TIMING.fullmatch(timing)
    parts = numbers.groups() if numbers else ()
    start, end = _seconds(parts[:4]), _seconds(parts[4:])
    return _Cue(start, end, tuple(_voices(payload, voiced)))


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + float(f"0.{fraction}")


def _voices(payload: Sequence[str], voiced: bool) -> Iterator[_Line]:
    """Yield the words of a cue by voice. A voice span may go over lines, and one line may have
    several. In a file that names voices, words outside of them have no known speaker."""
    voice: str | None = None
    for line in payload:
        for speaker, text, voice in _spans(line, voice):  # noqa: B007, B020
            yield from _spoken(text, speaker if speaker or not voiced else "")


def _spans(line: str, voice: str | None) -> Iterator[tuple[str | None, str, str | None]]:
    """Yield the speaker and text of each span of a line, and the voice that is open after it."""
    pieces: list[str] = []
    end, ruby = 0, False
    for tag in _TAG.finditer(line):
        if not ruby:
            pieces.append(line[end : tag.start()])
        end = tag.end()
        name = (tag[2] or "").lower()
        if name == "rt":
            ruby = not tag[1]
        if name == "v":
            after = None if tag[1] else _voice_name(tag[3])
            yield voice, html.unescape("".join(pieces)), after
            pieces, voice = [], after
    pieces.append(line[end:])
    yield voice, html.unescape("".join(pieces)), voice


def _voice_name(annotation: str) -> str:
    """Return the name in `<v.loud Ada Brill>`: what stands after the classes."""
    return " ".join(html.unescape(annotation).partition(" ")[2].split())


def _spoken(text: str, speaker: str | None) -> Iterator[_Line]:
    """Yield a line of text. A label in capitals, ">>" or a dash opens another speaker's turn."""
    text = " ".join(text.translate({0xAD: None, 0x200B: None, 0xFEFF: None}).split())
    if not text:
        return
    label = _LABEL.match(text)
    if label and not speaker:
        yield _Line(label[1], text[label.end() :], new_turn=True)
    elif not speaker and (change := _CHANGE.match(text)):
        yield _Line("", text[change.end() :], new_turn=True)
    else:
        yield _Line(speaker, text)


# --- TTML ----------------------------------------------------------------------------------


def read_ttml_tree(root: Any, article_id: str, place: str) -> Article:
    """Read a parsed TTML file with all its divs."""
    if name_of(root) != "tt":
        raise SourceError(f"{place} is no caption file: its root element is <{name_of(root)}>.")
    writer = ArticleWriter()
    heads = [e for head in children(root, "head") for e in head.iter()]
    agents = {_xml_id(e): _agent_name(e) for e in heads if name_of(e) == "agent"}
    cues = [
        cue
        for body in children(root, "body")
        for p in descendants(body, "p")
        for cue in _ttml_cue(p, agents)
    ]
    _write(writer, cues, place)
    title = next((text_of(e) for e in heads if name_of(e) == "title"), "")
    return writer.article(article_id, title=guess(title))


def _xml_id(element: Any) -> str:
    return str(element.get("{http://www.w3.org/XML/1998/namespace}id", ""))


def _agent_name(agent: Any) -> str:
    names = sorted(children(agent, "name"), key=lambda e: e.get("type") != "full")
    return text_of(names[0]) if names else ""


def _ttml_cue(p: Any, agents: dict[str, str]) -> Iterator[_Cue]:
    lines: list[tuple[str, list[str]]] = []
    _gather(p, _agent_of(p, agents), agents, lines)
    spoken = [line for speaker, texts in lines for line in _ttml_lines(speaker, texts)]
    start = _clock(p.get("begin") or _first_begin(p))
    length = _clock(p.get("dur", ""))
    end = _clock(p.get("end", "")) or start + length
    if spoken:
        yield _Cue(start, end, tuple(spoken))


def _first_begin(p: Any) -> str:
    return next((e.get("begin") for e in p.iter() if e.get("begin")), "")


def _ttml_lines(speaker: str, texts: Sequence[str]) -> Iterator[_Line]:
    for text in "".join(texts).split("\v"):
        yield from _spoken(text, speaker or None)


def _agent_of(element: Any, agents: dict[str, str]) -> str:
    """Return the speaker of the element or the nearest one around it."""
    for around in [element, *element.iterancestors()]:
        for name, value in around.attrib.items():
            if name.rpartition("}")[2] == "agent":
                return next((agents[key] for key in value.split() if agents.get(key)), "")
    return ""


def _gather(
    element: Any, speaker: str, agents: dict[str, str], lines: list[tuple[str, list[str]]]
) -> None:
    """Collect the texts in an element, in order, by speaker."""
    _say(lines, speaker, element.text)
    for inner in element:
        if name_of(inner) == "br":
            _say(lines, speaker, "\v")
        elif name_of(inner) == "span" and not _is_ruby_text(inner):
            _gather(inner, _agent_of(inner, agents) or speaker, agents, lines)
        _say(lines, speaker, inner.tail)


def _is_ruby_text(span: Any) -> bool:
    return any(
        name.rpartition("}")[2] == "ruby" and value.startswith("text")
        for name, value in span.attrib.items()
    )


def _say(lines: list[tuple[str, list[str]]], speaker: str, text: str | None) -> None:
    if not text:
        return
    if not lines or lines[-1][0] != speaker:
        lines.append((speaker, []))
    lines[-1][1].append(text)


def _clock(text: str) -> float:
    """Return the seconds of a TTML time; 0 for one in ticks or frames, which need a rate."""
    if found := re.fullmatch(r"(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,6})?)(?::\d+)?", text.strip()):
        return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
    if found := re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)(h|m|s|ms)", text.strip()):
        return float(found[1]) * {"h": 3600, "m": 60, "s": 1, "ms": 0.001}[found[2]]
    return 0.0


# --- turns ---------------------------------------------------------------------------------


def _write(writer: ArticleWriter, cues: Sequence[_Cue], place: str) -> None:
    turns = _Turns(writer)
    for cue in cues:
        turns.take(cue)
    turns.close()
    if not writer.article("").text:
        raise SourceError(f"{place} has no captions with words. Save it again, or remove it.")


class _Turns:
    """Collector that joins the words of consecutive cues into one block per turn."""

    def __init__(self, writer: ArticleWriter) -> None:
        self._writer = writer
        self._speaker = ""
        self._words: list[str] = []
        self._count = 0
        self._shown: list[str] = []  # the lines of the cue before
        self._end = 0.0

    def take(self, cue: _Cue) -> None:
        """Add the words of a cue that the cue before did not show already."""
        fresh = [line for line in cue.lines if not self._is_sound(line.text)]
        repeated = self._repeated(cue, [line.text for line in fresh])
        pause = cue.start - self._end
        for line in fresh[repeated:]:
            self._say(line, pause)
            pause = 0.0
        self._shown = [line.text for line in fresh] or self._shown
        self._end = max(cue.end, cue.start)

    def close(self) -> None:
        """Write the open turn."""
        text = " ".join(self._words)
        if self._speaker:
            self._writer.add(BlockKind.SPEAKER, f"{self._speaker}: {text}" if text else "")
        else:
            self._writer.add(BlockKind.PARAGRAPH, text)
        self._words.clear()
        self._count = 0

    def _is_sound(self, text: str) -> bool:
        reason = "sounds" if _SOUND.fullmatch(text) else ""
        if _CREDIT.match(text):
            reason = "credits of the captions"
        self._writer.leave_out(reason, text) if reason else None
        return bool(reason)

    def _repeated(self, cue: _Cue, texts: list[str]) -> int:
        """Count the first lines of a rolling caption that the cue before ended with."""
        if cue.start - self._end > _TOUCHING:
            return 0
        for count in range(min(len(texts), len(self._shown)), 0, -1):
            same = self._shown[-count:] == texts[:count]
            rolls = count < len(texts) or count < len(self._shown)
            words = sum(len(text.split()) for text in texts[:count])
            if same and (rolls or words >= _REPEATED_WORDS):
                return count
        return 0

    def _say(self, line: _Line, pause: float) -> None:
        text = self._grown(line, pause)
        if line.new_turn or (line.speaker is not None and line.speaker != self._speaker):
            self.close()
            self._speaker = line.speaker or ""
        elif self._paragraph_ends(pause):
            self.close()
        self._words.append(text)
        self._count += len(text.split())

    def _grown(self, line: _Line, pause: float) -> str:
        """Return the new words of a caption that appears word by word."""
        before = self._shown[-1] if self._shown else ""
        grows = pause <= _TOUCHING and self._words and self._words[-1] == before
        if grows and not line.new_turn and line.text.startswith(before + " "):
            return line.text[len(before) + 1 :]
        return line.text

    def _paragraph_ends(self, pause: float) -> bool:
        """Return whether a pause or enough words end the paragraph of an unnamed speaker."""
        if self._speaker or not self._words:
            return False
        if pause >= _LONG_PAUSE or self._count >= _LONGEST_PARAGRAPH:
            return True
        ended = _ENDED.search(self._words[-1]) is not None
        return ended and (pause >= _PAUSE or self._count >= _PARAGRAPH_WORDS)
