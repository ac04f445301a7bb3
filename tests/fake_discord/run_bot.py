"""`dealbot` against a fake Discord: python -m tests.fake_discord.run_bot URL run ...

The arguments after the address are dealbot's own. Its token is in DISCORD_TOKEN as usual."""

import sys

from bot.cli import main
from tests.fake_discord.redirect import pointed

if __name__ == "__main__":
    url = sys.argv.pop(1)
    with pointed(url):
        main()
