"""Embedding tables of ONNX files, which models with equal tables share.

A table of word embeddings is half of a small model: 12 of 23 MB. onnxruntime would keep one for
each model. The tables are copies in memory: a table mapped from its file would change with the
file, and end the process if the file was cut off.
"""

from collections.abc import Iterator
from itertools import islice
from math import prod
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from index.files.plain_files import open_plain

_FEWEST_BYTES = 4_000_000  # a smaller table is not worth sharing
_MOST_FIELDS = 100_000  # of one message; models have some hundreds
_LONGEST_NUMBER = 10  # bytes
# Numbers of ONNX's protocol buffers, and numpy's types by ONNX's number.
_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_NODE_INPUT, _NODE_OPERATOR = 1, 4
_DIMENSIONS, _TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9
_TYPES = {1: "<f4", 2: "u1", 3: "i1", 10: "<f2"}
_LOOKUP = b"Gather"

Table = NDArray[Any]


class _Field(NamedTuple):
    """A field of a message: its number, and its value or its bytes."""

    number: int
    value: int
    data: memoryview


def shared_tables(path: Path) -> dict[str, Table]:
    """Return the large tables of a model whose rows are looked up, by name. A file that is not a
    model, or cannot be read, has none: onnxruntime says what is wrong with it."""
    try:
        with open_plain(path) as file:
            found = dict(_tables(memoryview(file.read())))
    except (OSError, IndexError, ValueError):
        return {}
    return {name: _shared(table) for name, table in found.items()}


_opened: "WeakValueDictionary[int, Table]" = WeakValueDictionary()
_comparing = Lock()


def _shared(table: Table) -> Table:
    """Return an equal table that is in use, or a copy of this one."""
    with _comparing:
        for other in list(_opened.values()):
            if other.dtype == table.dtype and np.array_equal(other, table):
                return other
        own = table.copy()
        own.flags.writeable = False
        _opened[id(own)] = own
        return own


def _tables(model: memoryview) -> Iterator[tuple[str, Table]]:
    """Yield the large tables of a model that its lookups read."""
    graphs = [field.data for field in _fields(model) if field.number == _GRAPH]
    parts = [part for graph in graphs for part in _fields(graph)]
    nodes = (_fields(part.data) for part in parts if part.number == _NODE)
    looked_up = {_first(node, _NODE_INPUT) for node in nodes if _LOOKUP in _operators(node)}
    for part in parts:
        if part.number == _INITIALIZER and len(part.data) >= _FEWEST_BYTES:
            fields = _fields(part.data)
            name = _first(fields, _NAME)
            if name in looked_up and (table := _table(fields)) is not None:
                yield name.decode(), table


def _operators(node: list[_Field]) -> list[bytes]:
    return [bytes(field.data) for field in node if field.number == _NODE_OPERATOR]


def _first(fields: list[_Field], number: int) -> bytes:
    return next((bytes(field.data) for field in fields if field.number == number), b"")


def _table(tensor: list[_Field]) -> Table | None:
    """Return the numbers of a tensor. None if they have another type than those of `_TYPES`, or do
    not fill the tensor, as with numbers in a file of their own."""
    shape = [field.value for field in tensor if field.number == _DIMENSIONS]
    (kind,) = [_TYPES.get(field.value) for field in tensor if field.number == _TYPE]
    data = next((field.data for field in tensor if field.number == _RAW_DATA), None)
    if data is None or kind is None or len(data) != prod(shape) * np.dtype(kind).itemsize:
        return None
    return np.frombuffer(data, kind).reshape(shape)


def _fields(message: memoryview) -> list[_Field]:
    """Return the fields of a message. Raises IndexError or ValueError if it is not one, or has too
    many."""
    fields = list(islice(_read_fields(message), _MOST_FIELDS + 1))
    if len(fields) > _MOST_FIELDS:
        raise ValueError(f"more than {_MOST_FIELDS:,} fields")
    return fields


def _read_fields(message: memoryview) -> Iterator[_Field]:
    place = 0
    while place < len(message):
        key, place = _number(message, place)
        value, length = 0, {1: 8, 5: 4}.get(key & 7, 0)
        if key & 7 == 0:
            value, place = _number(message, place)
        elif key & 7 == 2:
            length, place = _number(message, place)
        elif not length:
            raise ValueError(f"unknown kind of field: {key & 7}")
        if place + length > len(message):
            raise ValueError("a field ends beyond its message")
        yield _Field(key >> 3, value, message[place : place + length])
        place += length


def _number(message: memoryview, place: int) -> tuple[int, int]:
    """Read a number of 7 bits a byte. Return it and the place after it."""
    found = 0
    for length in range(_LONGEST_NUMBER):
        byte = message[place + length]
        found |= (byte & 127) << 7 * length
        if byte < 128:
            return found, place + length + 1
    raise ValueError(f"a number of more than {_LONGEST_NUMBER} bytes")
