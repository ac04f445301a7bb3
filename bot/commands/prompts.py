"""`dealbot prompts`: the texts that users and models get, and a preview of your own."""

import click

from bot.commands.options import json_flag, setting


@click.group("prompts")
def command() -> None:
    """List and print the bot's texts.

    A folder of your own may replace them: dealbot prompts list --prompts FOLDER."""


@command.command("list")
@json_flag
@setting("prompts")
def list_prompts(as_json: bool, **flags: str | None) -> None:
    """List the texts, with the file of each one that you replaced."""
    from bot.commands.actions import prompts as action

    action.list_prompts(as_json, **flags)


@command.command("show")
@click.argument("name")
@click.option("--question", help="Fill in a model's text for this question.")
@setting("prompts", "index", "encoders")
def show(name: str, question: str | None, **flags: str | None) -> None:
    """Print the text NAME as users or a model get it, with example values filled in.

    If NAME is a kind of short texts, print the file of all of them, as a start for your own."""
    from bot.commands.actions import prompts as action

    action.show(name, question, **flags)
