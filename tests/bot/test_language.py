"""Messages in other languages, and English ones that look foreign."""

import pytest

from bot.answering.question.language import LANGUAGES, foreign_language
from bot.answering.ranking.evidence_model import EvidenceModel
from prompts import text

ENGLISH = EvidenceModel.load().words
VOCABULARY = {"nvidia": 3, "openai": 2, "altman": 1, "willemijn": 1, "hoekstra": 1}


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("wie viel ist der Vertrag wert?", "de"),
        ("Combien vaut le contrat avec OpenAI ?", "fr"),
        ("¿cuánto vale el acuerdo?", "es"),
        ("quanto a nvidia investe na openai", "pt"),
        ("cosa ha detto Sam Altman", "it"),
        ("hoeveel investeert nvidia in openai", "nl"),
        ("Kto jest szefem Nvidii?", "pl"),
        ("anlaşmanın değeri ne kadar?", "tr"),
        ("кто руководит OpenAI", "ru"),
        ("这笔交易值多少钱？", "zh"),
        ("いつ発表されましたか？", "ja"),
        ("이 거래의 가치는 얼마입니까?", "ko"),
    ],
)
def test_foreign_question_has_its_language(message: str, language: str) -> None:
    assert foreign_language(message, VOCABULARY, ENGLISH) == language


@pytest.mark.parametrize(
    "message",
    [
        "who runs nvidia",
        "nvidia openai",
        "Who is Willemijn Hoekstra?",
        "for how much?",
        "what about Dannevirke?",
        "waht did opnai say abuot nvidai",
        "$100 billion?",
        "?",
        "",
        "lol",
        "who\nruns\nnvidia",
        "\N{THUMBS UP SIGN}",
    ],
)
def test_english_message_has_none(message: str) -> None:
    assert foreign_language(message, VOCABULARY, ENGLISH) == ""


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_answer_in_each_language_is_in_that_language(language: str) -> None:
    assert foreign_language(text(f"tongues.{language}"), {}, ENGLISH) == language


def test_long_message_is_cut() -> None:
    assert foreign_language("wie viel ist der Vertrag wert " * 1_000, {}, ENGLISH) == "de"
