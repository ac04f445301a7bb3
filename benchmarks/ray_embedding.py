"""Building on Ray beside building here: `python -m benchmarks.ray_embedding`.

The same generated articles are built in turn on all cores of this machine, and on a Ray cluster of
one node with one core for each core of this machine, on the same cores. The time of a build on Ray
includes the connection and the start of the workers, but not the start of the cluster. Goals: no
vector differs, and the median of the ratios of a round is at most 1.3.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpus import generate
from benchmarks.machine import ROOT, now, tell
from benchmarks.results_file import save, save_lines, save_tables
from index.building.build import BuildOptions, build_index
from index.building.ray_embedding import ray_embedder
from index.encoder.encoder import default_home, open_current
from index.generations.generation import open_current as open_generation
from index.machine import usable_cores
from index.progress import NoProgress

_MOST_RATIO = 1.3
_RESULTS = ROOT / "benchmarks" / "results" / "ray_embedding.json"
_PAGE = ROOT / "docs" / "bulk-embedding.md"
_ENCODER = open_current(default_home())


class _Stage(NoProgress):
    """Progress listener that measures the stage in which sentences are encoded."""

    seconds = 0.0
    _since: float | None = None

    def start(self, stage: str, total: int | None) -> None:
        if self._since is not None:
            self.seconds = time.perf_counter() - self._since
        self._since = time.perf_counter() if stage == "Encoding sentences" else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--update", action="store_true", help="write the results and the page")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _cluster() as address:
        folder = Path(name)
        save_lines((each.record for each in generate(args.sentences)), folder / "a.jsonl")
        rounds = [_round(folder, address, turn) for turn in range(args.rounds)]
    record = _summary(rounds) | {"sentences": args.sentences, "cores": usable_cores()}
    tell(_table(record))
    if args.update:
        save({"measured": now(), **record}, _RESULTS)
        save_tables(_table(record), "ray", _PAGE)
    return int(record["different"] > 0 or record["ratio"] > _MOST_RATIO)


def _round(folder: Path, address: str, turn: int) -> dict[str, Any]:
    here, there = folder / f"here{turn}", folder / f"ray{turn}"
    local, local_stage = _build(folder / "a.jsonl", here, None)
    ray, ray_stage = _build(folder / "a.jsonl", there, address)
    row = {
        "local_s": round(local, 2),
        "ray_s": round(ray, 2),
        "local_encoding_s": round(local_stage, 2),
        "ray_encoding_s": round(ray_stage, 2),
        "different": _different(here, there),
        "load": round(os.getloadavg()[0], 1),
    }
    tell(str(row))
    return row


def _build(articles: Path, index: Path, address: str | None) -> tuple[float, float]:
    """Build an index; return the seconds of the whole build and of encoding."""
    start, stage = time.perf_counter(), _Stage()
    connection = ray_embedder(address, _ENCODER, default_home(), tell) if address else nullcontext()
    with connection as embedder:
        build_index([articles], index, _ENCODER, stage, BuildOptions(embedder=embedder))
    return time.perf_counter() - start, stage.seconds


def _different(one: Path, other: Path) -> int:
    """Count the sentences with different vectors, bit by bit."""
    texts = [open_generation(index).texts for index in (one, other)]
    count = texts[0].sentence_count
    assert count == texts[1].sentence_count
    vectors = [_cached(index) for index in (one, other)]
    assert vectors[0].keys() == vectors[1].keys()
    return sum(vectors[0][key] != vectors[1][key] for key in vectors[0])


def _cached(index: Path) -> dict[bytes, bytes]:
    """Return all vectors of an index by the hash of their text. The order of the cache differs
    between builds on Ray."""
    [folder] = (index / "vectors").iterdir()
    keys = np.fromfile(folder / "keys.bin", "V20")
    vectors = np.fromfile(folder / "vectors.bin", f"V{2 * _ENCODER.dimension}")
    return {key.tobytes()[:16]: vector.tobytes() for key, vector in zip(keys, vectors, strict=True)}


def _summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("local_s", "ray_s", "local_encoding_s", "ray_encoding_s")
    medians = {name: statistics.median(row[name] for row in rounds) for name in names}
    return {
        **medians,
        "ratio": round(statistics.median(row["ray_s"] / row["local_s"] for row in rounds), 3),
        "different": sum(row["different"] for row in rounds),
        "rounds": rounds,
    }


def _table(record: dict[str, Any]) -> str:
    what = f"{record['sentences']:,} sentences, {record['cores']} cores"
    return (
        f"| {what}, median of {len(record['rounds'])} rounds | here | on Ray |\n"
        "|---|---|---|\n"
        f"| whole build | {record['local_s']:.1f} s | {record['ray_s']:.1f} s |\n"
        f"| encoding | {record['local_encoding_s']:.1f} s | {record['ray_encoding_s']:.1f} s |\n"
        f"| ratio of the whole builds (goal: at most {_MOST_RATIO}) | | {record['ratio']:.2f} |\n"
        f"| different vectors (goal: 0) | | {record['different']} |"
    )


@contextmanager
def _cluster() -> Iterator[str]:
    """Run a cluster with one node for each core, on loopback; yield its address."""
    # Read when Ray is imported: otherwise Ray replaces 127.0.0.1 by the address of a network card.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    node: dict[str, Any] = {"node_ip_address": "127.0.0.1", "object_store_memory": 80_000_000}
    cluster = Cluster(
        initialize_head=True,
        head_node_args={**node, "num_cpus": 0, "include_dashboard": False, "no_monitor": True},
    )
    try:
        for _ in range(usable_cores()):
            cluster.add_node(num_cpus=1, **node)
        yield cluster.address
    finally:
        cluster.shutdown()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    sys.exit(main())
