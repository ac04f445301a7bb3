"""Embedding tables of ONNX files, mapped instead of loaded.

A table of word embeddings is half of a small model: 12 of 23 MB. onnxruntime would copy it to
memory for each model. A mapped table is read on demand, by all processes from the same memory, and
models with equal tables share one.
"""

import mmap
from collections.abc import Iterator
from math import prod
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from index.files.plain_files import open_plain

_FEWEST_BYTES = 4_000_000  # a smaller table is not worth a mapping
# Numbers of ONNX's protocol buffers, and numpy's types by ONNX's number.
_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_NODE_INPUT, _NODE_OPERATOR = 1, 4
_DIMENSIONS, _TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9
_TYPES = {1: "<f4", 2: "u1", 3: "i1", 10: "<f2"}
_LOOKUP = b"Gather"

Table = NDArray[Any]
Bytes = memoryview


class _Field(NamedTuple):
    """A field of a message: its number, and its value or its bytes."""

    number: int
    value: int
    data: Bytes


def map_tables(path: Path) -> dict[str, Table]:
    """Map the large tables of a model whose rows are looked up, by name. They remain readable until
    the last reference to them is gone. Return none of a file that is not a model: onnxruntime says
    what is wrong with it. Raises OSError if the file cannot be read."""
    with open_plain(path) as file:
        if not path.stat().st_size:
            return {}
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    try:
        found = dict(_tables(mapped))
    except (IndexError, ValueError):
        return {}
    return {name: _shared(table) for name, table in found.items()}


_opened: "WeakValueDictionary[int, Table]" = WeakValueDictionary()
_comparing = Lock()


def _shared(table: Table) -> Table:
    """Return an equal table that is in use, or this one."""
    with _comparing:
        for other in list(_opened.values()):
            if other.dtype == table.dtype and np.array_equal(other, table):
                return other
        _opened[id(table)] = table
        return table


def _tables(model: Bytes) -> Iterator[tuple[str, Table]]:
    """Yield the large tables of a model that its lookups read."""
    parts = [part for graph in _of(model, _GRAPH) for part in _fields(graph)]
    nodes = (list(_fields(part.data)) for part in parts if part.number == _NODE)
    looked_up = {_first(node, _NODE_INPUT) for node in nodes if _LOOKUP in _operators(node)}
    for part in parts:
        if part.number == _INITIALIZER and len(part.data) >= _FEWEST_BYTES:
            fields = list(_fields(part.data))
            name = _first(fields, _NAME)
            if name in looked_up and (table := _table(fields)) is not None:
                yield name.decode(), table


def _operators(node: list[_Field]) -> list[bytes]:
    return [bytes(field.data) for field in node if field.number == _NODE_OPERATOR]


def _first(fields: list[_Field], number: int) -> bytes:
    return next((bytes(field.data) for field in fields if field.number == number), b"")


def _table(tensor: list[_Field]) -> Table | None:
    """Return the numbers of a tensor in their place in the file; None if their type is another one
    or they do not fill the tensor, as with numbers in a file of their own."""
    shape = [field.value for field in tensor if field.number == _DIMENSIONS]
    (kind,) = [_TYPES.get(field.value) for field in tensor if field.number == _TYPE]
    data = next((field.data for field in tensor if field.number == _RAW_DATA), None)
    if data is None or kind is None or len(data) != prod(shape) * np.dtype(kind).itemsize:
        return None
    table = np.frombuffer(data, kind).reshape(shape)
    return table if table.flags.aligned else None


def _of(message: Bytes, number: int) -> list[Bytes]:
    return [field.data for field in _fields(message) if field.number == number]


def _fields(message: Bytes) -> Iterator[_Field]:
    """Yield the fields of a message. Raises IndexError or ValueError if it is not one."""
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


def _number(message: Bytes, place: int) -> tuple[int, int]:
    """Read a number of 7 bits a byte. Return it and the place after it."""
    found = shift = 0
    while True:
        byte = message[place]
        found |= (byte & 127) << shift
        shift, place = shift + 7, place + 1
        if byte < 128:
            return found, place
