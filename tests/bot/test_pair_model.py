"""The sameness model: its input, its scores, and files that are damaged or missing."""

import shutil
from pathlib import Path

import pytest

from bot.answering.disagreement import pair_model
from bot.answering.disagreement.pair_inputs import (
    MAX_SENTENCE_TOKENS,
    MAX_TITLE_TOKENS,
    PairLayout,
    Side,
)
from bot.answering.disagreement.pair_model import (
    MODEL_FILE,
    RECORD_FILE,
    SamenessModel,
    load_sameness,
    pair_encoder,
)
from bot.answering.judge.model import load_judge
from index.errors import EncoderError
from index.models import Span

COST = "How much will the Orrin library cost?"


def side(text: str, value: str, title: str = "") -> Side:
    at = text.index(value)
    return Side(title, text, Span(at, at + len(value)))


OLDER = side("The Orrin library will cost $20 million.", "$20 million")
NEWER = side("Builders said on Monday: the Orrin library is to cost $31 million.", "$31 million")


@pytest.fixture
def copied_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the weights and make the model load the copy in this test."""
    folder = tmp_path / "weights"
    shutil.copytree(pair_model.WEIGHTS, folder)
    monkeypatch.setattr(pair_model, "WEIGHTS", folder)
    return folder


def layout(older: Side, newer: Side) -> PairLayout:
    return pair_encoder(load_judge()).layout(COST, older, newer)


def test_a_value_does_not_change_the_input() -> None:
    other = side("The Orrin library will cost half a billion euros.", "half a billion euros")
    assert (layout(OLDER, NEWER).ids == layout(other, NEWER).ids).all()


def test_the_markers_stand_where_the_values_were() -> None:
    made = layout(OLDER, NEWER)
    marker = load_judge().encoder.id_of("[unused1]")
    (places,) = (made.ids == marker).nonzero()
    assert [row.argmax() for row in made.averaging[2:]] == places.tolist()
    assert made.averaging.sum(axis=1) == pytest.approx([1, 1, 1, 1])


def test_a_yes_or_no_is_read_as_a_whole() -> None:
    text = "The library has opened."
    made = layout(Side("", text, None), NEWER)
    assert (made.averaging[0] == made.averaging[2]).all()


@pytest.mark.parametrize("value", ["$20 million", "word 5,"])
def test_long_parts_are_cut_and_keep_the_value(value: str) -> None:
    text = "".join(f"word {n}, " for n in range(300)) + "$20 million" + " more" * 300
    made = layout(side(text, value, "title " * 100), NEWER)
    assert len(made.ids) <= 3 * (MAX_SENTENCE_TOKENS + MAX_TITLE_TOKENS)
    assert made.averaging[2].sum() == 1
    assert (made.ids == load_judge().encoder.id_of("[unused1]")).sum() == 2


@pytest.mark.parametrize("text", ["", " ", "\ud800", "a" * 5_000, "\0"])
def test_hostile_texts_get_a_score(text: str) -> None:
    score = load_sameness().score(text, Side(text, text, Span(0, len(text))), OLDER)
    assert 0 <= score.same <= 1


def test_the_same_thing_scores_higher_than_another_one() -> None:
    model = load_sameness()
    other = side("The Orrin library had $31 million in donations last year.", "$31 million")
    third = side("The Harrow swimming pool is to cost $31 million.", "$31 million")
    same = model.score(COST, OLDER, NEWER).same
    assert same > model.score(COST, OLDER, other).same
    assert same > model.score(COST, OLDER, third).same


def test_golden_scores_are_met_within_their_tolerance() -> None:
    model = load_sameness()
    assert model.record.golden
    assert model.check_golden() <= model.record.golden_tolerance


def test_a_wrong_golden_score_is_noticed() -> None:
    record = load_sameness().record
    golden = record.golden[0]
    moved = golden.model_copy(update={"same": 1.0 if golden.same < 0.5 else 0.0})
    changed = record.model_copy(update={"golden": (moved,)})
    assert SamenessModel(changed).check_golden() > record.golden_tolerance


def test_a_sound_copy_of_the_weights_loads(copied_weights: Path) -> None:
    assert SamenessModel.load().record == load_sameness().record


def test_a_damaged_file_is_refused(copied_weights: Path) -> None:
    path = copied_weights / MODEL_FILE
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(EncoderError, match=r"is damaged.*Install dealbot again") as refused:
        SamenessModel.load()
    assert str(path) in refused.value.user_message


@pytest.mark.parametrize("name", [MODEL_FILE, RECORD_FILE])
def test_a_missing_file_is_refused(copied_weights: Path, name: str) -> None:
    (copied_weights / name).unlink()
    with pytest.raises(EncoderError, match="Install dealbot again"):
        SamenessModel.load()


@pytest.mark.parametrize("record", [b"", b"{}", b"\xff", b'{"files": []}'])
def test_a_damaged_record_is_refused(copied_weights: Path, record: bytes) -> None:
    (copied_weights / RECORD_FILE).write_bytes(record)
    with pytest.raises(EncoderError, match="Install dealbot again"):
        SamenessModel.load()


def test_a_model_that_onnxruntime_cannot_read_is_refused(copied_weights: Path) -> None:
    (copied_weights / MODEL_FILE).write_bytes(b"no model")
    with pytest.raises(EncoderError, match="onnxruntime cannot load"):
        SamenessModel(load_sameness().record)
