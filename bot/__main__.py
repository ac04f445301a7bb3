"""`python -m bot` is the program `dealbot`."""

from bot.cli import main

main()
