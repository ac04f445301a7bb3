"""`dealbot` against a fake Discord: python -m tests.fake_discord.run_bot URL run ...

The arguments after the address are dealbot's own. Its token is in DISCORD_TOKEN as usual."""

import sys

import bot.cluster.leases
from bot.cli import main
from tests.fake_discord.redirect import pointed

if __name__ == "__main__":
    url = sys.argv.pop(1)
    bot.cluster.leases.IDENTIFY_S = 0.1  # the fake accepts sessions at any rate
    with pointed(url):
        main()
