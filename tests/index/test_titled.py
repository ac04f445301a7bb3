"""Vectors of sentences under the title of their article."""

import numpy as np
import pytest

from index.encoder.encoder import Encoder
from index.stores.titled import TITLE_WEIGHT, encode_titled, titled_vectors
from index.stores.vector_cache import keys_of, titled_keys

SENTENCES = ["It costs $5 million.", "Mayor Una Falk opens it."]


def test_a_vector_depends_on_the_sentence_and_the_title_only(encoder: Encoder) -> None:
    together = encode_titled(encoder, "The bridge of Orm", SENTENCES)
    for sentence, vector in zip(SENTENCES, together, strict=True):
        [alone] = encode_titled(encoder, "The bridge of Orm", [sentence])
        np.testing.assert_array_equal(vector, alone)
        plain, title = encoder.encode_passages([sentence, "The bridge of Orm"])
        total = plain + TITLE_WEIGHT * title
        assert vector == pytest.approx(total / np.linalg.norm(total), abs=1e-6)


def test_a_title_brings_a_sentence_nearer_to_a_question_about_it(encoder: Encoder) -> None:
    [question] = encoder.encode_queries(["What does the bridge of Orm cost?"])
    [titled] = encode_titled(encoder, "The bridge of Orm", SENTENCES[:1])
    [plain] = encode_titled(encoder, "", SENTENCES[:1])
    assert titled @ question > plain @ question + 0.05
    np.testing.assert_array_equal(plain, encoder.encode_passages(SENTENCES[:1])[0])


def test_titled_vectors_have_length_one() -> None:
    random = np.random.default_rng(1).standard_normal((2, 5, 8)).astype(np.float32)
    sentences, titles = random / np.linalg.norm(random, axis=2, keepdims=True)
    for found in (titled_vectors(sentences, titles), titled_vectors(sentences, -sentences)):
        assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(5), abs=1e-6)


def test_keys_tell_texts_under_titles_from_each_other_and_from_texts() -> None:
    keys = [
        *titled_keys("a", ["b: c", "c"]).tolist(),
        *titled_keys("a: b", ["c"]).tolist(),
        *titled_keys("ab", [": c"]).tolist(),
        *keys_of(["c", "a: b: c", f"{TITLE_WEIGHT} 1 ab: c"]).tolist(),
    ]
    assert len({tuple(key) for key in keys}) == len(keys)
    assert (titled_keys("", ["c"]) == keys_of(["c"])).all()
