"""Retry budget: an endpoint in trouble must not receive a multiple of the requests."""

_EARNED = 0.1  # retries per request
_MOST = 5.0


class RetryBudget:
    """Budget of one retry per ten requests, and five at the start (Finagle's RetryBudget)."""

    def __init__(self) -> None:
        self._left = _MOST

    def earn(self) -> None:
        self._left = min(self._left + _EARNED, _MOST)

    def spend(self) -> bool:
        """Take one retry; return False if none is left."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
