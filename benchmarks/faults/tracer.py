"""Traced runs in a child process, with one fault at one step."""

import errno
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from benchmarks.faults.power import Disk
from benchmarks.faults.ptrace import EVENT_SECCOMP, Stopped, begin, go_on, stop_before
from benchmarks.faults.steps import NUMBERS, SYNCS, WRITES, Step, step_of
from index.errors import ExpectedError

_ALL_CHILDREN, _WALL = -1, 0x40000000


class Kind(StrEnum):
    """Kind of fault. KILLED: the process is killed before the step. HALF: it is killed after half
    of a write. FULL: the disk is full from this step on. DENIED: the call is not permitted. BROKEN:
    the disk reports an error."""

    KILLED = "killed"
    HALF = "killed in a write"
    FULL = "disk full"
    DENIED = "not allowed"
    BROKEN = "disk error"

    def can_befall(self, step: Step) -> bool:
        match self:
            case Kind.HALF:
                return step.call in WRITES
            case Kind.FULL | Kind.BROKEN:
                return step.can_fail_for_want_of_room()
            case Kind.DENIED:
                return step.can_fail_for_want_of_leave()
        return True


_ERRORS = {Kind.FULL: errno.ENOSPC, Kind.DENIED: errno.EACCES, Kind.BROKEN: errno.EIO}


@dataclass(frozen=True, slots=True)
class Fault:
    """Fault of one kind at the step with this number, counted from 0."""

    kind: Kind
    step: int


@dataclass(slots=True)
class Traced:
    """Steps of a run, whether the fault occurred, and how the run ended: None if it was killed,
    otherwise the report of `in_child`."""

    steps: list[Step] = field(default_factory=list)
    met: bool = False
    ended: dict[str, Any] | None = None


def in_child(act: Callable[[], object], before: Callable[[], None] = lambda: None) -> "Child":
    """Run `act` in a forked child.

    The child reports one of three keys: `result`, `refused` (the message of an ExpectedError) or
    `bug` (a traceback). Code that starts threads (torch does as it computes) must itself run in a
    child: a fork of a process with threads can wait forever for threads that it lacks.
    """
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return Child(child, read)
    ended: dict[str, Any] = {}
    try:
        os.close(read)
        before()
        ended["result"] = act()
    except ExpectedError as error:
        ended["refused"] = error.user_message
    except BaseException:  # of any kind: the parent reports it
        ended["bug"] = traceback.format_exc()
    finally:
        with os.fdopen(write, "w") as pipe:
            json.dump(ended, pipe)
        sys.stderr.flush()
        os._exit(0)


@dataclass(frozen=True, slots=True)
class Child:
    """Forked process and the pipe on which it reports how it ended."""

    process: int
    pipe: int

    def told(self) -> dict[str, Any] | None:
        """Read the report; works only once. Return None if the process was killed before it could
        report."""
        with os.fdopen(self.pipe) as pipe:
            text = pipe.read()
        return json.loads(text) if text else None

    def wait(self) -> dict[str, Any]:
        told = self.told()
        os.waitpid(self.process, 0)
        return told if told is not None else {"bug": "the process died"}

    def result(self) -> Any:
        """Return the result of `act`. Raises RuntimeError if `act` failed."""
        told = self.wait()
        if "result" not in told:
            raise RuntimeError(f"what has to be there before cannot be made: {told}")
        return told["result"]


def trace(act: Callable[[], object], root: Path, fault: Fault | None, disk: Disk) -> Traced:
    """Run `act` in a traced child, with a fault if given. Only steps below `root` count; `disk` is
    updated at each sync."""
    child = in_child(act, lambda: stop_before(NUMBERS))
    begin(child.process)
    traced = _Tracer(child.process, root, fault, disk).run()
    traced.ended = child.told()
    return traced


class _Tracer:
    def __init__(self, child: int, root: Path, fault: Fault | None, disk: Disk) -> None:
        self._child, self._root, self._fault, self._disk = child, root, fault, disk
        self._traced = Traced()

    def run(self) -> Traced:
        while True:
            thread, status = os.waitpid(_ALL_CHILDREN, _WALL)
            if os.WIFSTOPPED(status):
                self._stopped(thread, os.WSTOPSIG(status), status >> 16)
            elif thread == self._child:
                return self._traced

    def _stopped(self, thread: int, signal_number: int, event: int) -> None:
        if event == EVENT_SECCOMP:
            self._before(Stopped(thread))
        elif event or signal_number == signal.SIGSTOP:  # a new thread, or its first stop
            go_on(thread)
        elif signal_number == signal.SIGTRAP:  # half of a write is done
            self._kill()
        else:
            go_on(thread, signal_number)

    def _before(self, stopped: Stopped) -> None:
        step = step_of(stopped, self._root)
        if step is None:
            go_on(stopped.thread)
            return
        fault, number = self._fault, len(self._traced.steps)
        self._traced.steps.append(step)
        if fault and self._befalls(fault, number, step):
            self._traced.met = True
            self._befall(fault.kind, stopped)
            return
        if step.call in SYNCS:
            self._disk.reached(self._root / step.path)
        go_on(stopped.thread)

    def _befalls(self, fault: Fault, number: int, step: Step) -> bool:
        lasts = fault.kind is Kind.FULL and number > fault.step
        return (number == fault.step or lasts) and fault.kind.can_befall(step)

    def _befall(self, kind: Kind, stopped: Stopped) -> None:
        if kind is Kind.KILLED:
            self._kill()
        elif kind is Kind.HALF:
            stopped.halve()
            go_on(stopped.thread, until_done=True)
        else:
            stopped.fail(_ERRORS[kind])
            go_on(stopped.thread)

    def _kill(self) -> None:
        os.kill(self._child, signal.SIGKILL)
