"""Results of a soak as a table, and the checks that they must pass."""

from statistics import quantiles

from benchmarks.soak.run import Soaked
from benchmarks.soak.watch import growth, is_flat
from bot.evaluation.tables import table

_ENOUGH = 5_000  # questions after which memory has stopped growing for harmless reasons
_SHOWN = 5


def failures(soaked: Soaked) -> list[str]:
    """List in words what failed; empty if the soak passed."""
    settled = soaked.answered + sum(soaked.refused.values())
    counted = {
        "without an answer": max(soaked.asked - settled, len(soaked.unanswered)),
        "answered twice": len(soaked.doubled),
        "pings": len(soaked.pings),
        "things that Discord would turn away": len(soaked.violations),
        "errors in the log": soaked.watch.counts["errors"],
        "exceptions that nobody caught": soaked.watch.counts["uncaught"],
        "ends that were not clean": int(not soaked.ended_cleanly),
    }
    found = [f"{count} {what}" for what, count in counted.items() if count]
    if soaked.asked >= _ENOUGH and not is_flat(soaked.memory_mb):
        found.append("memory grows")
    return found


def report(soaked: Soaked) -> str:
    details = [*soaked.unanswered[:_SHOWN], *soaked.doubled[:_SHOWN], *soaked.pings[:_SHOWN]]
    details += [*soaked.violations[:_SHOWN], *soaked.watch.told]
    parts = [
        table(("seed", f"{soaked.seed}"), _counts(soaked)),
        table(("first visible sign, ms", "p50", "p99"), _signs(soaked)),
        table(("fault", "met"), sorted(soaked.met.items())),
        table(("asked by", "times"), sorted(soaked.ways.items())),
    ]
    if soaked.refused:
        told = [(text[:90].replace("\n", " "), n) for text, n in soaked.refused.most_common(8)]
        parts.append(table(("refusal", "times"), told))
    warned = [(text[:90], n) for text, n in soaked.watch.warnings.most_common(8)]
    if warned:
        parts.append(table(("warning in the log", "times"), warned))
    found = failures(soaked)
    return "\n\n".join([*parts, *details, "FAILED: " + "; ".join(found) if found else "passed"])


def _counts(soaked: Soaked) -> list[list[str]]:
    counts = soaked.watch.counts
    memory = " ".join(f"{sample:.0f}" for sample in soaked.memory_mb)
    told = {
        "asked": f"{soaked.asked:,}",
        "answered": f"{soaked.answered:,}",
        "refused in words": f"{sum(soaked.refused.values()):,}",
        "neither": f"{soaked.asked - soaked.answered - sum(soaked.refused.values()):,}",
        "twice": f"{len(soaked.doubled)}",
        "pings": f"{len(soaked.pings)}",
        "turned away by Discord": f"{len(soaked.violations)}",
        "errors in the log": f"{counts['errors']}",
        "uncaught exceptions": f"{counts['uncaught']}",
        "reconnects told by discord.py": f"{counts['reconnects told by discord.py']}",
        "sessions resumed": f"{soaked.resumes}",
        "sessions begun": f"{soaked.identifies}",
        "clean end": "yes" if soaked.ended_cleanly else "no",
        "resident MB": memory,
        "growth after a third of the time": f"{growth(soaked.memory_mb):.1%}",
        "minutes": f"{soaked.lasted_s / 60:.1f}",
    }
    return [[name, value] for name, value in told.items()]


def _signs(soaked: Soaked) -> list[list[str]]:
    rows = []
    for when, times in soaked.signs_ms.items():
        cuts = quantiles(times, n=100, method="inclusive")
        rows.append([f"{when} ({len(times):,} times)", f"{cuts[49]:.1f}", f"{cuts[98]:.1f}"])
    return rows
