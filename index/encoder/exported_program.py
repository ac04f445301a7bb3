"""ONNX files of exported PyTorch models."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def save_program(program: "torch.onnx.ONNXProgram | None", path: Path) -> None:
    """Write an export of `torch.onnx.export(..., dynamo=True)` to one file. The same versions write
    the same bytes in any folder: the exporter's traces, which name this machine's paths, are left
    out."""
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    assert program is not None  # None only without dynamo
    ClearMetadataAndDocStringPass()(program.model)
    program.save(path, external_data=False)
