"""Storing the weights of an exported model in 8 bits."""

import logging
from pathlib import Path

from index.errors import EncoderError


def quantize(model: Path, target: Path) -> None:
    """Writes the model again with the weights of its matrices and its embeddings as 8-bit
    integers, each column with a scale of its own; what runs through it is rounded as it comes
    (dynamic quantization). A quarter of the size. Raises EncoderError for a model that the tool
    cannot store so."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it advises a step that is for images
    try:
        quantize_dynamic(model, target, per_channel=True, weight_type=QuantType.QInt8)
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise EncoderError(f"The model cannot be stored in 8 bits: {error}") from error
    finally:
        logging.disable(before)
