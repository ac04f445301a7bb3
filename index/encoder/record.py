"""The record of an adopted encoder, in encoder.json beside its files."""

import hashlib
import json
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from index.errors import EncoderError
from index.files.plain_files import read_plain
from index.files.seals import Sealed, seal_matches

SCHEMA_VERSION: Literal[2] = 2
MODEL_FILE, TOKENIZER_FILE, GOLDEN_FILE = "model.onnx", "tokenizer.json", "golden.npy"
RECORD_FILE = "encoder.json"
_MOST_BYTES = 1_000_000  # a record has about two thousand

_FILES = (MODEL_FILE, TOKENIZER_FILE, GOLDEN_FILE)

# The default encoder, part of the package. The folder is laid out like one of adopted encoders.
SHIPPED = Path(__file__).parent / "shipped"

InputName = Literal["input_ids", "attention_mask", "token_type_ids"]
INPUT_NAMES: tuple[InputName, ...] = get_args(InputName)

_GOLDEN_TEXTS = (
    "The train leaves at nine.",
    "How long will the repair of the old bridge take?",
    ".",
    "A café in Zürich sells 東京 tea — “fresh”, at 25 % off 🚆.",
    "  Of 12.5 million units, 3,000 (0.024%) were returned by 2026-01-15. ",
    "The harbour was closed for two days. Ships waited outside, and the mayor, who had warned "
    "of the storm, said that she would not comment before the inquiry had ended.",
)


def remedy(path: Path) -> str:
    """Say how to repair an encoder with a damaged file or folder at `path`."""
    if path.is_relative_to(SHIPPED):
        return "Install dealbot again."
    return "Adopt it again: dealbot model adopt"


def golden_texts(max_tokens: int) -> tuple[str, ...]:
    """Return the texts whose vectors are stored at adoption; the last exceeds `max_tokens`."""
    return (*_GOLDEN_TEXTS, "Long texts are cut off at the end. " * (max_tokens // 8 + 1))


class Parity(BaseModel):
    """Distance between the export's vectors and the original model's at adoption, as the worst
    cosine. `tried_8_bits` is True if 8 bits were tried. `loss_in_8_bits` is their retrieval loss
    (see index.encoder.parity), None if it could not be measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    worst_cosine: float
    tolerance: float
    texts: int
    tried_8_bits: bool = False
    loss_in_8_bits: float | None = None


class EncoderRecord(Sealed):
    """All facts about an adopted encoder, stored beside it as encoder.json."""

    schema_version: Literal[2]
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    source: str  # package==version, or a folder's base name: never a path of this machine
    weights_sha256: str
    config_sha256: str  # over the original's configuration and tokenizer files
    dimension: int = Field(gt=0)
    max_tokens: int = Field(gt=0)
    pooling: str  # as the model's modules report it
    query_prompt: str
    passage_prompt: str
    precision: Literal["fp32", "int8"]
    inputs: tuple[InputName, ...]
    pad_token: str
    pad_id: int
    files: dict[str, str]  # name -> sha256
    parity: Parity
    versions: dict[str, str]  # of the tools that made the export

    @field_validator("files")
    @classmethod
    def _names_every_file(cls, files: dict[str, str]) -> dict[str, str]:
        if set(files) != set(_FILES):
            raise ValueError(f"must name exactly {', '.join(_FILES)}")
        return files

    @property
    def id(self) -> str:
        """Name and digest of everything that determines the vectors. The exported files are
        excluded: their bytes differ between two adoptions of one model, but its vectors do not (see
        parity). An index built on one machine must open on another."""
        meaning = self.model_dump(
            mode="json", exclude={"seal", "name", "source", "files", "parity", "versions"}
        )
        canonical = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
        return f"{self.name}-{hashlib.sha256(canonical.encode()).hexdigest()[:12]}"


def read_record(folder: Path) -> EncoderRecord:
    """Read the record of the encoder in `folder` without checking its files. Raises EncoderError if
    the record is missing or damaged."""
    path = folder / RECORD_FILE
    try:
        data = read_plain(path, _MOST_BYTES)
        record = EncoderRecord.model_validate_json(data)
    except FileNotFoundError as error:
        told = f"{path} is missing" if folder.is_dir() else f"There is no encoder in {folder}"
        raise EncoderError(f"{told}. {remedy(folder)}") from error
    except OSError as error:
        raise EncoderError(f"{path} cannot be read: {error.strerror}. {remedy(folder)}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "its JSON"
        raise EncoderError(
            f"{path} is damaged or from another version of dealbot ({where}: {first['msg']}). "
            f"{remedy(folder)}"
        ) from error
    # Records from before seals existed have none.
    if "seal" in record.model_fields_set and not seal_matches(data, record.seal):
        raise EncoderError(f"{path} is damaged: its checksum does not match. {remedy(folder)}")
    return record
