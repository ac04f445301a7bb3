"""`dealbot prompts`: the texts that users and models get, and a preview of your own."""

import asyncio
import json

import click

from bot.app import open_live_index, open_service
from bot.commands.options import json_flag, load_settings, setting
from bot.config.settings import Settings
from bot.domain.errors import SettingsError
from bot.domain.models import Question
from bot.wording.visible import visible
from prompts import Prompts, chosen, short_texts

# Texts that a model gets, in the order of its messages.
_WRITING = ("llm_system", "llm_answer")
_REWRITING = ("llm_rewrite_system", "llm_rewrite")


@click.group("prompts")
def command() -> None:
    """List and print the bot's texts.

    A folder of your own may replace them: dealbot prompts list --prompts FOLDER."""


@command.command("list")
@json_flag
@setting("prompts")
def list_prompts(as_json: bool, **flags: str | None) -> None:
    """List the texts, with the file of each one that you replaced."""
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
@click.option("--question", help="Fill in a model's text for this question.")
@setting("prompts", "index", "encoders")
def show(name: str, question: str | None, **flags: str | None) -> None:
    """Print the text NAME as users or a model get it, with example values filled in.

    If NAME is a kind of short texts, print the file of all of them, as a start for your own."""
    settings = load_settings(**flags)
    if question is not None:
        click.echo(visible(asyncio.run(_for_question(settings, name, question))))
        return
    if name in chosen().kinds:
        click.echo(visible(short_texts(name)), nl=False)
        return
    if name not in chosen().names:
        raise SettingsError(
            f"There is no text {name!r}. The texts are: {', '.join(chosen().names)}"
        )
    click.echo(visible(chosen()[name].example()))


async def _for_question(settings: Settings, name: str, question: str) -> str:
    """Return the text `name` as a model gets it, with the index's evidence for the question."""
    # Imported on demand: the client takes 0.5 s and may not be installed.
    from bot.generation.prompts import Offer, answer_messages, rewrite_messages

    if name in _REWRITING:
        messages, names = rewrite_messages(question, ()), _REWRITING
    elif name in _WRITING:
        async with open_service(settings, open_live_index(settings)) as service:
            receipt = await service.quote(Question(question=question))
        messages, names = answer_messages(receipt, Offer(receipt)), _WRITING
    else:
        told = ", ".join(_WRITING + _REWRITING)
        raise SettingsError(f"{name} has no place for a question. These texts do: {told}")
    return str(messages[names.index(name)]["content"])
