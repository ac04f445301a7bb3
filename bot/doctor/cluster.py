"""Check of the processes that share the shards."""

import asyncio
from itertools import groupby
from operator import attrgetter

from pydantic import SecretStr

from bot.cluster.database import ClusterDatabase
from bot.cluster.leases import Holder, Leases
from bot.cluster.shards import ShardRange
from bot.config.settings import Settings
from bot.doctor.diagnosis import WarningError


def cluster(settings: Settings) -> str:
    """Say which process serves which shards, and which one leads."""
    if settings.shards is None or settings.database_url is None:
        return "none: this process serves all shards"
    holders = asyncio.run(_holders(settings.database_url, settings.shards))
    if free := [each.lease for each in holders if not each.process]:
        raise WarningError(
            f"no process holds: {', '.join(free)}. Start the processes that serve these shards"
        )
    process = attrgetter("process")
    held = groupby(sorted(holders, key=process), process)
    return "; ".join(f"{name} has {', '.join(h.lease for h in found)}" for name, found in held)


async def _holders(url: SecretStr, shards: ShardRange) -> list[Holder]:
    database = ClusterDatabase(url)
    try:
        return await Leases(database, shards, me="").holders()
    finally:
        await database.close()
