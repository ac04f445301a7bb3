"""A budget for trying again: an endpoint in trouble must not get a multiple of the requests."""

_EARNED = 0.1  # by each request
_MOST = 5.0


class RetryBudget:
    """One retry for ten requests, and a few to begin with (Finagle's RetryBudget)."""

    def __init__(self) -> None:
        self._left = _MOST

    def earn(self) -> None:
        self._left = min(self._left + _EARNED, _MOST)

    def spend(self) -> bool:
        """Whether there is one left; then it is gone."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
