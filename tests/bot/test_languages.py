"""Translations: complete, with the same variables as the English texts, and fit for Discord."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from discord import app_commands

import prompts
from bot.discord.commands import ALL_COMMANDS
from prompts import Prompts, speak, speaking
from prompts.languages import closest_language, is_translated, language, language_names, languages

_MOST_NAME, _MOST_DESCRIPTION, _MOST_LABEL = 32, 100, 80
_NAME = re.compile(r"[-_'\w]{1,32}")

Command = app_commands.Command[Any, ..., Any] | app_commands.Group
codes = pytest.mark.parametrize("code", languages())


@pytest.fixture(autouse=True)
def _texts_of_this_test() -> Iterator[None]:
    with speaking("en"):
        yield
    prompts.choose(None)


def commands() -> list[Command]:
    top = [each for each in ALL_COMMANDS if not isinstance(each, app_commands.ContextMenu)]
    return [*top, *(sub for g in top if isinstance(g, app_commands.Group) for sub in g.commands)]


def test_there_are_eight_languages() -> None:
    assert len(languages()) == 8
    assert len(set(language_names().values())) == 9


@codes
def test_every_text_is_translated_with_its_variables(code: str) -> None:
    english, own = Prompts.load(), language(code).texts
    expected = {name for name in english.names if is_translated(name)}
    assert expected - own.keys() == set()
    assert own.keys() - expected == set()
    for name, template in own.items():
        template.check_replaces(english[name])
        assert template.text.strip(), name
        is_short = "." in name
        assert not is_short or len(template.text.splitlines()) == 1, name
        assert not name.startswith("buttons.") or len(template.text) <= _MOST_LABEL, name
    same = [name for name in expected if own[name].text == english[name].text]
    assert len(same) < len(expected) / 5


@codes
def test_every_command_has_a_name_that_discord_accepts(code: str) -> None:
    known = language(code).commands
    names = {command.qualified_name for command in commands()}
    menus = {each.name for each in ALL_COMMANDS if isinstance(each, app_commands.ContextMenu)}
    assert known.keys() == names | menus
    for command in commands():
        texts = known[command.qualified_name]
        check_name(texts.name)
        check_description(texts.description)
        options = () if isinstance(command, app_commands.Group) else command.parameters
        assert texts.options.keys() == {option.name for option in options}
        for name, description in texts.options.values():
            check_name(name)
            check_description(description)
        assert len({name for name, _ in texts.options.values()}) == len(texts.options)
    assert all(0 < len(known[menu].name) <= _MOST_NAME for menu in menus)


@codes
def test_no_two_commands_beside_each_other_have_one_name(code: str) -> None:
    for beside in (
        [each for each in commands() if " " not in each.qualified_name],
        *(each.commands for each in commands() if isinstance(each, app_commands.Group)),
    ):
        names = [language(code).commands[each.qualified_name].name for each in beside]
        assert len(set(names)) == len(names)


def check_name(name: str) -> None:
    assert _NAME.fullmatch(name), name
    assert name == name.lower()


def check_description(description: str) -> None:
    assert 0 < len(description) <= _MOST_DESCRIPTION, description


@codes
def test_a_task_speaks_its_language_and_others_do_not(code: str) -> None:
    english = prompts.text("refusals.late")
    with speaking(code):
        own = prompts.text("refusals.late")
        with speaking("en-US"):
            assert prompts.text("refusals.late") == english
        assert prompts.text("refusals.late") == own == language(code).texts["refusals.late"].text
        speak("xx")
        assert prompts.text("refusals.late") == english
    assert prompts.text("refusals.late") == english != own


def test_an_admins_own_text_is_the_same_in_every_language(tmp_path: Path) -> None:
    (tmp_path / "abstained.txt").write_text("We don't know.")
    prompts.choose(tmp_path)
    with speaking("de"):
        assert prompts.text("abstained") == "We don't know."
        assert prompts.text("refusals.late") == language("de").texts["refusals.late"].text


def test_locales_without_a_translation_are_english() -> None:
    assert closest_language("es-419") == closest_language("es-ES") == "es-ES"
    for locale in ("en-US", "en-GB", "xx", "", "../de"):
        assert closest_language(locale) == "en"
