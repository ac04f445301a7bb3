"""Read a report of pip-audit and fail if a pinned package has a known vulnerability.

An unreachable registry is reported but is not a failure: a network failure must not stop a change.
Usage: python .ci/audit.py REPORT.json
"""

import json
import sys
from pathlib import Path
from typing import Any


def main(report: Path) -> int:
    dependencies = _read(report)
    asked = [each for each in dependencies if "skip_reason" not in each]
    found = [(each, vuln) for each in asked for vuln in each["vulns"]]
    for each, vuln in found:
        fixed = ", ".join(vuln["fix_versions"]) or "none yet"
        _tell(f"{each['name']} {each['version']} has {vuln['id']}; mended in: {fixed}")
    if found:
        _tell("Raise the version in constraints.txt, then run the tests: make test")
    elif not asked:
        _tell("The registry could not be asked: nothing is known of vulnerabilities.")
    else:
        left = len(dependencies) - len(asked)
        _tell(f"No known vulnerability in {len(asked)} packages ({left} could not be asked about).")
    return 1 if found else 0


def _read(report: Path) -> list[dict[str, Any]]:
    """Return the packages; none if pip-audit wrote no report, as after a network failure."""
    try:
        dependencies: list[dict[str, Any]] = json.loads(report.read_text())["dependencies"]
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return dependencies


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
