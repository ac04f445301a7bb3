"""Any file content and any input: read, or refused with a message."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.errors import ExpectedError
from tests.discord.hostile import PIECES
from tests.fuzzing.parsers import PARSERS

_SIGNS = (
    *(b"{", b"}", b"[", b"]", b'"', b"'", b":", b",", b"\\", b"\\ud83d", b"\\u0000", b"---\n"),
    *(b"<", b">", b"<script>", b"<!DOCTYPE html [", b"&x;", b"charset=", b"&a *a", b"!!python/"),
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n", b"null", b"1e999", b"-0"),
    *(b"9" * 5000, b"[" * 2000, b"{" * 200, b"\n- " * 50, b"a" * 3000, b"true", b"2031-13-45"),
    *(piece.encode("utf-8", "surrogatepass") for piece in PIECES),
)


@st.composite
def _changed(draw: st.DrawFn, seed: bytes) -> bytes:
    """Draw a variant of the seed with pieces cut out and inserted."""
    data = seed
    for _ in range(draw(st.integers(0, 6))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
        put = draw(st.sampled_from(_SIGNS) | st.binary(max_size=8) | st.just(data[start:end] * 3))
        data = data[:start] + put + data[draw(st.sampled_from((start, end))) :]
    return data


@pytest.mark.parametrize("name", PARSERS)
def test_anything_is_read_or_refused_in_words(name: str) -> None:
    parser = PARSERS[name]

    @settings(suppress_health_check=list(HealthCheck), deadline=None)
    @given(_changed(parser.seed) | st.binary(max_size=200))
    @example(b"")
    @example(parser.seed)
    def read(data: bytes) -> None:
        told = "read"
        try:
            parser.read(data)
        except ExpectedError as refused:
            told = refused.user_message
        assert told.isprintable()
        assert told.strip()

    read()


@pytest.mark.parametrize("name", PARSERS.keys() - {"evaluation", "manifest", "encoder"})
def test_what_it_begins_with_can_be_read(name: str) -> None:
    """Otherwise every variant of the seed would be refused at once."""
    PARSERS[name].read(PARSERS[name].seed)
