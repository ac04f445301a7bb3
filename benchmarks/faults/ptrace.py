"""Bindings of ptrace and seccomp that stop a process before each system call that may change a
file, whether the call comes from Python, numpy, FAISS, onnxruntime or SQLite."""

import contextlib
import ctypes
import os
import platform
import signal
import struct
from collections.abc import Iterable

EVENT_SECCOMP = 7
_TRACEME, _CONT, _GETREGS, _SETREGS, _SYSCALL, _SETOPTIONS = 0, 7, 12, 13, 24, 0x4200
_FORK, _VFORK, _CLONE, _EXEC, _SECCOMP, _EXITKILL = 0x2, 0x4, 0x8, 0x10, 0x80, 0x100000
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_X86_64, _ALLOW, _TRACE = 0xC000003E, 0x7FFF0000, 0x7FF00000
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_UNSIGNED = 2**64

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long

_REGISTERS = (
    "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss "
    "fs_base gs_base ds es fs gs"
).split()


def supported() -> bool:
    """Return whether this is Linux on x86-64, the only machine whose registers and call numbers are
    known here."""
    return platform.system() == "Linux" and platform.machine() == "x86_64"


class _Registers(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in _REGISTERS)


class Stopped:
    """Thread that is stopped before a system call."""

    def __init__(self, thread: int) -> None:
        self.thread = thread
        self._registers = _Registers()
        _ptrace(_GETREGS, thread, 0, ctypes.addressof(self._registers))

    @property
    def number(self) -> int:
        return int(self._registers.orig_rax)

    @property
    def arguments(self) -> tuple[int, ...]:
        return tuple(getattr(self._registers, name) for name in ("rdi", "rsi", "rdx", "r10", "r8"))

    def text_at(self, address: int) -> str:
        """Read the C string at an address of the thread's memory."""
        text = b""
        with open(f"/proc/{self.thread}/mem", "rb", buffering=0) as memory:
            while b"\0" not in text:
                # Read up to the end of a page: the next page may not be mapped.
                memory.seek(address + len(text))
                text += memory.read(4096 - (address + len(text)) % 4096)
        return os.fsdecode(text.partition(b"\0")[0])

    def fail(self, error: int) -> None:
        """Skip the call and let it return this error number."""
        self._registers.orig_rax = _UNSIGNED - 1
        self._registers.rax = _UNSIGNED - error
        self._set()

    def halve(self) -> None:
        """Halve the third argument, the number of bytes of a write."""
        self._registers.rdx //= 2
        self._set()

    def _set(self) -> None:
        _ptrace(_SETREGS, self.thread, 0, ctypes.addressof(self._registers))


def stop_before(numbers: Iterable[int]) -> None:
    """Install a filter in the child that stops every call with one of these numbers before it is
    made.

    The filter also covers threads that the child starts. Raises OSError if prctl fails.
    """
    _ptrace(_TRACEME, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
    wanted = sorted(numbers)
    code = [(_LOAD, 0, 0, 4), (_JUMP_IF_EQUAL, 0, len(wanted) + 1, _X86_64), (_LOAD, 0, 0, 0)]
    for place, number in enumerate(wanted):
        code.append((_JUMP_IF_EQUAL, len(wanted) - place, 0, number))
    code += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _TRACE)]
    lines = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    program = ctypes.create_string_buffer(struct.pack("HP", len(code), ctypes.addressof(lines)))
    for call in ((_NO_NEW_PRIVILEGES, 1, 0), (_SET_SECCOMP, _MODE_FILTER, program)):
        if _libc.prctl(*call, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


def begin(child: int) -> None:
    """Start tracing a child that stopped itself in `stop_before`. Call it in the parent; the child
    and all that it starts are traced, and end with the parent."""
    os.waitpid(child, 0)
    followed = _FORK | _VFORK | _CLONE | _EXEC
    _ptrace(_SETOPTIONS, child, 0, followed | _SECCOMP | _EXITKILL)
    go_on(child)


def go_on(thread: int, signal_number: int = 0, *, until_done: bool = False) -> None:
    """Continue a stopped thread. With `until_done`, stop it again once its pending call is made."""
    with contextlib.suppress(ProcessLookupError):  # killed in the meantime
        _ptrace(_SYSCALL if until_done else _CONT, thread, 0, signal_number)


def _ptrace(request: int, thread: int, address: int = 0, data: int = 0) -> None:
    if _libc.ptrace(request, thread, address, data) == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
