"""Runs `dealbot` against a fake Discord: python -m tests.fake_discord.run_bot URL run ...

What follows the address are dealbot's own arguments, its token is in DISCORD_TOKEN as ever."""

import sys

from bot.cli import main
from tests.fake_discord.pointing import pointed

if __name__ == "__main__":
    url = sys.argv.pop(1)
    with pointed(url):
        main()
