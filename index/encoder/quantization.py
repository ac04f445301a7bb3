"""Storage of an exported model's weights in 8 bits."""

import logging
from pathlib import Path

from index.errors import EncoderError


def quantize(model: Path, target: Path) -> None:
    """Write the model to `target` with its matrices and embeddings as 8-bit integers, one scale per
    column. Activations are rounded at run time (dynamic quantization). The file shrinks to a
    quarter. Raises EncoderError if the model cannot be quantized."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it recommends a step meant for images
    try:
        quantize_dynamic(model, target, per_channel=True, weight_type=QuantType.QInt8)
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise EncoderError(f"The model cannot be stored in 8 bits: {error}") from error
    finally:
        logging.disable(before)
