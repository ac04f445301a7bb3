"""Machine and checkout that a benchmark runs on.

This module imports only the standard library, because the peers' environment lacks dealbot.
"""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from resource import getpagesize

ROOT = Path(__file__).resolve().parents[1]


def git(*arguments: str) -> str:
    """Return the output of git in the checkout; empty if git fails or is not installed."""
    command = ["git", "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def now() -> str:
    """Return the date and time in UTC, in ISO format to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def tell(line: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{line}\n")


def kernel_fields(file: str) -> dict[str, str]:
    """Read one of the kernel's files of names and values. The first value of a name counts."""
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    fields = [line.partition(":") for line in reversed(lines)]
    return {name.strip(): value.strip() for name, _, value in fields}


def resident_mb(process: int | str = "self") -> float:
    """Return the resident megabytes of a process, this one by default."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * getpagesize() / 1e6
