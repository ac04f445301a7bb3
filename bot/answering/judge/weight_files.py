"""Weights in the package: check them against the checksums of their record, and open them."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from index.encoder.onnx import ORT_ERRORS, onnxruntime, open_session
from index.errors import EncoderError
from index.files.publication import file_digest

_REMEDY = "Install dealbot again."


class WeightsRecord(BaseModel):
    """Base of the records of weights. `files` maps each file name to its SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: dict[str, str]


R = TypeVar("R", bound=WeightsRecord)


def checked_record(kind: type[R], folder: Path, record_file: str, name: str) -> R:
    """Read the record in a folder, and check every file against its checksum. `name` is that of the
    model in messages. Raises EncoderError if a file is missing, unreadable or damaged."""
    try:
        record = kind.model_validate_json((folder / record_file).read_bytes())
        damaged = [f for f, digest in record.files.items() if file_digest(folder / f) != digest]
    except (OSError, ValueError) as error:
        raise EncoderError(f"The {name} in {folder} cannot be read: {error}. {_REMEDY}") from error
    if damaged:
        raise EncoderError(f"{folder / damaged[0]} is damaged: its checksum is wrong. {_REMEDY}")
    return record


def open_weights(path: Path, name: str) -> onnxruntime.InferenceSession:
    """Open a model. Raises EncoderError if onnxruntime cannot load it."""
    try:
        return open_session(path)
    except ORT_ERRORS as error:
        raise EncoderError(f"onnxruntime cannot load the {name}: {error}. {_REMEDY}") from error
