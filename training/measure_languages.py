"""Measure which short messages are taken for another language.

The short messages of 16 languages, and English names and slang, are in training/languages. The
English lines of training/messages and the questions of SQuADShifts must not be foreign.

    python -m training.measure_languages [--shared DIR]
"""

import argparse
import tomllib
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import ROOT
from bot.answering.question.language import foreign_language
from bot.answering.question.message_kind import MessageModel
from bot.answering.ranking.evidence_model import EvidenceModel
from index.encoder.encoder import default_home, open_current
from training.judge.sets import read_squad_shifts

_SHORT = Path(__file__).parent / "languages" / "short.toml"
_MESSAGES = Path(__file__).parent / "messages"
_ENGLISH = "en"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    options = arguments.parse_args()
    short = tomllib.loads(_SHORT.read_text("utf-8"))
    english = short.pop(_ENGLISH)
    counts = {code: languages_of(messages).count(code) for code, messages in short.items()}
    total = sum(map(len, short.values()))
    print(f"{sum(counts.values())} of {total} short foreign messages get their language: {counts}")
    lines = [line for path in _MESSAGES.glob("*.txt") for line in path.read_text().splitlines()]
    lines = [line for line in lines if "{" not in line]
    _print_taken("short English messages", english, languages_of(english))
    _print_taken("lines of small talk and questions", lines, languages_of(lines))
    asked = [each.question for each in read_squad_shifts(options.shared / "train")]
    words = EvidenceModel.load().words
    found = [foreign_language(each, {}, words) for each in asked]
    _print_taken("questions of SQuADShifts", asked, found)


def languages_of(messages: Sequence[str]) -> list[str]:
    """Return the language that the bot takes each message for; "" for English."""
    encoder, english = open_current(default_home()), EvidenceModel.load().words
    kinds = MessageModel.load().kinds_of(messages, encoder.encode_queries(messages), encoder.id)
    return [
        foreign_language(message, {}, english, is_talk=kind.small_talk is not None)
        for message, kind in zip(messages, kinds, strict=True)
    ]


def _print_taken(name: str, messages: Sequence[str], found: Sequence[str]) -> None:
    taken = [pair for pair in zip(messages, found, strict=True) if pair[1]]
    print(f"{len(taken)} of {len(messages)} {name} are taken for another language: {taken[:20]}")


if __name__ == "__main__":
    main()
