"""`dealbot prompts`: the words that people get, and how one's own look in their place."""

import json

import click

from bot.commands.options import json_flag, load_settings, setting
from bot.errors import SettingsError
from bot.terminal.plain import visible
from prompts import Prompts, chosen, short_texts


@click.group("prompts")
def command() -> None:
    """The bot's words, in whose place a folder of your own may put others."""


@command.command("list")
@json_flag
@setting("prompts")
def list_prompts(as_json: bool, **flags: str | None) -> None:
    """List the texts, and which of them are your own."""
    load_settings(**flags)
    texts, built_in = chosen(), Prompts.load()
    for name in texts.names:
        own = str(texts[name].path) if texts[name].path != built_in[name].path else None
        if as_json:
            click.echo(json.dumps({"name": name, "text": texts[name].text, "own": own}))
        else:
            click.echo(visible(f"{name}  {own or ''}").rstrip())
    if not as_json:
        click.echo(f"Version {texts.version}")


@command.command("show")
@click.argument("name")
@setting("prompts")
def show(name: str, **flags: str | None) -> None:
    """Print the text NAME as people get it, with an example of whatever is filled in; or the file
    of all short texts of the kind NAME, as a start for your own."""
    load_settings(**flags)
    if name in chosen().kinds:
        click.echo(visible(short_texts(name)), nl=False)
        return
    if name not in chosen().names:
        raise SettingsError(f"There is no text {name!r}; there is: {', '.join(chosen().names)}")
    click.echo(visible(chosen()[name].example()))
