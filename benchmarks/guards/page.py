"""The table of guards on the page of the threat model."""

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.guards.removing import Guard
from bot.evaluation.tables import markdown_table

PAGE = Path(__file__).resolve().parents[2] / "docs/threat-model.md"
BEGIN, END = "<!-- guards:begin -->", "<!-- guards:end -->"
_BETWEEN = re.compile(f"(?<={BEGIN}).*(?={END})", re.DOTALL)


def with_table(page: str, guards: Sequence[Guard]) -> str:
    """The page with the table between its markers replaced by that of the guards."""
    rows = [
        (
            guard.threat,
            f"`{guard.file}`" + (f" `{guard.function}`" if guard.function else ""),
            f"`{guard.test.removeprefix('tests/').replace('::', '` `')}`",
        )
        for guard in guards
    ]
    table = markdown_table(("threat", "guard", "test that fails without it"), rows)
    return _BETWEEN.sub(lambda _: f"\n\n{table}\n\n", page)
