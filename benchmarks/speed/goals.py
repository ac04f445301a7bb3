"""Goals of the project for speed and size, checked by ratios within one record."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from benchmarks.peers.run import PEERS
from benchmarks.speed.figures import Row
from benchmarks.speed.names import ANSWERS, BARE, OURS, RERANKED, RETRIEVAL, UNJUDGED
from benchmarks.speed.startup import COMMAND

AT_LEAST, AT_MOST = "at least", "at most"
_ASKERS = 64
_PEER, _RERANKER = "the best peer", "the best reranking peer"
_PARTIAL = "LlamaIndex"  # embeds only the first 256 tokens of each chunk of 1,024
_OTHERS = "the best of the other peers"
_LARGE, _MIDDLE = 1_000_000, 10_000
_OPEN_S = 0.3
Record = dict[str, Any]


def reached(record: Record) -> list[Row]:
    """Return a row for each goal that the record has figures for."""
    parts: dict[str, Callable[[list[Row]], Iterator[Row]]] = {
        "latency": _latency,
        "throughput": _throughput,
        "start": _start,
        "footprint": _footprint,
        "building": _building,
        "rebuilding": _rebuilding,
        "scale": _scale,
    }
    return [row for name, goals in parts.items() for row in goals(record.get(name, []))]


def _latency(rows: list[Row]) -> Iterator[Row]:
    for corpus in dict.fromkeys(row["corpus"] for row in rows):
        ms = {row["system"]: row["p50_ms"] for row in rows if row["corpus"] == corpus}
        ms |= {_PEER: _best(ms, min), _RERANKER: _best(ms, min, RERANKED)}
        where = f"one question, {corpus}"
        yield from _ratio(f"{where}: fastest peer ÷ retrieval", ms, _PEER, RETRIEVAL, AT_LEAST, 5)
        yield from _ratio(f"{where}: fastest peer ÷ answers", ms, _PEER, ANSWERS, AT_LEAST, 2)
        reranker = f"{where}: fastest reranking peer ÷ answers"
        yield from _ratio(reranker, ms, _RERANKER, ANSWERS, AT_LEAST, 6)
        judge = f"{where}: answers ÷ answers without the judge"
        yield from _ratio(judge, ms, ANSWERS, UNJUDGED, AT_MOST, 5)
        yield from _ratio(f"{where}: retrieval ÷ bare limit", ms, RETRIEVAL, BARE, AT_MOST, 1.5)


def _throughput(rows: list[Row]) -> Iterator[Row]:
    rates = {row["system"]: row["per_second"] for row in rows if row["askers"] == _ASKERS}
    rates |= {_PEER: _best(rates, max), _RERANKER: _best(rates, max, RERANKED)}
    for system in OURS:
        name = f"{_ASKERS} askers: {system} ÷ best peer"
        yield from _ratio(name, rates, system, _PEER, AT_LEAST, 5)
    name = f"{_ASKERS} askers: {ANSWERS} ÷ best reranking peer"
    yield from _ratio(name, rates, ANSWERS, _RERANKER, AT_LEAST, 5)


def _start(rows: list[Row]) -> Iterator[Row]:
    seconds = {row["system"]: row["seconds"] for row in rows}
    seconds |= {_PEER: _best(seconds, min)}
    yield from _ratio("start: fastest peer ÷ dealbot", seconds, _PEER, COMMAND, AT_LEAST, 10)


def _footprint(rows: list[Row]) -> Iterator[Row]:
    """Yield the goals for memory and disk. Memory is that after the crowd, the larger figure for
    all."""
    resident = {row["system"]: row["after_crowd_mb"] for row in rows}
    resident |= {_PEER: _best(resident, min)}
    yield from _ratio("memory: dealbot ÷ smallest peer", resident, ANSWERS, _PEER, AT_MOST, 0.3)
    if ANSWERS in resident:
        yield _goal("memory: dealbot, MB", resident[ANSWERS], AT_MOST, 300)
    disk = {row["system"]: row["installed_mb"] for row in rows}
    disk |= {_PEER: _best(disk, min)}
    yield from _ratio("installed: dealbot ÷ smallest peer", disk, ANSWERS, _PEER, AT_MOST, 0.3)


def _building(rows: list[Row]) -> Iterator[Row]:
    rates = {row["system"]: row["sentences_per_second"] for row in rows}
    rates |= {_OTHERS: _best(rates, max, set(PEERS) - {_PARTIAL})}
    for peer, least in ((_PARTIAL, 2), (_OTHERS, 5)):
        yield from _ratio(f"building: dealbot ÷ {peer}", rates, RETRIEVAL, peer, AT_LEAST, least)


def _rebuilding(rows: list[Row]) -> Iterator[Row]:
    for row in rows:
        name = f"1 of {row['articles']:,} articles changed ÷ full build"
        yield _goal(name, row["changed_s"] / row["full_s"], AT_MOST, 0.01)


def _scale(rows: list[Row]) -> Iterator[Row]:
    by_size = {row["sentences"]: row for row in rows}
    for part in ("retrieval", "answers"):
        ms = {str(size): row[part]["p50_ms"] for size, row in by_size.items() if part in row}
        name = f"{part}, a million sentences ÷ 10 thousand"
        yield from _ratio(name, ms, str(_LARGE), str(_MIDDLE), AT_MOST, 1.5)
    large = by_size.get(_LARGE, {})
    if "retrieval" not in large:
        return
    yield _goal("a million sentences: recall@10", large["recall_at_10"], AT_LEAST, 0.97)
    megabytes = large["retrieval"]["memory"]["resident_mb"]
    yield _goal("a million sentences: resident MB", megabytes, AT_MOST, 1000)
    yield _goal("a million sentences: open, s", large["retrieval"]["open_s"], AT_MOST, _OPEN_S)


def _best(
    figures: dict[str, float],
    choose: Callable[[list[float]], float],
    among: Collection[str] = PEERS,
) -> float:
    """Return the best peer's figure; 0.0, which gives no goal, if no peer took part."""
    theirs = [figure for system, figure in figures.items() if system in among]
    return choose(theirs) if theirs else 0.0


def _ratio(
    measure: str, figures: dict[str, float], one: str, other: str, direction: str, bound: float
) -> Iterator[Row]:
    """Yield the goal for one figure divided by the other, if both were measured."""
    if figures.get(one) and figures.get(other):
        yield _goal(measure, figures[one] / figures[other], direction, bound)


def _goal(measure: str, value: float, direction: str, bound: float) -> Row:
    met = value >= bound if direction == AT_LEAST else value <= bound
    return {
        "measure": measure,
        "value": float(f"{value:.3g}"),
        "goal": f"{direction} {bound:g}",
        "met": met,
    }
