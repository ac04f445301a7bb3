"""onnxruntime with its telemetry off.

By default its wheels report to their maker: they write a device id to the user's cache folder and
look up host names some seconds after the start. The library reads the variable when it is loaded,
so it must be set before the first import anywhere.
"""

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from index.encoder.tables import Table, shared_tables
from index.machine import return_free_memory

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

# Memory in which all sessions compute. Of their own, each would keep as much as its longest input
# ever needed, rounded up to a power of two: 25 MB more for three models.
_ARENA = {
    "max_mem": 0,
    "arena_extend_strategy": 0,
    "initial_chunk_size_bytes": 4 << 20,
    "max_dead_bytes_per_chunk": -1,
}

_AVX512_VNNI = {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"}


class _Session(onnxruntime.InferenceSession):  # type: ignore[misc]  # it has no types
    """A session that keeps the tables which it reads."""

    def __init__(
        self, path: Path, options: onnxruntime.SessionOptions, tables: Mapping[str, Table]
    ) -> None:
        self._tables = [(n, onnxruntime.OrtValue.ortvalue_from_numpy(t)) for n, t in tables.items()]
        for name, table in self._tables:
            options.add_initializer(name, table)
        super().__init__(
            path,
            options,
            providers=["CPUExecutionProvider"],
            # The fused kernel took ten times as long as the two that it replaces: a quarter of the
            # total.
            disabled_optimizers=["SkipLayerNormFusion"],
        )


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
    # It would keep a plan for every length of input. Without, 5 MB less, and equal times.
    options.enable_mem_pattern = False
    _share_arena()
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
    session = _Session(path, options, shared_tables(path))
    return_free_memory()  # 8 MB of what the file was read into
    return session


@cache
def _share_arena() -> None:
    """Register the memory in which the sessions of this process compute."""
    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    memory = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    onnxruntime.create_and_register_allocator(memory, onnxruntime.OrtArenaCfg(_ARENA))


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
