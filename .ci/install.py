"""Run pip with readable progress: one line for each large package, then a summary.

Usage: PYTHON .ci/install.py ARGUMENTS_OF_PIP_INSTALL, with the Python to install into.
"""

import re
import subprocess
import sys
from collections import deque

_LARGE_MB = 5
_FETCHED = re.compile(r"\s*(?:Downloading|Using cached) (\S+)-(\d[^-\s]*)-\S*\.whl \(([\d.]+) MB\)")
_INSTALLED = re.compile(r"Installing collected packages: (.*)")
_LAST_LINES = 40  # shown after a failure


def main(arguments: list[str]) -> int:
    """Run pip and return its exit status; show the end of its output if it fails."""
    command = (sys.executable, "-m", "pip", "install", "--disable-pip-version-check")
    with subprocess.Popen(
        [*command, "--progress-bar", "off", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        assert pip.stdout is not None
        last = deque[str](maxlen=_LAST_LINES)
        for line in pip.stdout:
            last.append(line)
            _report(line)
    if pip.returncode:
        sys.stderr.writelines(last)
    return pip.returncode


def _report(line: str) -> None:
    if (fetched := _FETCHED.match(line)) and float(fetched[3]) >= _LARGE_MB:
        _tell(f"  {fetched[1].rpartition('/')[2]} {fetched[2]} ({fetched[3]} MB)")
    elif installed := _INSTALLED.match(line):
        count = len(installed[1].split(","))
        _tell(f"  Installing {count} package{'s' * (count != 1)} ...")


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
