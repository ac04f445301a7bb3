"""`dealbot prompts`: the words that people get, and how one's own look in their place."""

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

# What a model is told, in the order of its messages.
_WRITING = ("llm_system", "llm_answer")
_REWRITING = ("llm_rewrite_system", "llm_rewrite")


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
@click.option("--question", help="Fill a text for a model in as for this question.")
@setting("prompts", "index", "encoders")
def show(name: str, question: str | None, **flags: str | None) -> None:
    """Print the text NAME as people get it, or a model, with an example of whatever is filled in;
    or the file of all short texts of the kind NAME, as a start for your own."""
    settings = load_settings(**flags)
    if question is not None:
        click.echo(visible(asyncio.run(_for_question(settings, name, question))))
        return
    if name in chosen().kinds:
        click.echo(visible(short_texts(name)), nl=False)
        return
    if name not in chosen().names:
        raise SettingsError(f"There is no text {name!r}; there is: {', '.join(chosen().names)}")
    click.echo(visible(chosen()[name].example()))


async def _for_question(settings: Settings, name: str, question: str) -> str:
    """What a model gets under this name, with the evidence that the index has for the question."""
    # Here: the client of models takes half a second, and may not be there.
    from bot.generation.prompts import Offer, answer_messages, rewrite_messages

    if name in _REWRITING:
        messages, names = rewrite_messages(question, ()), _REWRITING
    elif name in _WRITING:
        async with open_service(settings, open_live_index(settings)) as service:
            receipt = await service.quote(Question(question=question))
        messages, names = answer_messages(receipt, Offer(receipt)), _WRITING
    else:
        told = ", ".join(_WRITING + _REWRITING)
        raise SettingsError(f"No question is filled into {name}; it is into: {told}")
    return str(messages[names.index(name)]["content"])
