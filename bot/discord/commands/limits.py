"""/limits: what a user has left, and for admins who is limited."""

from discord import app_commands

from bot.discord.acknowledgement import respond
from bot.discord.client import Interaction, asker_of
from bot.discord.failures import told
from bot.discord.permissions import check_server_admin
from bot.domain.errors import NotAllowedError
from bot.serving.limits import Allowance
from bot.wording.durations import delay_in_words, rate_in_words
from bot.wording.measures import counted
from prompts import text

_MOST = 20  # users in the list


@app_commands.command()
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def limits(interaction: Interaction) -> None:
    """Show how many questions you have left; admins also see who is limited here"""
    async with told(interaction):
        requests, asker = interaction.client.runtime.requests, asker_of(interaction)
        await requests.admit_browsing(asker)
        lines = [_left(allowance) for allowance in await requests.left(asker)]
        if await _is_admin(interaction):
            lines += _limited(requests.limited.of_server(asker.server or 0))
        await respond(interaction, content="\n".join(lines))


async def _is_admin(interaction: Interaction) -> bool:
    try:
        await check_server_admin(interaction)
    except NotAllowedError:
        return False
    return True


def _left(allowance: Allowance) -> str:
    rate = rate_in_words(allowance.limit)
    if allowance.left > 0:
        return text("notices.limit_left", left=allowance.left, limit=rate)
    wait = delay_in_words(allowance.wait.total_seconds())
    return text("notices.limit_used", limit=rate, wait=wait)


def _limited(refused: list[tuple[int, int]]) -> list[str]:
    """List the users with refused questions. A mention in a private message pings no user."""
    if not refused:
        return [text("notices.limited_none")]
    named = [f"<@{user}> ({counted(count, 'question')})" for user, count in refused[:_MOST]]
    return [text("notices.limited", users=", ".join(named))]
