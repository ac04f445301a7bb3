"""The work of `dealbot prompts`."""

import asyncio
import json
from difflib import get_close_matches

import click

from bot.app import open_live_index, open_service
from bot.commands.options import load_settings
from bot.config.settings import Settings
from bot.domain.errors import SettingsError
from bot.domain.models import Question
from bot.wording.visible import visible
from prompts import Prompts, chosen, short_texts

# Texts that a model gets, in the order of its messages.
_WRITING = ("llm_system", "llm_answer")
_REWRITING = ("llm_rewrite_system", "llm_rewrite")


def list_prompts(as_json: bool, **flags: str | None) -> None:
    """Print the names of the texts."""
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


def show(name: str, question: str | None, **flags: str | None) -> None:
    """Print a text, or all texts of a kind."""
    settings = load_settings(**flags)
    if question is not None:
        click.echo(visible(asyncio.run(_for_question(settings, name, question))))
        return
    if name in chosen().kinds:
        click.echo(visible(short_texts(name)), nl=False)
        return
    if name not in chosen().names:
        (near,) = get_close_matches(name, (*chosen().names, *chosen().kinds), n=1, cutoff=0)
        raise SettingsError(
            f"There is no text {name!r}: did you mean {near}? To list all texts: "
            "dealbot prompts list"
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
