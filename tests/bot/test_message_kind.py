"""Kinds of messages: questions about the articles' content, about the articles, and small talk."""

import pytest

from bot.answering.question.message_kind import MessageKind, MessageModel
from bot.domain.models import SmallTalk
from index.encoder.encoder import Encoder
from prompts import text

TALK = [
    ("Hello", MessageKind.GREETING),
    ("hi there!", MessageKind.GREETING),
    ("Good morning 👋", MessageKind.GREETING),
    ("thanks mate", MessageKind.THANKS),
    ("ok thank you so much", MessageKind.THANKS),
    ("nice one", MessageKind.THANKS),
    ("good bot", MessageKind.THANKS),
    ("bye", MessageKind.FAREWELL),
    ("brb", MessageKind.FAREWELL),
    ("what can you do?", MessageKind.HELP),
    ("Write me a poem", MessageKind.REQUEST),
    ("can you draw me a horse", MessageKind.REQUEST),
    ("you're useless", MessageKind.INSULT),
    ("you absolute donkey", MessageKind.INSULT),
    ("lol ok", MessageKind.CHATTER),
    ("how many articles do you have", MessageKind.ARTICLES_COUNT),
    ("what are your sources", MessageKind.ARTICLES_SOURCES),
    ("who wrote this?", MessageKind.ARTICLES_AUTHORS),
    ("how recent is your info", MessageKind.ARTICLES_DATES),
    ("what are your articles about", MessageKind.ARTICLES_SUBJECT),
]
QUESTIONS = [
    "Hello, who runs Nvidia?",
    "hey when is the first gigawatt due",
    "thanks but who runs nvidia",
    "Thanks to whom did the deal come about?",
    "who called Altman a liar?",
    "is the deal a waste of time?",
    "Tell me the price",
    "who wrote the memorandum?",
    "How many articles did Ilse Brandt publish?",
    "When was the report on the ferry published?",
    "Why?",
    "And when?",
    "",
    "who " * 100,
]


def kind_of(message: str, encoder: Encoder, name: str = "") -> MessageKind:
    vectors = encoder.encode_queries([message])
    [kind] = MessageModel.load().kinds_of([message], vectors, name or encoder.id)
    return kind


@pytest.mark.parametrize(("message", "kind"), TALK)
def test_message_that_asks_nothing_of_the_articles_has_its_kind(
    message: str, kind: MessageKind, encoder: Encoder
) -> None:
    assert kind_of(message, encoder) is kind


@pytest.mark.parametrize("message", QUESTIONS)
def test_question_stays_a_question(message: str, encoder: Encoder) -> None:
    assert kind_of(message, encoder) is MessageKind.QUESTION


def test_vectors_of_another_encoder_say_nothing(encoder: Encoder) -> None:
    assert kind_of("thanks mate", encoder, "another-0123456789ab") is MessageKind.QUESTION


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_but_a_question_is_met_in_one_way(kind: MessageKind) -> None:
    ways = [kind is MessageKind.QUESTION, kind.small_talk is not None, kind.of_index is not None]
    assert ways.count(True) == 1


@pytest.mark.parametrize("kind", SmallTalk)
def test_small_talk_has_a_text_of_one_line(kind: SmallTalk) -> None:
    assert len(text(kind).splitlines()) == 1
