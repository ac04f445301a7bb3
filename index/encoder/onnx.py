"""onnxruntime, with its telemetry off.

Its wheels report to their maker by default: a device id in the user's cache folder, name look-ups
some seconds after the start. The variable is read when the library is loaded, so that it must be
set before the first import, wherever that happens.
"""

import os
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

__all__ = ["ORT_ERRORS", "onnxruntime", "open_session"]

# Its own exceptions share no base below Exception.
ORT_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """A session that runs on the thread that calls it. Raises one of ORT_ERRORS."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: the warnings are about graph rewriting
    return onnxruntime.InferenceSession(
        path,
        options,
        providers=["CPUExecutionProvider"],
        # Its kernel took ten times as long as the two that it stands for: a quarter of all.
        disabled_optimizers=["SkipLayerNormFusion"],
    )
