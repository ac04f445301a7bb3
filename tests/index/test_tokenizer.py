"""Tokenizers from equal files share a vocabulary, and read texts as any other."""

from pathlib import Path

import pytest
from tokenizers import AddedToken, Tokenizer

from bot.answering.judge.model import WEIGHTS
from bot.answering.judge.record import TOKENIZER_FILE
from index.encoder import tokenizer
from index.encoder.record import SHIPPED
from index.encoder.tokenizer import load_tokenizer

(ENCODER,) = SHIPPED.glob(f"*/{TOKENIZER_FILE}")
TEXTS = ("", "Über 12.5% [MASK] of “it”, don't!", "東京 🚆 naïve", "a" * 300, "[SEP] [unused1] x")


def _plain(path: Path) -> Tokenizer:
    plain = Tokenizer.from_file(str(path))
    plain.no_padding()
    plain.no_truncation()
    return plain


def test_a_loaded_tokenizer_is_the_one_in_the_file() -> None:
    loaded, plain = load_tokenizer(ENCODER), _plain(ENCODER)
    assert loaded.to_str() == plain.to_str()
    for text in TEXTS:
        one, other = loaded.encode(text), plain.encode(text)
        assert (one.ids, one.offsets, one.type_ids) == (other.ids, other.offsets, other.type_ids)


def test_added_tokens_are_kept(tmp_path: Path) -> None:
    with_tokens = _plain(ENCODER)
    with_tokens.add_tokens([AddedToken("dealbot", single_word=True), "<price>"])
    with_tokens.add_special_tokens(["[ARTICLE]"])
    with_tokens.save(str(tmp_path / "tokenizer.json"))
    loaded = load_tokenizer(tmp_path / "tokenizer.json")
    assert loaded.to_str() == with_tokens.to_str()
    assert loaded.encode("[ARTICLE] <price>dealbot").ids == [101, 30_524, 30_523, 30_522, 102]


def test_the_encoder_and_the_judge_parse_one_file() -> None:
    assert (WEIGHTS / TOKENIZER_FILE).read_bytes() == ENCODER.read_bytes()
    tokenizer._parsed.cache_clear()
    load_tokenizer(ENCODER)
    load_tokenizer(WEIGHTS / TOKENIZER_FILE)
    assert tokenizer._parsed.cache_info().misses == 1


def test_settings_are_not_shared() -> None:
    short, long = load_tokenizer(ENCODER), load_tokenizer(ENCODER)
    short.enable_truncation(5)
    assert (len(short.encode("one two " * 9).ids), len(long.encode("one two " * 9).ids)) == (5, 20)
    assert load_tokenizer(ENCODER).truncation is None


def test_a_damaged_file_is_reported_again_and_again(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    for _ in range(2):
        with pytest.raises(Exception, match="Model missing"):
            load_tokenizer(tmp_path / "tokenizer.json")
