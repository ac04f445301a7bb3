"""Export of nets that read one unpadded input with means over its tokens."""

import warnings
from pathlib import Path
from typing import Any

import torch

from index.encoder.exported_program import save_program


class _Unpadded(torch.nn.Module):
    """Net for one unpadded input: its attention mask is all ones."""

    def __init__(self, net: torch.nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, input_ids: torch.Tensor, token_type_ids: torch.Tensor, averaging: torch.Tensor
    ) -> Any:
        return self.net(input_ids, torch.ones_like(input_ids), token_type_ids, averaging)


def export_unpadded(
    net: torch.nn.Module,
    path: Path,
    averaging: torch.Tensor,
    dimensions: dict[int, Any],
    outputs: list[str],
) -> None:
    """Export a net in full precision, for any number of tokens. `averaging` is an example of its
    means, of shape (1, rows, 20). `dimensions` are those of its axes that may vary, except the last
    one, which counts the tokens."""
    tokens = torch.export.Dim("tokens", min=2)
    inputs = (
        torch.ones(1, 20, dtype=torch.long),
        torch.zeros(1, 20, dtype=torch.long),
        averaging,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning)
        warnings.filterwarnings("ignore", category=UserWarning)
        program = torch.onnx.export(
            _Unpadded(net.cpu().eval()),
            inputs,
            input_names=["input_ids", "token_type_ids", "averaging"],
            output_names=outputs,
            dynamic_shapes={
                "input_ids": {1: tokens},
                "token_type_ids": {1: tokens},
                "averaging": {**dimensions, 2: tokens},
            },
            dynamo=True,
            verbose=False,
        )
    save_program(program, path)
