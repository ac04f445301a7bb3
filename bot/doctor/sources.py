"""Check of the sources that update themselves."""

from datetime import UTC, datetime

from bot.config.settings import Settings
from bot.doctor.diagnosis import WarningError
from bot.sources.archive import archive_sizes, damage_in
from bot.sources.registry import Registry
from bot.sources.status import read_statuses


def sources(settings: Settings) -> str:
    """Check that every source can be read and that the index has what was read."""
    registry = Registry(settings.sources)
    if damage := damage_in(registry.archives):
        more = f" {len(damage) - 1} more lines are damaged." if len(damage) > 1 else ""
        raise WarningError(f"{damage[0]}.{more}")
    listed, statuses = registry.sources(), read_statuses(registry.folder)
    if not listed:
        return "there are none; add one with: dealbot source add URL"
    failing = [each.id for each in listed if statuses.of(each.id).failures]
    if failing:
        first = statuses.of(failing[0])
        raise WarningError(
            f"{len(failing)} of {len(listed)} could not be read last time: "
            f"{failing[0]}: {first.error} See all with: dealbot source list"
        )
    if archive_sizes(registry.archives) != statuses.indexed:
        raise WarningError("the index lacks what was read last. Run: dealbot source update")
    read = [moment for each in listed if (moment := statuses.of(each.id).succeeded)]
    oldest = f"; the oldest reading is {_age(min(read))} old" if read else "; none was read yet"
    return f"{len(listed)} in the list, none fails{oldest}; {_schedule(settings)}"


def _age(moment: datetime) -> str:
    minutes = max(0, int((datetime.now(UTC) - moment).total_seconds() // 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _schedule(settings: Settings) -> str:
    if settings.update_every == "off":
        return "dealbot run does not read them by itself: update_every is off"
    return f"dealbot run reads them every {settings.update_every}"
