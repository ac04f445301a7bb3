"""Detection of text that addresses a language model instead of a reader.

An article may contain orders for any model that reads it. The addressee shows this more clearly
than the wording. Such text calls a model by its name, is about its own work (its instructions, its
answer, what it cites), or has the markup of conversations with models.
"""

import re
import unicodedata

from index.text.words import read_surfaces

_MODEL = (
    r"(?:language models?|LLMs?|chat ?bots?|AI(?: (?:assistants?|models?|systems?|agents?))?|"
    r"assistants?|bots?|models?)"
)
_WORK = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|citations?|summar(?:y|ies))"
_ASKED = r"(?:asks?|asked|questioned|answering|replying|responding|summari[sz]ing)"
_SPEAK = r"(?:say|answer|reply|respond|tell|state|claim|write|output|cite|insist|refuse)"
_SIGNS = (
    re.compile(r"<\|[^|>\n]{1,40}|\[/?INST\]|<</?SYS>>|</?s>|```|\{\{|\}\}|<!--|(?<!\w)to=\w"),
    re.compile(  # tags and labels of speakers, or of a model's input
        r"</?(?:system|user|assistant|developer|instruction|evidence|article|context|document|"
        r"source|sentence|question|answer|prompt|data|tool)s?(?:[\s_][^<>\n]{0,80})?/?>"
        r"|(?:^|[\n>#*\[\]\"'`.!?-])\W{0,6}(?:system|assistant|user|developer|human|ai)"
        r"(?: (?:message|prompt|note|override|update|notice|instructions?))?[\]*]{0,3} ?:"
        r"|(?<!\w)(?:begin|start|end) (?:of )?(?:the )?(?:context|answer|articles?|sources?|"
        r"evidence|instructions?|prompt|response|output)(?: ?[.:\]*\n-]|$)",
        re.IGNORECASE,
    ),
    re.compile(r"[\"“'`]\w{1,30}[\"”'`] ?: ?[\"“'`\[{\d]"),  # a part of JSON
    re.compile(r"_{3,}"),  # a blank to be filled in
)
_ADDRESSES = (
    re.compile(  # a model by its name, or a statement that it is one
        rf"(?<!\w)(?:you are|you're|act as|behave (?:as|like)|pretend to be) (?:\w{{1,15}} ){{0,5}}"
        rf"{_MODEL}(?!\w)|(?<!\w)as an AI(?! company)(?: language)? (?:model|assistant)(?!\w)"
        rf"|(?:(?<!\w)(?:dear|attention|hey|hello|hi|(?:notes?|message|reminder|instructions?)"
        rf"(?: to| for)),?(?: all| any| every| the| you)? ?|^\W{{0,8}})"
        rf"(?:\w{{1,12}} )?{_MODEL}(?: reading this)? ?[,:!]"
        rf"|(?<!\w){_MODEL}(?: (?:that|who|which))? (?:read|process|summari[sz]|pars|us|answer)"
        rf"(?:e?s|e|ing|) (?:this|these)(?!\w)"
        rf"|(?<!\w){_MODEL} (?:(?:is|are) (?:\w{{1,12}} )?to|must|should|shall|has to|have to|"
        rf"needs? to) (?:\w{{1,12}} )?{_SPEAK}(?!\w)",
        re.IGNORECASE,
    ),
    re.compile(  # the model's own work: its instructions and its output
        r"(?<!\w)(?:your|the system|all|any|previous|prior|earlier|above|these|new|real|hidden|"
        r"secret) (?:\w{1,14} ){0,2}(?:instructions|prompts?|guidelines)(?!\w)"
        r"|(?<!\w)(?:your|the model's|the assistant's) (?:\w{1,14} ){0,2}"
        rf"{_WORK}(?!\w)|(?<!\w)(?:every|each|all|any) {_WORK} (?:must|should|shall|has to|have to)"
        rf"|(?<!\w)(?:be|come|go|stand|put|keep|write|end|begin|start) (?:in|with|by|into|at the "
        rf"(?:end|start|beginning) of) (?:every|each|all|any) {_WORK}"
        r"|(?<!\w)(?:answer|reply|response) to (?:every|all|any|each|this) (?:\w{1,14} )?question"
        r"|(?<!\w)cite (?:\w{1,14} ){0,3}(?:sentences?|sources?|ids?|\[?\d)",
        re.IGNORECASE,
    ),
    re.compile(  # an order for the reply to a kind of question
        rf"(?<!\w)(?:if|when|whenever|every time) [^,.!?]{{0,40}}?{_ASKED}(?!\w)[^,.!?]{{0,80}}"
        rf"(?:,| then| always) ?(?:\w{{1,10}} ){{0,2}}{_SPEAK}(?!\w)",
        re.IGNORECASE,
    ),
)
_SPACED = re.compile(r"(?<!\w)(?:\w {1,2}){5}(?!\w\w)")
# A word that mixes look-alike scripts hides what it says. So do words with digits for letters; a
# single one may be a name such as "k8s".
_MIXED = re.compile(r"(?=\w*[A-Za-z])(?=\w*[\u0370-\u052f\u13a0-\u13ff\uab70-\uabbf])\w{4,}")
_WITH_DIGITS = re.compile(r"(?<![\w./=-])[A-Za-z\d]*[a-z]\d{1,3}[a-z][a-z\d]*(?![\w/=-])")
_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\U000e0000-\U000e0fff]"
)


def addresses_a_model(text: str) -> bool:
    """Return whether the text addresses a language model, or is disguised as text for people never
    is. Such a sentence is not evidence, and should not be shown to a model."""
    seen = as_seen(text)
    return _is_disguised(seen) or any(pattern.search(seen) for pattern in _SIGNS + _ADDRESSES)


def _is_disguised(text: str) -> bool:
    if _SPACED.search(text) or len(_WITH_DIGITS.findall(text)) > 1:
        return True
    words = () if text.isascii() else read_surfaces(text)
    return any(_MIXED.fullmatch(word) for word in words if not word.isascii())


def as_seen(text: str) -> str:
    """Remove invisible characters, and replace full-width and mathematical letters by plain ones.
    The length may change."""
    return text if text.isascii() else _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
