"""Record of a run as JSON: what was measured, on which machine, from which code."""

import os
import platform
from importlib.metadata import version
from typing import Any

from benchmarks import corpus
from benchmarks.encoder_files import encoder_folder
from benchmarks.machine import ROOT, git, kernel_fields, now
from benchmarks.speed.names import ENCODER_ALONE
from benchmarks.speed.process import Worker, WorkerError
from benchmarks.speed.run import Run
from index.machine import usable_cores

RESULTS = ROOT / "benchmarks/results/speed.json"
_VERSIONS = ("dealbot", "bm25s", "faiss-cpu", "numpy", "onnxruntime", "tokenizers")
Record = dict[str, Any]


def origin(run: Run) -> Record:
    """Return what is needed to repeat the run: that of `made_from`, the size of the run, and the
    versions of the peers."""
    return {
        **made_from(),
        "rounds": run.rounds,
        "questions_a_round": run.questions,
        "peers_versions": _peers_versions(run),
    }


def made_from() -> Record:
    """Return the date, code, machine and encoder of a measurement."""
    return {
        "created": now(),
        "commit": git("rev-parse", "HEAD"),
        "changed": bool(git("status", "--porcelain", "--", "bot", "index", "benchmarks")),
        "machine": _machine(),
        "threads": usable_cores(),
        "seed": corpus.SEED,
        "encoder": encoder_folder().name,
        "versions": {name: version(name) for name in _VERSIONS},
    }


def _machine() -> Record:
    memory_kb = int(kernel_fields("/proc/meminfo")["MemTotal"].split()[0])
    return {
        "cpu": kernel_fields("/proc/cpuinfo").get("model name", "unknown"),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory_kb * 1024 / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _peers_versions(run: Run) -> dict[str, str]:
    """Ask each peer for the versions of its packages. Record a peer that fails as left out."""
    found: dict[str, str] = {}
    for system in (*run.peers, ENCODER_ALONE) if run.peers else ():
        try:
            with Worker(system) as worker:
                found |= worker.do("versions")
        except WorkerError as error:
            run.leaving_out("versions")(system, str(error))
    return dict(sorted(found.items()))
