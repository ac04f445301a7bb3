"""Escapes for untrusted text: Discord shows its characters and acts on none."""

import re

_REPLACEMENT = "\ufffd"
_SPACES = re.compile(r"\s+")
# Controls, lone surrogates, noncharacters, and characters that reorder or annotate nearby text.
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\ufffb"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
# Invisible characters that could hide text or split words (Unicode's default ignorable characters).
# Tags stay where they make the flag of a region, such as Scotland's.
_INVISIBLE = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e007a]{2,8}\U000e007f)|"
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065"
    "\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# Joiners make emoji and letters of several scripts. They have no effect after a Latin letter.
_IDLE_JOINER = re.compile("(?<![^\x00-\x7f\u200c\u200d\ufffd])[\u200c\u200d]")
_REPEATED_SELECTOR = re.compile("([\ufe00-\ufe0f])[\ufe00-\ufe0f]+")
# Many marks on one letter cover the lines above it. No language needs more than four.
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_HEAPED_MARKS = re.compile(f"({_MARKS}{{4}}){_MARKS}+")

# A colon opens an emoji (":tada:") or an address ("https://") unless a space follows it. An
# escaped "]" still ends the label of a link if an unescaped "(" follows it.
_ACTIVE = re.compile(r"[\\`*_~|<>\[\]]|(?<=\])\(|:(?!\s)")
# Discord makes links of invites even without a scheme.
_INVITE = re.compile(r"(discord\w*|\bdis|\bdsc)\.(?=\w)", re.IGNORECASE)
# Discord looks for this mention in the raw text, so a backslash does not help. A word joiner does,
# and it is invisible.
_EVERYONE = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
# Headings, lists and subtext, at the start of a line or of bold text that starts one.
_LINE_MARK = re.compile(r"^([* ]*)(?=[-+#])|^([* ]*\d+)(?=[.)])")

_LABEL = re.compile(r"[\w ,.;:!?'\"()&%$€£¥+/=–—‘’“”„«»…-]+")
_DOMAIN = re.compile(r"\w\.[a-z]{2}", re.IGNORECASE)


def inert(text: str) -> str:
    """Put text on one line, for places where Discord reads no markdown, such as a footer. Steering
    characters become U+FFFD. Invisible characters are dropped unless they hold an emoji
    together."""
    line = _SPACES.sub(" ", text)
    if line.isascii() and line.isprintable():
        return line
    line = _STEERING.sub(_REPLACEMENT, line)
    line = _INVISIBLE.sub(lambda found: found[1] or "", line)
    line = _IDLE_JOINER.sub("", line)
    line = _HEAPED_MARKS.sub(r"\1", _REPEATED_SELECTOR.sub(r"\1", line))
    return _SPACES.sub(" ", line)


def escape(text: str) -> str:
    """Escape text for one line where Discord reads markdown. It is displayed like `inert(text)`."""
    line = _ACTIVE.sub(r"\\\g<0>", inert(text))
    line = _INVITE.sub(r"\1\\.", line)
    return at_line_start(_EVERYONE.sub(f"@{_WORD_JOINER}", line))


def at_line_start(escaped: str) -> str:
    """Escape a mark that would start a heading, list or subtext, so that the escaped text may start
    a line. Repeated calls change nothing more."""
    return _LINE_MARK.sub(r"\1\2\\", escaped)


def plain_label(text: str) -> str | None:
    """Return the text as the label of a masked link, or None if it cannot be one. Discord shows the
    backslashes in labels, and makes no link of a label that contains an address or an emoji."""
    label = inert(text).strip()
    if not _LABEL.fullmatch(label) or escape(label) != label or _DOMAIN.search(label):
        return None
    return label
