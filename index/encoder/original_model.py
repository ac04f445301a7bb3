"""The original model in sentence-transformers: loading, inspection and export."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.encoder.exported_program import save_program
from index.encoder.model_source import EXTRA, ModelSource
from index.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def load_original(source: ModelSource) -> "SentenceTransformer":
    try:
        import onnx  # noqa: F401  # torch's exporter needs them; fail here if missing
        import onnx_ir  # noqa: F401
        import onnxscript  # noqa: F401
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise EncoderError(f"Adopting a model needs the 'adopt' extra: {EXTRA}") from error
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no types
    try:
        model = SentenceTransformer(
            str(source.folder.resolve()),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={
                "use_safetensors": True,
                "dtype": torch.float32,
                # Plain attention steps, which onnxruntime fuses. torch's own attention is exported
                # with steps for rows without a token and took a tenth longer.
                "attn_implementation": "eager",
            },
        )
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        ImportError,
        RuntimeError,
        SafetensorError,
    ) as error:
        # A folder made elsewhere can hold anything.
        raise EncoderError(f"{source.folder} cannot be loaded: {_first_line(error)}") from error
    return model.float().eval()


def prompts_of(model: "SentenceTransformer") -> tuple[str, str]:
    """Return the prompts before queries and before passages. If the model names neither, its
    default prompt is used for both."""
    prompts = model.prompts
    query = prompts.get("query") or ""
    named = (prompts.get(name) for name in ("document", "passage", "corpus"))
    passage = next((prompt for prompt in named if prompt), "")
    if not query and not passage and model.default_prompt_name:
        query = passage = prompts[model.default_prompt_name] or ""
    return query, passage


def pooling_of(model: "SentenceTransformer", prompt: str) -> str:
    """Return the model's pooling mode. Raises EncoderError if it has none, or excludes the prompt
    from pooling."""
    from sentence_transformers.sentence_transformer.modules import Pooling

    for module in model:
        if isinstance(module, Pooling):
            if prompt and not module.include_prompt:
                raise EncoderError(
                    "This model leaves its prompt out when pooling, which the export cannot do."
                )
            mode = module.pooling_mode
            return mode if isinstance(mode, str) else "+".join(mode)
    raise EncoderError("This model has no pooling, so it gives no vector for a whole text.")


def tokenizer_of(model: "SentenceTransformer") -> tuple[Any, int]:
    """Return the tokenizer and its maximum number of tokens. It includes do_lower_case, which
    sentence-transformers adds to the exported normalizer. Raises EncoderError if the tokenizer is
    unsuitable."""
    tokenizer, limit = model.tokenizer, model.max_seq_length
    if not getattr(tokenizer, "is_fast", False):
        raise EncoderError("This model has no fast tokenizer, so only Python can run it.")
    if tokenizer.pad_token_id is None or "attention_mask" not in tokenizer.model_input_names:
        raise EncoderError("This model's tokenizer cannot pad, so it cannot encode batches.")
    special = ("query_length", "document_length", "query_expansion")
    if any(getattr(model[0], name, None) for name in special):
        raise EncoderError("This model reads queries and passages to different lengths.")
    # Tokenizers without a limit report 10 ** 30.
    if limit is None or limit > 1_000_000:
        raise EncoderError("This model does not say how many tokens it reads (max_seq_length).")
    return tokenizer, int(limit)


def export(
    original: "SentenceTransformer", inputs: Sequence[str], dimension: int, path: Path
) -> None:
    """Write the model to `path`; the same versions write the same bytes in any folder."""
    import torch

    class Exportable(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.original = original

        def forward(
            self,
            input_ids: torch.Tensor,
            attention_mask: torch.Tensor,
            token_type_ids: torch.Tensor | None = None,
        ) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            if token_type_ids is not None:
                features["token_type_ids"] = token_type_ids
            embedding: torch.Tensor = self.original(features)["sentence_embedding"]
            return embedding[:, :dimension]

    # torch.onnx warns about missing torchvision, which is not needed. Importing torch resets the
    # level.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    # Two lengths, so that the trace includes padding.
    example = original.tokenizer(
        ["A short text.", "Another text, which is longer."], padding=True, return_tensors="pt"
    )
    shape = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence")}
    try:
        program = torch.onnx.export(
            Exportable().eval(),
            tuple(example[name] for name in inputs),
            input_names=list(inputs),
            output_names=["sentence_embedding"],
            dynamic_shapes=dict.fromkeys(inputs, shape),
            dynamo=True,
            verbose=False,
        )
    except torch.onnx.OnnxExporterError as error:
        raise EncoderError(
            f"This model cannot be exported to ONNX: {_first_line(error)}"
        ) from error
    save_program(program, path)


def _first_line(error: Exception) -> str:
    """Return the first line of an error, at most 300 characters. torch's errors fill pages with the
    traced program and advice to developers."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:300]
