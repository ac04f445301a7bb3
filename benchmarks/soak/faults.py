"""Random faults of every kind that the fake Discord can produce."""

from collections import Counter
from collections.abc import Callable
from random import Random

from benchmarks.soak.crowd import Asked
from tests.fake_discord import FakeDiscord, Fault, Violation

_ROUTES = (
    "PATCH /webhooks/*/messages/@original",
    "POST /channels/*/messages",
    "POST /channels/*/typing",
)
_CHANCE = 0.01  # chance of each kind of fault for each request
_ACK_CHANCE = 0.1
_AWAY_S = 60.0  # time to reconnect
_SILENCE = "heartbeats lost"
_SCOPES = ("user", "shared", "global", "")


def _kinds(route: str) -> dict[str, Fault]:
    """Return a new fault of each kind for this route, by the name of the kind."""
    kinds = {
        "500": Fault(route, status=500),
        "502 after it was done": Fault(route, status=502, after=True),
        "503": Fault(route, status=503),
        "dropped": Fault(route, drop=True),
        "dropped after it was done": Fault(route, drop=True, after=True),
        "slow": Fault(route, delay_s=0.7),
    }
    for scope in _SCOPES:
        limited = Fault(route, status=429, retry_after_s=0.3, scope=scope)
        kinds[f"429, scope {scope or 'missing'}"] = limited
    return kinds


class RandomFaults:
    """Source of random faults. Between `begin` and `end` each request may fail; `strike` causes one
    fault of the gateway.

    `commands` and `messages` say whether users may send commands and messages now. `commands` is
    False while the gateway is away, because Discord cannot deliver a command in time. `messages` is
    False only while heartbeats are lost or the session ends, because Discord then loses undelivered
    messages. `met` counts the faults that occurred, by kind.
    """

    def __init__(self, fake: FakeDiscord, random: Random) -> None:
        self._fake, self._random = fake, random
        self.met: Counter[str] = Counter()
        self.commands = self.messages = True
        self._armed: list[tuple[str, Fault]] = []
        self._on_acks: dict[Asked, tuple[str, Fault]] = {}
        self._lost_acks: set[str] = set()
        gateway = fake.gateway
        self._resumable: dict[str, Callable[[], None]] = {
            "op 7": gateway.reconnect,
            "op 9, resumable": lambda: gateway.invalidate(resumable=True),
            "socket lost": gateway.abort,
            "connects refused": self._refuse,
            _SILENCE: self._lose_heartbeats,
            **{f"closed, {c}": self._closing(c) for c in (1001, 4000, 4001, 4002, 4005, 4008)},
        }
        self._final: dict[str, Callable[[], None]] = {
            "op 9": gateway.invalidate,
            "session forgotten": self._forget,
            "closed, 4009": self._time_out,
        }

    def begin(self) -> None:
        self._fake.faults.random = Random(self._random.random())
        for route in _ROUTES:
            for kind, fault in _kinds(route).items():
                fault.times, fault.chance = float("inf"), _CHANCE
                self._armed.append((kind, self._fake.faults.arm(fault)))

    def end(self) -> None:
        for kind, fault in self._armed:
            self._fake.faults.disarm(fault)
            self.met[kind] += fault.met
        self._armed.clear()

    def over(self, asked: Asked) -> None:
        """Arm a fault for the acknowledgement of one command in ten. Arm only one: the bot has
        three seconds to acknowledge, too few to survive two faults."""
        if asked.invocation is None or self._random.random() > _ACK_CHANCE:
            return
        route = f"POST /interactions/{asked.invocation.id}/*"
        kind, fault = self._random.choice(list(_kinds(route).items()))
        self._on_acks[asked] = kind, self._fake.faults.arm(fault)
        if fault.after:
            self._lost_acks.add(f"/interactions/{asked.invocation.id}/")

    def passed(self, asked: Asked) -> None:
        """Disarm the fault of the question's acknowledgement and count whether it occurred."""
        if asked in self._on_acks:
            kind, fault = self._on_acks.pop(asked)
            self._fake.faults.disarm(fault)
            self.met[f"{kind}, of an acknowledgement"] += fault.met

    def forgiven(self, violation: Violation) -> bool:
        """Return whether the violation is a second acknowledgement after a fault hid the success of
        the first. The bot must then send it again."""
        again = violation.kind == "double ack"
        return again and any(lost in violation.detail for lost in self._lost_acks)

    async def strike(self) -> None:
        """Cause one random fault of the gateway and wait until the bot is back."""
        resumable = self._random.random() < 0.75
        kinds = self._resumable if resumable else self._final
        kind = self._random.choice(sorted(kinds))
        gateway = self._fake.gateway
        # discord.py takes any event as a sign of life, so messages pause while heartbeats are lost.
        self.commands, self.messages = False, resumable and kind != _SILENCE
        try:
            await self._fake.until(self._all_acknowledged, "acknowledgements of all commands")
            await gateway.caught_up()
            before = gateway.resumes + gateway.identifies
            kinds[kind]()
            await self._fake.until(
                lambda: gateway.resumes + gateway.identifies > before, kind, within=_AWAY_S
            )
            self.met[kind] += 1
        finally:
            gateway.acks = self.commands = self.messages = True
        # Sessions that the fake no longer needs would look like growing memory.
        gateway.sessions[:] = [each for each in gateway.sessions if each.valid]

    def _all_acknowledged(self) -> bool:
        known = self._fake.interactions.by_id.values()
        return all(each.ack is not None for each in known)

    def _closing(self, code: int) -> Callable[[], None]:
        return lambda: self._fake.gateway.close(code)

    def _refuse(self) -> None:
        self._fake.gateway.refuse(2)
        self._fake.gateway.abort()

    def _lose_heartbeats(self) -> None:
        self._fake.gateway.acks = False

    def _forget(self) -> None:
        self._fake.gateway.forget_sessions()
        self._fake.gateway.abort()

    def _time_out(self) -> None:
        self._fake.gateway.forget_sessions()
        self._fake.gateway.close(4009)
