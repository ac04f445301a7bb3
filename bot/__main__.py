"""Entry point of `python -m bot`, the same program as `dealbot`."""

from bot.cli import main

main()
