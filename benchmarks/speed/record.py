"""The record of a run: what was measured, on which machine, from which code, as JSON."""

import json
import os
import platform
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import corpus
from benchmarks.speed.corpora import encoder_id
from benchmarks.speed.names import ENCODER_ALONE
from benchmarks.speed.process import ROOT, Worker, WorkerError
from benchmarks.speed.run import Run
from index.machine import usable_cores

RESULTS = ROOT / "benchmarks/results/speed.json"
_VERSIONS = ("dealbot", "bm25s", "faiss-cpu", "numpy", "onnxruntime", "tokenizers")
Record = dict[str, Any]


def origin(run: Run) -> Record:
    """Enough to measure it again."""
    return {
        **made_from(),
        "rounds": run.rounds,
        "questions_a_round": run.questions,
        "peers_versions": _peers_versions(run),
    }


def made_from() -> Record:
    """When, from which code, on which machine and with which encoder something was measured."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--", "bot", "index", "benchmarks")),
        "machine": _machine(),
        "threads": usable_cores(),
        "seed": corpus.SEED,
        "encoder": encoder_id(),
        "versions": {name: version(name) for name in _VERSIONS},
    }


def load(path: Path) -> Record:
    found: Record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def save(record: Record, path: Path) -> None:
    """A row a line, so that a diff shows which figures changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = ",\n".join(f" {json.dumps(name)}: {_lines(value)}" for name, value in record.items())
    path.write_text(f"{{\n{fields}\n}}\n", encoding="utf-8")


def _lines(value: Any) -> str:
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return json.dumps(value)
    rows = ",\n  ".join(map(json.dumps, value))
    return f"[\n  {rows}\n ]"


def _machine() -> Record:
    return {
        "cpu": _field("/proc/cpuinfo", "model name"),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(int(_field("/proc/meminfo", "MemTotal").split()[0]) * 1024 / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _field(file: str, name: str) -> str:
    """The first value of that name in one of the kernel's files of names and values."""
    return next(_values(Path(file).read_text(encoding="utf-8"), name), "unknown 0")


def _values(text: str, name: str) -> Iterator[str]:
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            yield value.strip()


def _peers_versions(run: Run) -> dict[str, str]:
    """As their environment says itself."""
    found: dict[str, str] = {}
    for system in (*run.peers, ENCODER_ALONE) if run.peers else ():
        try:
            with Worker(system) as worker:
                found |= worker.do("versions")
        except WorkerError as error:
            run.leaving_out("versions")(system, str(error))
    return dict(sorted(found.items()))


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
