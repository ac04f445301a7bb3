"""One-time adoption of a sentence-transformers model: export, check against the original,
publish."""

import contextlib
import importlib.metadata
import os
import shutil
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.encoder.encoder import CURRENT, Encoder, Vectors, installed
from index.encoder.model_source import DEFAULT_NAME, ModelSource, find_source
from index.encoder.original_model import export, load_original, pooling_of, prompts_of, tokenizer_of
from index.encoder.parity import PARITY_TEXTS, retrieval_loss
from index.encoder.quantization import quantize
from index.encoder.record import (
    GOLDEN_FILE,
    INPUT_NAMES,
    MODEL_FILE,
    RECORD_FILE,
    SCHEMA_VERSION,
    TOKENIZER_FILE,
    EncoderRecord,
    InputName,
    Parity,
    golden_texts,
)
from index.encoder.shipped_encoder import Report, changing, use_shipped
from index.errors import EncoderError
from index.files.exchange import exchange
from index.files.publication import (
    file_digest,
    fsync,
    fsync_tree,
    publish_folder,
    staging_folder,
    write_pointer,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_TOLERANCE = 1e-4  # of cosine; a correct fp32 export is within 1e-6 of the original
# Limits for 8 bits: all-MiniLM-L6-v2 is within .02 and loses .007. With coarser rounding of the
# weights (one scale per matrix) it loses .016.
_TOLERANCE_IN_8_BITS, _LOSS_IN_8_BITS = 0.05, 0.02
_TOOLS = ("onnx", "onnxruntime", "onnxscript", "sentence-transformers", "tokenizers", "torch")


def adopt(
    model: str | None, home: Path, *, report: Report, full_precision: bool = False
) -> EncoderRecord:
    """Make `model` the current encoder in `home`. It is a folder or an installed package that
    contains a model. The default model's name exports that model anew; None selects the shipped
    export of it, which needs no torch. Nothing is ever downloaded. The model is stored in 8 bits if
    that hardly changes its search results, unless `full_precision` is set. Adopting again is quick
    and repairs damage. Raises EncoderError, which leaves everything unchanged."""
    if model is None and not full_precision:
        return use_shipped(home, report)
    source = find_source(DEFAULT_NAME if model is None else model)
    with changing(home):
        record = _adopted_before(source, home, report, full_precision)
        record = record or _adopt(source, home, report, full_precision)
        write_pointer(home / CURRENT, record.id)
    report(f"{record.id} is the current encoder.")
    return record


def _adopted_before(
    source: ModelSource, home: Path, report: Report, full_precision: bool
) -> EncoderRecord | None:
    """Return the record of the same model in `home` if its files are intact and its vectors are
    right on this machine; else None."""
    wanted = (source.name, source.weights_sha256, source.config_sha256)
    for record in installed(home):
        if (record.name, record.weights_sha256, record.config_sha256) != wanted:
            continue
        in_full = record.precision == "fp32"
        if not (in_full if full_precision else record.parity.tried_8_bits):
            continue
        report(f"{record.id} is already adopted; checking it.")
        try:
            worst = Encoder.open(home / record.id).check_golden()
        except EncoderError as error:
            report(f"{error.user_message} Adopting it again.")
            continue
        if worst >= 1 - record.parity.tolerance:
            return record
        report(f"Its vectors are off (cosine {worst:.6f}). Adopting it again.")
    return None


def _adopt(source: ModelSource, home: Path, report: Report, full_precision: bool) -> EncoderRecord:
    with staging_folder(home) as staging, _quiet_and_offline():
        report(f"Loading {source.name} from {source.label}.")
        original = load_original(source)
        made = staging / "encoder"
        made.mkdir()
        report("Exporting it to ONNX.")
        record = _make_files(original, source, made)
        report("Comparing the export with the original.")
        texts = (*golden_texts(record.max_tokens), *_texts_of_all_lengths(), *PARITY_TEXTS)
        vectors = _encode(original, texts, (record.query_prompt, record.passage_prompt))
        record = _with_parity(record, _parity(Encoder(made, record), texts, vectors, _TOLERANCE))
        if record.parity.worst_cosine < 1 - _TOLERANCE:
            raise EncoderError(
                f"The export is not faithful: its vectors differ from the original's (cosine "
                f"{record.parity.worst_cosine:.6f} at worst). Nothing was adopted."
            )
        if not full_precision:
            report("Storing it in 8 bits.")
            record = _in_8_bits(made, staging / "smaller", record, texts, vectors, report)
        record = record.sealed()
        (made / RECORD_FILE).write_text(record.json_text(), encoding="utf-8")
        report("Publishing it.")
        final = home / record.id
        if final.exists():  # damaged, or adopted with another precision
            fsync_tree(made)
            exchange(made, final)  # readers find an encoder at every moment
            fsync(home)
        else:
            publish_folder(made, final)
    return record


def _in_8_bits(
    folder: Path,
    beside: Path,
    record: EncoderRecord,
    texts: Sequence[str],
    vectors: Vectors,
    report: Report,
) -> EncoderRecord:
    """Replace the model in the folder by an 8-bit one and return its record. If its search results
    would differ too much, the model stays and only the record changes: it states the loss."""
    loss = None
    try:
        smaller, loss = _smaller(folder, beside, record)
        parity = _parity(smaller, texts, vectors, _TOLERANCE_IN_8_BITS)
        near = parity.worst_cosine >= 1 - _TOLERANCE_IN_8_BITS
        if near and loss <= _LOSS_IN_8_BITS:
            record = _with_parity(smaller.record, parity)
            (beside / MODEL_FILE).replace(folder / MODEL_FILE)
        else:
            report("Search results would change in 8 bits: it stays in full precision.")
    except EncoderError as error:
        report(f"It stays in full precision. {error.user_message}")
    tried = {"tried_8_bits": True, "loss_in_8_bits": loss}
    return _with_parity(record, record.parity.model_copy(update=tried))


def _smaller(folder: Path, beside: Path, record: EncoderRecord) -> tuple[Encoder, float]:
    """Build the 8-bit encoder in `beside`; return it with its retrieval loss."""
    shutil.copytree(folder, beside)
    quantize(folder / MODEL_FILE, beside / MODEL_FILE)
    files = {**record.files, MODEL_FILE: file_digest(beside / MODEL_FILE)}
    changes = {"precision": "int8", "files": files}
    smaller = Encoder(beside, record.model_copy(update=changes))
    return smaller, retrieval_loss(Encoder(folder, record), smaller)


@contextlib.contextmanager
def _quiet_and_offline() -> Iterator[None]:
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"  # huggingface_hub reads it on import
    try:
        with warnings.catch_warnings():
            # torch's exporter calls deprecated parts of torch.
            warnings.filterwarnings("ignore", r"`isinstance\(treespec, LeafSpec\)`", FutureWarning)
            # torch warns because the inputs share their axes, which is intended.
            warnings.filterwarnings("ignore", "# The axis name: ", UserWarning)
            yield
    finally:
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before


def _make_files(
    original: "SentenceTransformer", source: ModelSource, folder: Path
) -> EncoderRecord:
    """Write all files but the record; return the record, whose parity is not measured yet."""
    query_prompt, passage_prompt = prompts_of(original)
    pooling = pooling_of(original, query_prompt or passage_prompt)
    tokenizer, max_tokens = tokenizer_of(original)
    inputs: tuple[InputName, ...] = tuple(
        name for name in INPUT_NAMES if name in tokenizer.model_input_names
    )
    dimension = int(original.get_embedding_dimension() or 0)
    export(original, inputs, dimension, folder / MODEL_FILE)
    (folder / TOKENIZER_FILE).write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    golden = golden_texts(max_tokens)
    np.save(folder / GOLDEN_FILE, _encode(original, golden, (query_prompt, passage_prompt)))
    return EncoderRecord(
        schema_version=SCHEMA_VERSION,
        name=source.name,
        source=source.label,
        weights_sha256=source.weights_sha256,
        config_sha256=source.config_sha256,
        dimension=dimension,
        max_tokens=max_tokens,
        pooling=pooling,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
        precision="fp32",
        inputs=inputs,
        pad_token=tokenizer.pad_token,
        pad_id=tokenizer.pad_token_id,
        files={file.name: file_digest(file) for file in folder.iterdir()},
        parity=Parity(worst_cosine=0, tolerance=_TOLERANCE, texts=0),
        versions={tool: importlib.metadata.version(tool) for tool in _TOOLS},
    )


def _encode(
    original: "SentenceTransformer", texts: Sequence[str], prompts: Iterable[str]
) -> Vectors:
    """Encode with the original model: unit vectors in the order of Encoder.encode_as_both."""
    return np.concatenate(
        [
            original.encode(
                list(texts), prompt=prompt, normalize_embeddings=True, show_progress_bar=False
            )
            for prompt in dict.fromkeys(prompts)
        ]
    ).astype(np.float32)


def _parity(encoder: Encoder, texts: Sequence[str], vectors: Vectors, tolerance: float) -> Parity:
    """Measure the worst cosine between the encoder's vectors and the original's."""
    worst = float((vectors * encoder.encode_as_both(texts)).sum(axis=1).min())
    return Parity(worst_cosine=worst, tolerance=tolerance, texts=len(texts))


def _with_parity(record: EncoderRecord, parity: Parity) -> EncoderRecord:
    return record.model_copy(update={"parity": parity})


def _texts_of_all_lengths() -> list[str]:
    """Make texts of 1 to 70 words."""
    words = 'One boat left, 24 stayed; the keeper of the light wrote: "Fog until noon."'.split()
    return [" ".join(words * 7)[: 3 * length].strip() for length in range(1, 130, 5)]
