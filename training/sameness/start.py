"""The judge as a torch module, read back from its 8-bit weights: the start of the training."""

from collections.abc import Mapping

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from bot.answering.judge.model import WEIGHTS
from bot.answering.judge.record import MODEL_FILE
from training.judge.net import JudgeNet

_IN_LAYER = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
_QUANTIZED = "_quantized"


def judge_net(folder: str) -> JudgeNet:
    """Build the judge's net with the weights of the package. `folder` has the model that it was
    made from. Raises ValueError if the exported graph has other matrices than expected."""
    net = JudgeNet(folder)
    graph = onnx.load(WEIGHTS / MODEL_FILE).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    weights = {
        name.removeprefix("net."): torch.from_numpy(np.array(array))
        for name, array in stored.items()
        if name.startswith("net.") and array.dtype == np.float32 and array.ndim
        and not name.endswith("_scale")
    }  # fmt: skip
    for name in stored:
        if name.startswith("net.") and name.endswith(_QUANTIZED):
            plain = name.removesuffix(_QUANTIZED)
            weights[plain.removeprefix("net.")] = _restored(stored, plain)
    layers = len(net.body.encoder.layer)
    names = [f"body.encoder.layer.{i}.{part}" for i in range(layers) for part in _IN_LAYER]
    names += ["hidden", "sentence", "token"]
    matrices = sorted(
        (name.removesuffix(_QUANTIZED) for name in stored
         if name.startswith("val_") and name.endswith(_QUANTIZED)),
        key=lambda name: int(name.removeprefix("val_")),
    )  # fmt: skip
    if len(matrices) != len(names):
        raise ValueError(f"the judge has {len(matrices)} matrices, {len(names)} were expected")
    for name, matrix in zip(names, matrices, strict=True):
        weights[f"{name}.weight"] = _restored(stored, matrix).T.contiguous()
    net.load_state_dict(weights, strict=False)
    return net


def _restored(stored: Mapping[str, np.ndarray], name: str) -> torch.Tensor:
    whole = stored[f"{name}{_QUANTIZED}"].astype(np.float32)
    zero = stored[f"{name}_zero_point"].astype(np.float32)
    return torch.from_numpy((whole - zero) * stored[f"{name}_scale"])
