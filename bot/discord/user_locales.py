"""Locales of the users whose interactions were seen. A direct message itself carries none."""

from collections import OrderedDict
from typing import Any

_REMEMBERED = 10_000  # users; about a megabyte


class UserLocales:
    """The locale of each of the last 10,000 users, in memory only."""

    def __init__(self) -> None:
        self._by_user: OrderedDict[int, str] = OrderedDict()

    def read(self, event: dict[str, Any]) -> None:
        """Remember the locale that the event of an interaction has for its user."""
        user = event.get("user") or event.get("member", {}).get("user")
        if user and (locale := event.get("locale")):
            self._by_user[int(user["id"])] = str(locale)
            self._by_user.move_to_end(int(user["id"]))
            if len(self._by_user) > _REMEMBERED:
                self._by_user.popitem(last=False)

    def of(self, user: int | None) -> str:
        """Return the locale of a user; "" if it is unknown."""
        return "" if user is None else self._by_user.get(user, "")
