"""The time from which a text holds."""


def start_of(version: int, published: int | None, seen: int | None) -> int | None:
    """Return the time from which a version of an article holds, in seconds in UTC; None if unknown.

    The first version holds since its publication, which may be long before it was seen. A later
    version often keeps the date of the first, so it holds since it was seen."""
    if version > 1:
        return published if seen is None else seen
    known = [time for time in (published, seen) if time is not None]
    return min(known, default=None)
