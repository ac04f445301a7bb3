"""The layout of the judge's input: order, token types, bounds, limits and averaging."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from bot.answering.judge.inputs import (
    MAX_ASKED_TOKENS,
    MAX_SENTENCE_TOKENS,
    MAX_TITLE_TOKENS,
    MAX_WINDOW_TOKENS,
    InputEncoder,
    Layout,
    Task,
    TextTokens,
)
from bot.answering.judge.model import WEIGHTS
from bot.answering.judge.record import TOKENIZER_FILE

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[unused0]")
WORDS = ("who", "leads", "tarn", "the", "mayor", "ann", "bell", "##s", "?", ".")


def small_tokenizer(*special: str) -> Tokenizer:
    """Build a WordPiece tokenizer of a few words, so that a test can read its pieces."""
    vocabulary = {word: number for number, word in enumerate((*special, *WORDS))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


TOKENIZER = small_tokenizer(*SPECIAL)
ENCODER = InputEncoder(TOKENIZER)


@pytest.fixture(scope="module")
def shipped() -> InputEncoder:
    """Build the input encoder that the weights were trained with."""
    tokenizer = Tokenizer.from_file(str(WEIGHTS / TOKENIZER_FILE))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return InputEncoder(tokenizer)


def laid_out(task: Task, asked: str, title: str, *sentences: str) -> Layout:
    return ENCODER.layout(
        task, ENCODER.tokens(asked), ENCODER.tokens(title), [*map(ENCODER.tokens, sentences)]
    )


def token_of(number: int) -> str:
    token = TOKENIZER.id_to_token(number)
    assert token is not None
    return token


def shown(layout: Layout) -> str:
    """Return the tokens of a layout in words."""
    return " ".join(map(token_of, layout.ids.tolist()))


def words(count: int) -> TextTokens:
    """Return the tokens of a text of `count` words."""
    return ENCODER.tokens("tarn " * count)


def test_question_title_and_sentences_stand_in_order() -> None:
    layout = laid_out(Task.QUESTION, "Who leads Tarn?", "The mayor", "Ann Bell.", "Bells lead.")
    assert shown(layout) == (
        "[CLS] who leads tarn ? [SEP] the mayor [SEP] ann bell . bell ##s [UNK] . [SEP]"
    )
    assert layout.bounds == ((9, 12), (12, 16))


def test_a_claim_has_a_marker_in_front() -> None:
    layout = laid_out(Task.CLAIM, "Ann Bell leads.", "The mayor", "Ann.")
    assert shown(layout) == "[CLS] [unused0] ann bell leads . [SEP] the mayor [SEP] ann . [SEP]"
    assert layout.bounds == ((10, 12),)


def test_an_empty_title_leaves_no_separator() -> None:
    layout = laid_out(Task.QUESTION, "Who?", "", "Ann.")
    assert shown(layout) == "[CLS] who ? [SEP] ann . [SEP]"


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("title", ["", "The mayor"])
def test_token_types_are_one_from_the_first_sentence_on(task: Task, title: str) -> None:
    layout = laid_out(task, "Who leads?", title, "Ann.", "Bell.")
    first = layout.bounds[0][0]
    assert layout.types.tolist() == [0] * first + [1] * (len(layout.ids) - first)
    assert shown(layout).split()[first - 1] == "[SEP]"


def test_each_part_is_cut_at_its_limit() -> None:
    parts = words(MAX_ASKED_TOKENS + 9), words(MAX_TITLE_TOKENS + 9)
    layout = ENCODER.layout(Task.QUESTION, *parts, [words(MAX_SENTENCE_TOKENS + 9), words(5)])
    first = 1 + MAX_ASKED_TOKENS + 1 + MAX_TITLE_TOKENS + 1
    end = first + MAX_SENTENCE_TOKENS
    assert layout.bounds == ((first, end), (end, end + 5))
    separators = [i for i, token in enumerate(shown(layout).split()) if token == "[SEP]"]
    assert separators == [1 + MAX_ASKED_TOKENS, first - 1, end + 5]


def test_a_full_window_cuts_its_last_sentences() -> None:
    sentences = [words(MAX_SENTENCE_TOKENS)] * 3 + [words(4)]
    layout = ENCODER.layout(Task.QUESTION, words(3), words(0), sentences)
    lengths = [end - start for start, end in layout.bounds]
    left = MAX_WINDOW_TOKENS - 2 * MAX_SENTENCE_TOKENS
    assert lengths == [MAX_SENTENCE_TOKENS, MAX_SENTENCE_TOKENS, left, 0]
    assert len(layout.ids) == layout.bounds[0][0] + MAX_WINDOW_TOKENS + 1


@given(
    task=st.sampled_from(Task),
    asked=st.integers(0, 60),
    title=st.integers(0, 20),
    lengths=st.lists(st.integers(0, 130), max_size=8),
)
def test_averaging_weighs_the_tokens_of_each_sentence_alike(
    task: Task, asked: int, title: int, lengths: list[int]
) -> None:
    layout = ENCODER.layout(task, words(asked), words(title), [*map(words, lengths)])
    matrix = layout.averaging()
    assert matrix.dtype == np.float32
    assert matrix.shape == (len(lengths), len(layout.ids))
    before = layout.bounds[0][0] if lengths else 0
    for row, (start, end) in zip(matrix, layout.bounds, strict=True):
        assert start == before
        before = end
        assert row.sum() == pytest.approx(float(end > start), abs=1e-6)
        assert set(np.flatnonzero(row).tolist()) == set(range(start, end))
        assert len(set(row[start:end].tolist())) <= 1


def test_a_lone_surrogate_is_read_as_a_question_mark() -> None:
    assert ENCODER.tokens("tarn \ud800 bell") == ENCODER.tokens("tarn ? bell")


def test_offsets_count_code_points() -> None:
    text = "😀 Tarn\udfff Café Bells 👩‍🍳 Ann"
    pieces = [text[start:end] for start, end in ENCODER.tokens(text).offsets]
    assert pieces == ["😀", "Tarn", "\udfff", "Café", "Bell", "s", "👩‍🍳", "Ann"]


@given(st.text(alphabet=st.characters(), max_size=60))
def test_shipped_offsets_lie_in_the_text_in_order(shipped: InputEncoder, text: str) -> None:
    tokens = shipped.tokens(text)
    assert len(tokens.ids) == len(tokens.offsets)
    # One character may give several tokens, each with the same offsets.
    starts, ends = [start for start, _ in tokens.offsets], [end for _, end in tokens.offsets]
    assert (starts, ends) == (sorted(starts), sorted(ends))
    assert all(0 <= start <= end <= len(text) for start, end in tokens.offsets)


def test_the_shipped_tokenizer_neither_cuts_nor_pads(shipped: InputEncoder) -> None:
    assert len(shipped.tokens("bridge " * 250).ids) == 250
    assert shipped.tokens("").ids == []


def test_a_text_is_read_up_to_its_limit(shipped: InputEncoder) -> None:
    text = "bridge " * 300
    tokens = shipped.tokens(text)
    assert MAX_SENTENCE_TOKENS < len(tokens.ids) < 300
    assert shipped.tokens(text + "harbour " * 100_000) == tokens


@pytest.mark.parametrize("missing", ["[CLS]", "[SEP]", "[unused0]"])
def test_a_tokenizer_without_a_needed_token_is_refused(missing: str) -> None:
    tokenizer = small_tokenizer(*(token for token in SPECIAL if token != missing))
    with pytest.raises(ValueError, match=rf"has no \[{missing[1:-1]}\]"):
        InputEncoder(tokenizer)
