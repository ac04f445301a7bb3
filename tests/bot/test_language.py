"""Messages in other languages, and English ones that look foreign."""

import subprocess
import sys

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
        ("얼마예요", "ko"),
        ("왜", "ko"),
        ("銀行は誰のもの", "ja"),
        ("谁付钱", "zh"),
        ("متى يبدأ", "ar"),
        ("क्यों", "hi"),
        ("что нового", "ru"),
        ("чому", "uk"),
    ],
)
def test_foreign_question_has_its_language(message: str, language: str) -> None:
    assert foreign_language(message, VOCABULARY, ENGLISH) == language


@pytest.mark.parametrize(
    "message",
    [
        "who runs nvidia",
        "who pays",
        "nvda",
        "who dis",
        "roll a d20",
        "who is 孫正義 of softbank",
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


@pytest.mark.parametrize("message", ["im good", "im back", "sup dude"])
def test_english_small_talk_is_in_no_other_language(message: str) -> None:
    assert foreign_language(message, VOCABULARY, ENGLISH)
    assert foreign_language(message, VOCABULARY, ENGLISH, is_talk=True) == ""


def test_name_of_the_articles_in_other_letters_is_no_language() -> None:
    assert foreign_language("Газпром", {"газпром": 1}, ENGLISH) == ""


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_answer_in_each_language_is_in_that_language(language: str) -> None:
    assert foreign_language(text(f"tongues.{language}"), {}, ENGLISH) == language


def test_long_message_is_cut() -> None:
    assert foreign_language("wie viel ist der Vertrag wert " * 1_000, {}, ENGLISH) == "de"


def test_the_detector_is_loaded_without_its_downloader() -> None:
    program = """
import sys
from bot.answering.question.language import foreign_language
from bot.answering.ranking.evidence_model import EvidenceModel
print(foreign_language("wie viel ist der Vertrag wert?", {}, EvidenceModel.load().words))
sys.exit(", ".join({"requests", "tqdm", "urllib3"} & set(sys.modules)) or None)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "de\n", "")
