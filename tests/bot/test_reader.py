"""Reading a question in the words of one generation's articles."""

from pathlib import Path

import pytest

from bot.answering.question.reader import QuestionReader
from bot.answering.ranking.evidence_model import EvidenceModel
from bot.domain.models import Question, Turn
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.generation import open_current
from index.progress import NoProgress

TEXT = (
    "The Tarn Post Gazette saw a letter of intent. Northline Ferries wrote it to Volta Marine. "
    "The TPG printed it."
)


@pytest.fixture(scope="module")
def reader(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> QuestionReader:
    articles, index = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("index")
    (articles / "ferry.txt").write_text(TEXT)
    build_index([articles], Path(index), encoder, NoProgress())
    return QuestionReader(open_current(index), EvidenceModel.load().words)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("What did the TPG print?", "What did the Tarn Post Gazette print?"),
        ("is the loi signed", "is the letter of intent signed"),
        ("**Who** heard from Northlyne?", "Who heard from Northline?"),
        ("What happened on 2031-02-03?", "What happened on 3 February 2031?"),
        ("What happened on 2031-13-03?", "What happened on 2031-13-03?"),
    ],
)
def test_a_question_is_read_in_the_words_of_the_articles(
    reader: QuestionReader, asked: str, read: str
) -> None:
    assert reader.read(Question(question=asked)).text == read


def test_what_the_conversation_carries_over_is_read_so_too(reader: QuestionReader) -> None:
    history = (Turn(question="What is the LoI about?", answer="Boats."),)
    understood = reader.read(Question(question="And when was it signed?", history=history))
    assert "letter of intent" in understood.context
