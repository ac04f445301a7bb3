"""One system in a process of its own: a line when the first question is answered, then its figures.

In the peers' environment: python -m benchmarks.peers.serve PEER corpus.jsonl questions.jsonl
In dealbot's, with the folder of an index: python -m benchmarks.peers.serve dealbot INDEX ...
"""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.peers.installed import closure, folder_megabytes, megabytes
from benchmarks.peers.model import PACKAGE, model_folder
from benchmarks.peers.protocol import Article
from benchmarks.peers.run import _OFFLINE, PEERS

DEALBOT = "dealbot"
ANSWERED = "answered"
_NEEDED = ("sentence-transformers", "faiss-cpu")  # beside a peer's own packages
_OWN = ("bot", "index", "prompts")


def main() -> None:
    system, source, questions = sys.argv[1], Path(sys.argv[2]), _read(Path(sys.argv[3]))
    os.environ.update(_OFFLINE)
    ask, packages = _dealbot(source) if system == DEALBOT else _peer(system, source)
    ask(questions[0]["question"])
    _say(ANSWERED)
    for question in questions[1:]:
        ask(question["question"])
    resident = _resident_mb()
    found = closure(packages)
    found.pop(PACKAGE, None)
    own = sum(folder_megabytes(Path(name)) for name in _OWN) if system == DEALBOT else 0.0
    figures = {
        "resident_mb": round(resident, 1),
        "installed_mb": round(megabytes(found.values()) + own, 1),
        "packages": len(found),
        "versions": {name: version(name) for name in packages},
    }
    _say(json.dumps(figures))


def _peer(name: str, corpus: Path) -> tuple[Callable[[str], Any], tuple[str, ...]]:
    module, function = PEERS[name]
    peer = import_module(f"benchmarks.peers.{module}")
    articles = [Article(each["id"], each["title"], each["text"]) for each in _read(corpus)]
    return getattr(peer, function)(model_folder(), articles), (*peer.PACKAGES, *_NEEDED)


def _dealbot(folder: Path) -> tuple[Callable[[str], Any], tuple[str, ...]]:
    """The whole path to an answer, which is more than retrieving."""
    from bot.answering.pipeline import Answerer
    from bot.models import Question
    from index.encoder import default_home
    from index.live import open_live

    live, answerer = open_live(folder, default_home()), Answerer()

    def ask(question: str) -> Any:
        return answerer.answer(live, answerer.encode(live, [Question(question=question)])[0])

    return ask, (DEALBOT,)


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


def _read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
