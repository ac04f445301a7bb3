"""Figures of a run and its answers side by side, as Markdown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median, quantiles
from typing import Any

from benchmarks.generation.judgements import rates
from bot.evaluation.tables import markdown_table

Row = dict[str, Any]
_RAW_CHARS = 800


def figures(name: str, asked: int, rows: Sequence[Row], judged: Mapping[str, bool]) -> Row:
    """Compute the figures of one question set. `asked` counts its questions; `rows` are those with
    evidence."""
    sentences = [each for row in rows for each in row["sentences"]]
    kept = sum(each["kept"] for each in sentences)
    seconds = [row["seconds"] for row in rows] or [0.0]
    why = Counter(each["why"] for each in sentences if not each["kept"])
    return {
        "questions": name,
        "asked": asked,
        "written_of": len(rows),
        "by_the_model": sum(row["mode"] == "llm" for row in rows),
        "no_draft": sum(not row["sentences"] for row in rows),
        "sentences": len(sentences),
        "kept": kept,
        "kept_share": round(kept / len(sentences), 4) if sentences else None,
        "seconds_p50": round(median(seconds), 2),
        "seconds_p95": round(quantiles([*seconds, *seconds], n=20)[-1], 2),
        "removed_for": dict(why.most_common()),
        **rates(sentences, dict(judged)),
    }


_SHOWN = {
    "questions": "questions",
    "asked": "asked",
    "written_of": "with evidence",
    "by_the_model": "answered by the model",
    "sentences": "sentences",
    "kept_share": "kept",
    "left_judged": "judged",
    "left_unsupported": "of them not carried",
    "seconds_p50": "p50 s",
    "seconds_p95": "p95 s",
}


def table(figures: Sequence[Row]) -> str:
    return markdown_table(
        list(_SHOWN.values()), [[row[name] for name in _SHOWN] for row in figures]
    )


def side_by_side(title: str, rows: Sequence[Row], judged: Mapping[str, bool]) -> str:
    """Format each answer in quotes, as the model wrote it, and as verified."""
    return "\n\n".join([f"# {title}", _HEAD, *(_answer(row, judged) for row in rows)]) + "\n"


_HEAD = """What a key stands for is judged by a line in `benchmarks/generation/judgements.jsonl`:
`{"key": "...", "carried": true}`, or false where a reader who has only the evidence could not
know it."""


def _answer(row: Row, judged: Mapping[str, bool]) -> str:
    parts = [f"## {_line(row['id'])}: {_line(row['question'])}"]
    parts.append("In quotes:\n\n" + "\n".join(f"> {_line(quote)}" for quote in row["quotes"]))
    parts.append(f"Written in {row['seconds']:.1f} s:\n\n" + _block(row["raw"]))
    for each in row["sentences"]:
        parts.append(_sentence(each, judged.get(each["key"])))
    if row["trouble"]:
        parts.append(f"The answer is in quotes: {row['trouble']}.")
    return "\n\n".join(parts)


def _sentence(each: Row, carried: bool | None) -> str:
    fate = "**left**" if each["kept"] else f"removed ({_line(each['why'])})"
    verdict = {None: "not judged", True: "carried", False: "NOT CARRIED"}[carried]
    evidence = "".join(f"\n  - {_line(text)}" for text in each["evidence"])
    return f"- {fate}: {_line(each['text'])} `{each['key']}` {verdict}{evidence}"


def _line(text: str) -> str:
    """Put the text on one line and escape Markdown."""
    shown = " ".join(text.split())
    for mark in "\\`*_<>[]|#":
        shown = shown.replace(mark, f"\\{mark}")
    return shown


def _block(text: str) -> str:
    """Format the text as an indented code block of one line, cut after 800 characters. Nothing in
    an indented block can end it."""
    shown = " ".join(text.split()) or "(nothing)"
    cut = f"{shown[:_RAW_CHARS]} … ({len(shown):,} characters)"
    return "    " + (shown if len(shown) <= _RAW_CHARS else cut)
