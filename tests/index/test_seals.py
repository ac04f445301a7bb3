"""A sealed record matches what was written, to the byte."""

from hypothesis import given
from hypothesis import strategies as st

from index.files.seals import Sealed, seal_matches


class Record(Sealed):
    text: str
    number: int


records = st.builds(Record, text=st.text(), number=st.integers())


@given(records)
def test_a_record_reads_back_with_a_seal_that_holds(record: Record) -> None:
    data = record.sealed().json_text().encode()
    read = Record.model_validate_json(data)
    assert seal_matches(data, read.seal)
    assert read.sealed() == read
    assert (read.text, read.number) == (record.text, record.number)


@given(records, st.data())
def test_no_byte_changes_unnoticed(record: Record, data: st.DataObject) -> None:
    sealed = record.sealed()
    changed = bytearray(sealed.json_text().encode())
    position = data.draw(st.integers(0, len(changed) - 1))
    changed[position] ^= data.draw(st.integers(1, 255))
    assert not seal_matches(bytes(changed), sealed.seal)


def test_what_was_never_sealed_does_not_hold() -> None:
    record = Record(text="a", number=1)
    assert not seal_matches(record.json_text().encode(), record.seal)
