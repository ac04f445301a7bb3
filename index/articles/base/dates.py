"""Dates of feeds, mails and records as ISO 8601, as coarse as they are given.

feedparser 6.0.14 reads BST, CET, IST and JST as UTC, and dateutil reads "GMT+0200" as -02:00, so
the few forms that machines write are read here.
"""

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

# Hours from UTC. IST is India's time, BST British summer time: the news feeds that name a zone
# instead of an offset are from there.
_ZONES = {
    **dict.fromkeys(("UT", "UTC", "GMT", "Z", "WET"), 0.0),
    **{"BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "WAT": 1, "CEST": 2, "MESZ": 2, "EET": 2},
    **{"SAST": 2, "CAT": 2, "EEST": 3, "MSK": 3, "EAT": 3, "GST": 4, "PKT": 5, "IST": 5.5},
    **{"ICT": 7, "WIB": 7, "SGT": 8, "HKT": 8, "AWST": 8, "PHT": 8, "JST": 9, "KST": 9},
    **{"ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13},
    **{"BRT": -3, "ART": -3, "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4},
    **{"CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
    **{"AKST": -9, "AKDT": -8, "HST": -10},
}
_KEPT_DATES = 1_000  # in the cache; the articles of a day share few dates
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_TIME = (
    r"(?:[T,\s]+(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?)?"
)
_ZONE = r"\s*(?P<zone>[A-Z]{1,5}|(?:GMT|UTC)?\s?[+-]\d{1,2}:?(?:\d{2})?)?(?:\s*\([^()]{0,40}\))?"
_DAY_NAME = r"(?:[A-Z][a-z]{1,14}\.?,?\s+)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})[-/](?P<day>\d{{1,2}}){_TIME}{_ZONE}",
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})[ -](?P<month>[A-Z]{{3,9}})\.?[ -](?P<year>\d{{4}}|\d\d)"
        rf"{_TIME}{_ZONE}",
        rf"{_DAY_NAME}(?P<month>[A-Z]{{3,9}})\.?\s(?P<day>\d{{1,2}}),?\s(?P<year>\d{{4}})"
        rf"{_TIME}{_ZONE}",
        # NITF writes 20260508T104500+0100.
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
        r"(?:T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?(?P<half>(?!))?" + _ZONE,
    )
)
_COARSE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
_SLASHED = re.compile(
    rf"(?P<one>\d{{1,2}})[/.](?P<two>\d{{1,2}})[/.](?P<year>\d{{4}}){_TIME}{_ZONE}"
)
_LONGEST = 80
_FIRST_SECOND = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
_LAST_SECOND = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def iso_date(text: str) -> str:
    """Return a date as ISO 8601 with its own offset. Returns "" for no date, an impossible one, or
    one that can be read in two ways, such as 05/04/2026."""
    text = " ".join(text.split())
    if _COARSE.fullmatch(text):
        return text
    if len(text) > _LONGEST:
        return ""
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _iso(found, found["day"], _month(found["month"]))
    if found := _SLASHED.fullmatch(text):
        return _slashed(found)
    return ""


@lru_cache(_KEPT_DATES)
def utc_seconds(text: str) -> int | None:
    """Return a date or time as seconds since 1970 in UTC, rounded down; None if it cannot be read.
    A time without an offset is in UTC. A coarse date is its first moment."""
    time = _parsed(text) or _parsed(_with_day(iso_date(text)))
    if time is None:
        return None
    return math.floor((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())


def utc_iso(seconds: int | None) -> str:
    """Return a time in seconds since 1970 as ISO 8601 in UTC; "" for None. A time beyond the years
    1 to 9999 is their first or last second."""
    if seconds is None:
        return ""
    within = max(_FIRST_SECOND, min(seconds, _LAST_SECOND))
    return datetime.fromtimestamp(within, UTC).isoformat()


def _with_day(iso: str) -> str:
    return f"{iso}-01-01"[:10] if len(iso) < 10 else iso


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _slashed(found: re.Match[str]) -> str:
    one, two = int(found["one"]), int(found["two"])
    if one > 12 or one == two or "." in found[0][:3]:  # dots: the day comes first
        return _iso(found, found["one"], two)
    return _iso(found, found["two"], one) if two > 12 else ""


def _month(name: str) -> int:
    if name.isdecimal():
        return int(name)
    return _MONTHS.index(name[:3].lower()) + 1 if name[:3].lower() in _MONTHS else 0


def _iso(found: re.Match[str], day: str, month: int) -> str:
    try:
        date = datetime(_year(found["year"]), month, int(day))
        if found["hour"] is None:
            return date.date().isoformat()
        time = date.replace(
            hour=_hour(int(found["hour"]), found["half"]),
            minute=int(found["minute"]),
            second=min(int(found["second"] or 0), 59),
            tzinfo=_zone(found["zone"]),
        )
    except ValueError:
        return ""
    return time.isoformat()


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def _hour(hour: int, half: str | None) -> int:
    return hour if half is None else hour % 12 + (12 if half[0] in "pP" else 0)


def _zone(text: str | None) -> timezone | None:
    """Return the zone of an offset or a name. None if there is none; RFC 5322 says "unknown" with
    -0000. Raises ValueError for an unknown name: a wrong offset would be worse than no date."""
    text = (text or "").upper().replace(" ", "")
    if text in ("", "-0000"):
        return None
    if text in _ZONES:
        return timezone(timedelta(hours=_ZONES[text]))
    digits = re.fullmatch(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)?", text)
    if digits is None:
        raise ValueError(text)
    offset = timedelta(hours=int(digits[2]), minutes=int(digits[3] or 0))
    return timezone(-offset if digits[1] == "-" else offset)
