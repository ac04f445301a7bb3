"""onnxruntime with its telemetry off.

By default its wheels report to their maker: they write a device id to the user's cache folder and
look up host names some seconds after the start. The library reads the variable when it is loaded,
so it must be set before the first import anywhere.
"""

import os
import re
from functools import cache
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

__all__ = ["ORT_ERRORS", "onnxruntime", "open_session"]

# Its exceptions share no base class below Exception.
ORT_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)

_AVX512_VNNI = {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"}


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open a session that runs on the calling thread. Raises one of ORT_ERRORS."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: the warnings are about graph rewriting
    if not _has_vnni():
        # These processors add pairs of 8-bit products in 16 bits, which overflow: the judge's
        # probabilities were off by up to .12. With this setting the sums are exact. With VNNI they
        # are exact anyhow, to the last bit, and the setting would double the time.
        options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(
        path,
        options,
        providers=["CPUExecutionProvider"],
        # The fused kernel took ten times as long as the two that it replaces: a quarter of the
        # total.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


@cache
def _has_vnni(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether onnxruntime uses VNNI, which adds 8-bit products in 32 bits. With AVX-512 it
    needs four other extensions as well. False if the system does not tell."""
    try:
        features = cpuinfo.read_text("utf-8", "replace")
    except OSError:
        return False
    listed = re.search(r"^flags\s*:(.*)", features, re.MULTILINE)
    flags = set(listed[1].split()) if listed else set()
    return flags >= _AVX512_VNNI if "avx512f" in flags else "avx_vnni" in flags
