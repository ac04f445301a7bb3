"""Running something in a child process with one fault at one of its steps."""

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
    """What happens at a step: the process is killed before it, or when half of a write is done;
    the disk is full from there on; the call is not allowed; the disk reports an error."""

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
    """At the step with this number, the first being 0."""

    kind: Kind
    step: int


@dataclass(slots=True)
class Traced:
    """What was run: its steps, whether the fault came, and how it ended: None where it was
    killed, else what `in_child` says of it."""

    steps: list[Step] = field(default_factory=list)
    met: bool = False
    ended: dict[str, Any] | None = None


def in_child(act: Callable[[], object], before: Callable[[], None] = lambda: None) -> "Child":
    """Forks: a child of a program with threads could wait for ever for those that it lacks, so that
    what starts some (torch does as it computes) is for a child itself. What is raised is no bug
    where it is told in words: `refused`; else it is `bug`."""
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
    except BaseException:  # of whatever kind: the parent tells it
        ended["bug"] = traceback.format_exc()
    finally:
        with os.fdopen(write, "w") as pipe:
            json.dump(ended, pipe)
        sys.stderr.flush()
        os._exit(0)


@dataclass(frozen=True, slots=True)
class Child:
    """A forked process and the pipe on which it tells how it ended."""

    process: int
    pipe: int

    def told(self) -> dict[str, Any] | None:
        """Once; None where it was killed before it could tell."""
        with os.fdopen(self.pipe) as pipe:
            text = pipe.read()
        return json.loads(text) if text else None

    def wait(self) -> dict[str, Any]:
        told = self.told()
        os.waitpid(self.process, 0)
        return told if told is not None else {"bug": "the process died"}

    def result(self) -> Any:
        """What `act` returned, for what has to succeed."""
        told = self.wait()
        if "result" not in told:
            raise RuntimeError(f"what has to be there before cannot be made: {told}")
        return told["result"]


def trace(act: Callable[[], object], root: Path, fault: Fault | None, disk: Disk) -> Traced:
    """`disk` is told what reaches it. Only what is below `root` counts."""
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
