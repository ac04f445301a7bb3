"""States in questions: verbs that last, and the question in the present tense."""

import re

# Verbs of states, unlike those of events such as "announce", with their past tense.
_PAST = {
    "have": "had",
    "own": "owned",
    "hold": "held",
    "cost": "cost",
    "employ": "employed",
    "run": "ran",
    "lead": "led",
    "head": "headed",
    "manage": "managed",
    "chair": "chaired",
    "control": "controlled",
    "work": "worked",
    "know": "knew",
    "stand": "stood",
    "owe": "owed",
    "want": "wanted",
    "need": "needed",
    "believe": "believed",
    "belong": "belonged",
    "contain": "contained",
    "include": "included",
    "weigh": "weighed",
    "measure": "measured",
    "expect": "expected",
    "plan": "planned",
}
# "How many seats had the party" is not "the seats had".
_BASE = {past: base for base, past in _PAST.items() if base != "have"}
# Participles of states: "was believed", unlike "was announced".
_HELD = (
    "owned|employed|headed|managed|chaired|controlled|run|led|known|owed|wanted|needed|believed|"
    "thought|included|expected|planned|scheduled|supposed|meant|estimated|allowed|permitted|required"
)
# Participles of events: their ends, and some that are irregular.
_EVENT_ENDS = "ed|old|ade|aid|ought|eld|ilt"
_EVENTS = "found|lost|won|sent|spent|shot|hit|met|seen|given|taken|shown|written|chosen|struck|born"
# "What was the offer", unlike "What was announced", asks for a state that lasts.
_STATE = re.compile(
    rf"\b(?:was|were)(?:n't)?\b(?!.{{0,200}}\b(?:{_EVENTS}|\w{{1,30}}(?:{_EVENT_ENDS}))\b)"
    rf"|\bhad\b(?!.{{0,200}}\b\w{{1,30}}(?:{_EVENT_ENDS}|en|ne|wn|un|ent)\b)"
    rf"|\b(?:did|had)\b.{{0,200}}\b(?:{'|'.join(_PAST)})\b"
    rf"|\b(?:was|were)(?:n't)?\b.{{0,200}}\b(?:{_HELD})\b"
    r"|\bcould\b(?! have\b)|\b(?:was|were)(?:n't)?\b.{0,60}\b(?:due|going|set|likely) to\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"\b(?P<before>(?:who|what|which|how many)\b(?: \w+){{0,3}}?) (?P<verb>{'|'.join(_BASE)})\b"
    r"(?!\W*$)",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"\b(?P<word>was|were|could|did)(?P<negated>n't)?\b", re.IGNORECASE)
_PRESENT = {"was": "is", "were": "are", "could": "can", "did": "does"}
_ANY_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|can|could|will|would)\b", re.IGNORECASE
)


def asks_for_state(question: str) -> bool:
    """Return whether the question asks what was so for a time, not what happened."""
    return _STATE.search(question) is not None or _bare_verb(question) is not None


def in_present(question: str) -> str:
    """Put a question about a past state in the present tense: "Who is the mayor?". An article of
    that time says what was so in the present tense, and the judge reads such a question as a
    better fit to it. Other questions stay as they are."""
    if not asks_for_state(question):
        return question
    if (match := _AUXILIARY.search(question)) is not None:
        word = _PRESENT[match["word"].lower()]
        word = word.capitalize() if match["word"][0].isupper() else word
        negated = "'t" if word.lower() == "can" and match["negated"] else match["negated"] or ""
        return f"{question[: match.start()]}{word}{negated}{question[match.end() :]}"
    if (match := _bare_verb(question)) is not None:
        verb = _now(_BASE[match["verb"].lower()], match["before"])
        return f"{question[: match.start('verb')]}{verb}{question[match.end('verb') :]}"
    return question


def _bare_verb(question: str) -> re.Match[str] | None:
    """Return the match of a verb of state in the past tense without an auxiliary: "Who led it?"."""
    return None if _ANY_AUXILIARY.search(question) else _BARE.search(question)


def _now(base: str, subject: str) -> str:
    """Return the present tense of a verb after its subject."""
    last = subject.split()[-1].lower()
    if last == "people" or (last.endswith("s") and not last.endswith("ss")):
        return base
    return f"{base}s"
