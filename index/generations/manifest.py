"""The manifest of a generation: its contents, its sources and its schema version."""

from pathlib import Path
from typing import Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import IndexDamagedError, NewerIndexError, OlderIndexError
from index.files.plain_files import read_plain
from index.files.seals import Sealed, seal_matches
from index.models import DenseType

MANIFEST = "manifest.json"
SENTENCE_VECTORS, PASSAGE_VECTORS = "sentences.faiss", "passage-vectors.npy"
SENTENCE_TERMS, PASSAGE_TERMS = "lexical-sentences", "lexical-passages"
SCHEMA_VERSION: Literal[7] = 7
OLDEST_SERVED: Literal[6] = 6  # of schemas that still answer as they are
# Joined to a folder, so it must not lead out of it.
_ENCODER_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$"
_MOST_BYTES = 10_000_000  # a manifest of a few files has some kilobytes


class DenseRecord(BaseModel):
    """Search type of the sentence vectors. For a compressed index, `recall_at_10` is the share of
    the ten nearest sentences that it found, over `questions` test questions, when questions about
    all sentences were last asked: if few are new, a build asks about these only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: DenseType
    recall_at_10: float = 1.0
    questions: int = 0


class Manifest(Sealed):
    """Contents and sources of a generation. `articles` counts each article once, `versions` the
    earlier versions, which are stored as articles of their own. `title_weight` is the weight of
    titles in the vectors; None where a title was encoded in front of each sentence, as versions
    up to 0.7 did. `files` maps each file's path within the generation to its sha256."""

    schema_version: Literal[6, 7]
    id: str
    created: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$")
    dealbot_version: str
    encoder_id: str = Field(pattern=_ENCODER_ID)
    dimension: int = Field(gt=0)
    articles: int = Field(ge=0)
    versions: int = Field(ge=0)
    sentences: int = Field(gt=0)
    passages: int = Field(gt=0)
    dense: DenseRecord
    title_weight: float | None = None
    reading: str  # version of the code that read the articles
    sources: tuple[str, ...]
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(self.json_text(), encoding="utf-8")


class OlderManifest(BaseModel):
    """The needed part of an older schema's manifest, for a schema whose texts can still be read."""

    model_config = ConfigDict(frozen=True)

    schema_version: Literal[3, 4, 5, 6]
    id: str
    encoder_id: str = Field(pattern=_ENCODER_ID)
    sources: tuple[str, ...]
    files: dict[str, str]


_READABLE_SCHEMAS = get_args(OlderManifest.model_fields["schema_version"].annotation)


class _AnyManifest(BaseModel):
    """Fields that manifests of all schemas share. Those before version 4 have no seal."""

    schema_version: int
    seal: str | None = None


_Manifest = TypeVar("_Manifest", Manifest, OlderManifest)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the generation in `folder`. Raises IndexDamagedError if it is damaged,
    and OlderIndexError or NewerIndexError if it is intact but of another schema."""
    return _read(folder, Manifest)


def read_older_manifest(folder: Path) -> OlderManifest:
    """Read a manifest of an older schema. Raises IndexDamagedError if it is damaged or its schema
    can no longer be read."""
    return _read(folder, OlderManifest)


def manifest_of(data: bytes, name: str) -> Manifest:
    """Read a manifest that is not in a folder; `name` says where it is. Raises like
    `read_manifest`."""
    try:
        found = _AnyManifest.model_validate_json(data)
        if found.seal is None or not seal_matches(data, found.seal):
            raise IndexDamagedError(f"{name} is damaged: its checksum does not match")
        if not OLDEST_SERVED <= found.schema_version <= SCHEMA_VERSION:
            kind = NewerIndexError if found.schema_version > SCHEMA_VERSION else OlderIndexError
            raise kind(
                f"{name} was made by another dealbot (its schema is {found.schema_version}, here "
                f"it is {SCHEMA_VERSION}): upgrade dealbot, or rebuild with: dealbot index build"
            )
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        problem = error.errors()[0]
        raise IndexDamagedError(f"{name} cannot be used ({problem['msg']})") from error


def _read(folder: Path, kind: type[_Manifest]) -> _Manifest:
    path = folder / MANIFEST
    try:
        data = read_plain(path, _MOST_BYTES)
        found = _AnyManifest.model_validate_json(data)
        if found.seal is not None and not seal_matches(data, found.seal):
            raise IndexDamagedError(f"{path} is damaged: its checksum does not match")
        if kind is Manifest:
            _check_schema(folder, found.schema_version)
        return kind.model_validate_json(data)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "JSON"
        raise IndexDamagedError(
            f"{path} cannot be used ({where}: {problem['msg']}); "
            "was it made by another version? Rebuild with: dealbot index build"
        ) from error
    except OSError as error:
        raise IndexDamagedError(f"{path} cannot be read: {error.strerror}") from error


def _check_schema(folder: Path, version: int) -> None:
    if version > SCHEMA_VERSION:
        raise NewerIndexError(
            f"{folder} was made by a newer dealbot (its schema is {version}, here it is "
            f"{SCHEMA_VERSION}): upgrade dealbot"
        )
    if version < OLDEST_SERVED:
        remedy = "rebuild with: dealbot index build"
        if version in _READABLE_SCHEMAS:
            remedy = "migrate it with: dealbot index migrate"
        raise OlderIndexError(
            f"{folder} was made by an older dealbot (its schema is {version}, here it is "
            f"{SCHEMA_VERSION}): {remedy} --index {folder.parents[1]}"
        )
