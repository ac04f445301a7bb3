"""`dealbot doctor`: check the installation; each finding names the command that mends it."""

import click

from bot.commands.options import LLM, json_flag, setting


@click.command("doctor")
@json_flag
@click.option(
    "--discord", "ask_discord", is_flag=True, help="Check the bot's token with Discord, too."
)
@setting(
    "articles",
    "sources",
    "update_every",
    "index",
    "encoders",
    "max_article_mb",
    "store",
    "database_url",
    "shards",
    "golden",
)
@setting("metrics_host", "metrics_port", "redis_url", *LLM)
def command(as_json: bool, ask_discord: bool, **flags: str | None) -> None:
    """Check the installation, and name the command that fixes each problem.

    Checks the models, the index, the articles, the store, files, the disk, the clock, and the bot
    if it runs. With --discord it also checks the bot's token and prints the link that invites the
    bot."""
    from bot.commands.actions import doctor as action

    action.run(as_json, ask_discord, **flags)
