"""Every fault at every step of an operation, one run each."""

import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.faults.operations import Found, Operation
from benchmarks.faults.power import Cut, Disk, copied
from benchmarks.faults.steps import SYNCS, Step
from benchmarks.faults.tracer import Fault, Kind, Traced, in_child, trace

_DEATHS = (Kind.KILLED, Kind.HALF)
_LONGEST_S = 120  # limit for operations that take seconds; a signal ends one that hangs


@dataclass(frozen=True, slots=True)
class Outcome:
    """State found after one fault, or after a power cut at the same moment."""

    fault: Fault | None
    cut: Cut | None
    step: str
    found: Found


class Enumeration:
    """Runs of one operation, with and without faults, in a folder of its own."""

    def __init__(self, operation: Operation, folder: Path) -> None:
        self._operation, self._template, self._run = operation, folder / "made", folder / "run"
        self._cut = folder / "cut"
        self._template.mkdir(parents=True)
        in_child(lambda: operation.prepare(self._template)).result()
        self.steps = self._traced(None)[0].steps

    def outcomes(self, kinds: tuple[Kind, ...], steps: range) -> Iterator[Outcome]:
        """Yield the outcome of each of these faults at each of these steps. For kills also yield
        the outcomes of power cuts at the same moments."""
        for kind in kinds:
            for number in steps:
                if kind.can_befall(self.steps[number]):
                    yield from self._of(Fault(kind, number))

    def without_fault(self) -> Iterator[Outcome]:
        """Yield the outcomes of the complete operation and of power cuts just after it: what it
        reported as done must be there."""
        yield from self._of(None)

    def _of(self, fault: Fault | None) -> Iterator[Outcome]:
        traced, cuts = self._traced(fault, self._cuts(fault))
        step = _told(traced.steps[-1]) if fault else "the end"
        folders: list[tuple[Cut | None, Path]] = [(None, self._run), *cuts.items()]
        for cut, folder in folders:
            found = self._examine(folder, power_cut=cut is not None)
            problems = (*found.problems, *_contradictions(fault, traced, found))
            yield Outcome(fault, cut, step, Found(found.state, problems))

    def _cuts(self, fault: Fault | None) -> tuple[Cut, ...]:
        """Return the power cuts to try. Before the first sync nothing is guaranteed yet, so only
        one is tried, in turn."""
        if fault is None:
            return tuple(Cut)
        if fault.kind is not Kind.KILLED:
            return ()
        synced = any(step.call in SYNCS for step in self.steps[: fault.step])
        return tuple(Cut) if synced else (tuple(Cut)[fault.step % len(Cut)],)

    def _traced(
        self, fault: Fault | None, cuts: tuple[Cut, ...] = ()
    ) -> tuple[Traced, dict[Cut, Path]]:
        folder = copied(self._template, self._run)
        disk = Disk(folder)
        try:
            traced = trace(_ending(lambda: self._operation.act(folder)), folder, fault, disk)
            made = {}
            for cut in cuts:
                made[cut] = self._cut / cut.name
                shutil.rmtree(made[cut], ignore_errors=True)
                made[cut].parent.mkdir(exist_ok=True)
                disk.cut(cut, made[cut], Random(len(traced.steps)))
            return traced, made
        finally:
            disk.close()

    def _examine(self, folder: Path, *, power_cut: bool) -> Found:
        def look() -> dict[str, object]:
            found = self._operation.examine(folder, power_cut=power_cut)
            return {"state": found.state, "problems": found.problems}

        told = in_child(_ending(look)).wait()
        if "result" not in told:
            return Found("unknown", (str(told),))
        return Found(told["result"]["state"], tuple(told["result"]["problems"]))


def _ending(act: Callable[[], object]) -> Callable[[], object]:
    def acting() -> object:
        signal.alarm(_LONGEST_S)
        return act()

    return acting


def _told(step: Step) -> str:
    return f"{step.call} {step.path}"


def _contradictions(fault: Fault | None, traced: Traced, found: Found) -> Iterator[str]:
    """Yield what the operation reported and what was found, where they contradict each other."""
    ended = traced.ended or {}
    if fault and not traced.met:
        yield "the step did not come"
    if "bug" in ended:
        yield f"not told in words: {ended['bug']}"
    if traced.ended is None and not (fault and fault.kind in _DEATHS):
        yield "it died, or hung"
    if "result" in ended and found.state != "after":
        yield f"told to be done, but {found.state} answers"
    if "untouched" in ended.get("refused", "") and found.state == "after":
        yield f"told otherwise: {ended['refused']}"
