"""Table of the guards on the threat model's page."""

from collections.abc import Sequence

from benchmarks.guards.removal import Guard
from benchmarks.machine import ROOT
from bot.evaluation.tables import markdown_table

PAGE = ROOT / "docs/threat-model.md"


def table(guards: Sequence[Guard]) -> str:
    """Format the guards as Markdown."""
    rows = [
        (
            guard.threat,
            f"`{guard.file}`" + (f" `{guard.function}`" if guard.function else ""),
            f"`{guard.test.removeprefix('tests/').replace('::', '` `')}`",
        )
        for guard in guards
    ]
    return markdown_table(("threat", "guard", "test that fails without it"), rows)
