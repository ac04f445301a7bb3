"""The server: REST and gateway on one port of the loopback address."""

from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fake_discord.actions import Acting
from tests.fake_discord.errors import Violations
from tests.fake_discord.gateway import Gateway
from tests.fake_discord.interactions import Interactions
from tests.fake_discord.rest import PREFIX, Rest
from tests.fake_discord.snowflakes import Clock
from tests.fake_discord.world import World

TOKEN = "fake.token.for-tests"


class FakeDiscord(Acting):
    """The fake Discord; it runs inside `async with`. `url` is its address, `token` the bot's
    login."""

    def __init__(self, *, port: int = 0, token: str = TOKEN) -> None:
        world = World(token)
        super().__init__(world, Interactions(world))
        self.gateway = Gateway(world)
        self.rest = Rest(world, self.interactions)
        self.faults, self.buckets = self.rest.faults, self.rest.buckets
        self.token = token
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def violations(self) -> Violations:
        return self.world.violations

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        await self.come_up()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.faults.clear()
        await self.go_down()

    async def come_up(self) -> None:
        app = web.Application(client_max_size=32 << 20)
        app.router.add_get("/ws/", self.gateway.accept)
        app.router.add_route("*", PREFIX + "/{path:.*}", self.rest.handle)
        self.more_routes(app)
        # clients still connected at shutdown are cut, not waited for
        self._runner = web.AppRunner(app, shutdown_timeout=0.01, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.gateway.url = self.rest.gateway_url = f"ws://127.0.0.1:{self._port}/ws/"

    def more_routes(self, app: web.Application) -> None:
        """Add control routes beside Discord's own; the default adds none."""

    async def go_down(self) -> None:
        """Cut every connection and refuse new ones until `come_up`."""
        self.gateway.abort()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
