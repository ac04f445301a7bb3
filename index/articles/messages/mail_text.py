"""Plain text of mails: wrapped lines, quotes, signatures and footers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.articles.base.plain_paragraphs import is_list_item, paragraphs
from index.articles.base.writer import ArticleWriter
from index.models import BlockKind

_QUOTED = re.compile(r"(?:>[ ]?)+")
_WROTE = re.compile(
    r"(?:(?:On|Am|Le|El|Il|Op|Em|Den)\b.{4,300}?|.{2,120}<[^<>\s]{3,120}>\s)"
    r"\b(?:wrote|writes|schrieb(?: .{1,80})?|a écrit|escribió|ha scritto|schreef|escreveu|skrev)"
    r"(?: .{1,80})?\s?:",
    re.DOTALL,
)
_WROTE_ENDS = re.compile(
    r"(?:wrote|writes|schrieb.{0,80}|écrit|escribió|scritto|schreef.{0,80}|escreveu|skrev.{0,80})\s?:$"
)
_FORWARDED = re.compile(
    r"[-_*\s]{0,20}(?:begin )?(?:forwarded message|original message|weitergeleitete nachricht"
    r"|ursprüngliche nachricht|message transféré|original appointment)[-_*:\s]{0,20}",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:From|Von|De|Da)\s?:\*?\s*(?P<name>.{1,200})", re.IGNORECASE)
_HEADER = re.compile(
    r"\*?(?:From|Sent|Date|To|Cc|Bcc|Subject|Reply-To|Von|Gesendet|An|Betreff|Datum|De|À|Objet"
    r"|Envoyé|Date)\s?:\*?\s.{0,400}",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"--|—|__+|(?:sent from|get outlook for) .{1,60}", re.IGNORECASE)
_FOOTER_WORDS = 45
_SIGNATURE_LINES = 14
_MOST_FORWARDS = 50
_FOOTER = re.compile(
    r"(?:(?:click here to |to )?(?:unsubscribe|opt[ -]out)\b.{0,250}"
    r"|.{0,200}\bunsubscribe\b.{0,60}(?:\||\bhere\b|\bclick\b|https?:|<|link\b|preferences).{0,200}"
    r"|you (?:can|may) unsubscribe\b.{0,200}"
    r"|.{0,120}(?:\||\bhere\b|\bclick\b|https?:\S*).{0,60}\bunsubscribe\b.{0,60}"
    r"|.{0,120}\b(?:manage|update|change|edit) (?:your |my )(?:e-?mail |newsletter )?"
    r"(?:preferences|subscriptions?|settings)\b.{0,200}"
    r"|.{0,80}\bview (?:this |it |the )?(?:e-?mail |message |newsletter |online )?(?:in|on|with) "
    r"(?:your|a|the) (?:web ?)?browser\b.{0,80}"
    r"|.{0,40}\b(?:trouble|problems?) (?:viewing|reading) this\b.{0,120}"
    r"|.{0,40}\byou(?:['’]re| are) (?:receiving|getting) (?:this|these|our)\b.{0,300}"
    r"|.{0,40}\byou (?:have )?received? (?:this|our) (?:e-?mail|newsletter|message)\b.{0,300}"
    r"|.{0,40}\bthis (?:e-?mail|message|newsletter) was sent (?:to|by|from)\b.{0,300}"
    r"|.{0,60}\bno longer (?:wish|want) to receive\b.{0,250}"
    r"|.{0,40}\badd (?:us|this address|.{3,60}@\S{3,60}) to your (?:address book|contacts)\b.{0,99}"
    r"|(?:©|\(c\)|copyright ?(?:©|\(c\))).{0,250}"
    r"|.{0,80}\ball rights reserved\b.{0,80}"
    r"|(?:privacy (?:policy|notice)|terms (?:of (?:use|service)|and conditions)|contact us|"
    r"view (?:online|in browser)|forward(?: to a friend)?|advertise with us|preferences)"
    r"(?:\s*[|·•-].{0,160})?)",
    re.IGNORECASE | re.DOTALL,
)
_REPORTS = re.compile(r"\b(?:said|says|told|fined|sued|according to)\b", re.IGNORECASE)
_NOTICE = re.compile(
    r".{0,60}\bthis (?:e-?mail|message|communication)\b.{0,120}"
    r"\b(?:confidential|intended (?:only|solely|for)|privileged)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive lines of one depth of quotation."""

    depth: int
    lines: list[str]


def add_mail_text(writer: ArticleWriter, text: str, *, flowed: bool, delsp: bool) -> None:
    """Append the plain text of a mail. Words of others become quotes; a signature is left out."""
    lines = text.splitlines()
    runs = _runs(_unflowed(lines, delsp) if flowed else [_unquoted(line) for line in lines])
    for number, run in enumerate(runs):
        if run.depth:
            _add(writer, BlockKind.QUOTE, run.lines, wrapped=not flowed)
        else:
            quoted_next = number + 1 < len(runs)
            _add_own(writer, run.lines, quoted_next, wrapped=not flowed)


def _unflowed(lines: Sequence[str], delsp: bool) -> list[tuple[int, str]]:
    """Join the lines of format=flowed: a space at the end means that the next line goes on."""
    joined: list[tuple[int, list[str]]] = []
    opened = False
    for line in lines:
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        signature = content == "-- "
        if opened and joined[-1][0] == depth and not signature:
            joined[-1][1].append(content)
        else:
            joined.append((depth, [content]))
        opened = content.endswith(" ") and not signature
        if opened and delsp:
            joined[-1][1][-1] = content[:-1]
    return [(depth, "".join(parts)) for depth, parts in joined]


def _unquoted(line: str) -> tuple[int, str]:
    """Return the depth of quotation of a line, and the line without its marks."""
    marks = _QUOTED.match(line)
    return (marks[0].count(">"), line[marks.end() :]) if marks else (0, line)


def _runs(lines: Sequence[tuple[int, str]]) -> list[_Run]:
    runs: list[_Run] = []
    for depth, content in lines:
        if not runs or (runs[-1].depth != depth and (content.strip() or depth)):
            runs.append(_Run(depth, []))
        runs[-1].lines.append(content)
    return runs


def _add_own(writer: ArticleWriter, lines: list[str], quoted_next: bool, wrapped: bool) -> None:
    """Append lines of the sender: up to the signature, a forward or the words that open a quote."""
    opening = _attribution(lines) if quoted_next else len(lines)
    own, attribution = lines[:opening], lines[opening:]
    cut = _forward_at(own)
    end = _signature_at(own[:cut])
    _add(writer, BlockKind.PARAGRAPH, own[:end], wrapped)
    writer.leave_out("signature", "\n".join(own[end:cut]))
    if cut < len(own):
        _add_forward(writer, own[cut:], wrapped)
    _add(writer, BlockKind.QUOTE, [" ".join(line.strip() for line in attribution)], wrapped)


def _attribution(lines: Sequence[str]) -> int:
    """Return where the lines begin that say who wrote the quote below; the end if none do."""
    filled = [number for number, line in enumerate(lines) if line.strip()][-3:]
    for number in reversed(filled):
        text = " ".join(line.strip() for line in lines[number:] if line.strip())
        if _WROTE_ENDS.search(text) and _WROTE.fullmatch(text):
            return number
    return len(lines)


def _forward_at(lines: Sequence[str]) -> int:
    """Return where a forwarded or answered mail begins; the end if none does."""
    for number, line in enumerate(lines):
        text = line.strip()
        marked = _FORWARDED.fullmatch(text) and any(
            _HEADER.fullmatch(after.strip()) for after in lines[number + 1 : number + 4]
        )
        if marked or (_FROM.fullmatch(text) and _headers(lines[number : number + 3]) == 3):
            return number
        if opens_answer(text) or opens_answer(" ".join(lines[number : number + 2])):
            return number
    return len(lines)


def opens_answer(text: str) -> bool:
    """Return whether a text says who wrote the words below: "On Monday, Ada Brill wrote:"."""
    text = " ".join(text.split())
    opens = re.match(r"(?:On|Am|Le|El|Il|Op|Em|Den)\b", text) is not None
    return opens and _WROTE_ENDS.search(text) is not None and _WROTE.fullmatch(text) is not None


def _headers(lines: Sequence[str]) -> int:
    count = 0
    for line in lines:
        if not _HEADER.fullmatch(line.strip()):
            break
        count += 1
    return count


def _add_forward(writer: ArticleWriter, lines: Sequence[str], wrapped: bool) -> None:
    """Append a forwarded mail, and those that it forwards, as quotes that open with the writer."""
    for _ in range(_MOST_FORWARDS):
        start = next((n for n, line in enumerate(lines[:4]) if _HEADER.fullmatch(line.strip())), 0)
        end = start + _headers(lines[start:])
        if end == start:
            break
        writer.leave_out("headers of a forwarded mail", "\n".join(lines[:end]))
        body = lines[end:]
        following = _forward_at(body)
        _add_words_of(writer, forwarded_name(lines[start:end]), body[:following], wrapped)
        lines = body[following:]
    _add(writer, BlockKind.QUOTE, lines, wrapped)


def _add_words_of(writer: ArticleWriter, name: str, lines: Sequence[str], wrapped: bool) -> None:
    end = _signature_at(lines)
    for paragraph in paragraphs("\n".join(lines[:end]), wrapped=wrapped):
        add_line(writer, BlockKind.QUOTE, f"{name} wrote: {paragraph}" if name else paragraph)
    writer.leave_out("signature", "\n".join(lines[end:]))


def forwarded_name(headers: Sequence[str]) -> str:
    """Return the writer that the headers of a forwarded mail name, without the address."""
    for line in headers:
        if found := _FROM.fullmatch(line.strip()):
            name = re.sub(r"(?<!\s)\s*+[<\[(]\S{1,200}[>\])]|\bmailto:\S+", "", found["name"])
            return name.strip(" \"'*") or found["name"].strip("<> *")
    return ""


def _signature_at(lines: Sequence[str]) -> int:
    """Return where the signature begins, if it is short enough for one; the end if none does."""
    last = next((n for n in reversed(range(len(lines))) if lines[n].strip()), -1)
    for number in range(max(0, last - _SIGNATURE_LINES), last + 1):
        if lines[number] in ("-- ", "--"):
            return number
    return last if last >= 0 and _SIGNATURE.fullmatch(lines[last].strip()) else len(lines)


def _add(writer: ArticleWriter, kind: BlockKind, lines: Sequence[str], wrapped: bool) -> None:
    for paragraph in paragraphs("\n".join(lines), wrapped=wrapped):
        listed = kind is BlockKind.PARAGRAPH and is_list_item(paragraph)
        add_line(writer, BlockKind.LIST_ITEM if listed else kind, paragraph)


def add_line(writer: ArticleWriter, kind: BlockKind, text: str) -> None:
    """Append a block of a mail, or leave it out with the reason."""
    if reason := reason_to_leave_out(text):
        writer.leave_out(reason, text)
    else:
        writer.add(kind, text)


def reason_to_leave_out(text: str) -> str:
    """Return why a block is no content of a newsletter; "" if it is content."""
    if not re.search(r"\w", text):
        return "line without words"
    if _is_footer(text.strip()):
        return "unsubscribe and footer lines"
    return "confidentiality notice" if _NOTICE.match(text) else ""


def _is_footer(text: str) -> bool:
    """Return whether a short block is one of a newsletter's footer. News about unsubscribing says
    who said so."""
    short = len(text) < 600 and len(text.split()) <= _FOOTER_WORDS
    return short and _FOOTER.fullmatch(text) is not None and not _REPORTS.search(text)


def opens_forward(text: str) -> bool:
    """Return whether a block opens a forwarded mail with its headers."""
    lines = text.split("\n")
    return not opens_answer(text) and _forward_at(lines) == 0
