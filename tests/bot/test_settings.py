"""The source of each setting, and the errors for wrong ones."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from bot.cli import cli
from bot.config.settings import Settings
from bot.domain.errors import SettingsError


@pytest.fixture(autouse=True)
def _empty_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    toml: str | None = None,
) -> Settings:
    if toml is not None:
        Path("dealbot.toml").write_text(toml, encoding="utf-8")
    return Settings.load(flags or {}, environment or {})


def refusal(**sources: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**sources)
    assert "\n" not in caught.value.user_message
    return caught.value.user_message


def test_without_anything_the_defaults_hold() -> None:
    settings = load()
    assert settings.index == Path("data/index")
    assert settings.articles == (Path("articles"),)
    assert settings.max_waiting == 256


@pytest.mark.parametrize(
    ("flags", "environment", "toml", "expected"),
    [
        ({}, {}, 'index = "toml"', "toml"),
        ({}, {"DEALBOT_INDEX": "env"}, 'index = "toml"', "env"),
        ({"index": "flag"}, {"DEALBOT_INDEX": "env"}, 'index = "toml"', "flag"),
        ({"index": "flag"}, {}, 'index = "toml"', "flag"),
        ({"index": None}, {"DEALBOT_INDEX": "env"}, None, "env"),
        ({"index": None}, {}, None, "data/index"),
    ],
)
def test_flag_goes_before_variable_before_file_before_default(
    flags: dict[str, Any], environment: dict[str, str], toml: str | None, expected: str
) -> None:
    assert load(flags, environment, toml).index == Path(expected)


def test_articles_flag_that_was_not_given_leaves_the_variable_in_force() -> None:
    assert load({"articles": ()}, {"DEALBOT_ARTICLES": "a"}).articles == (Path("a"),)


def test_several_articles_come_from_variable_flag_and_file() -> None:
    both = (Path("a b"), Path("/c"))
    assert load(environment={"DEALBOT_ARTICLES": "a b:/c"}).articles == both
    assert load(flags={"articles": ("a b", "/c")}).articles == both
    assert load(toml='articles = ["a b", "/c"]').articles == both


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_empty_variable_counts_as_not_set(name: str) -> None:
    assert load(environment={f"DEALBOT_{name.upper()}": ""}) == load()


def test_empty_variable_leaves_the_file_in_force() -> None:
    assert load(environment={"DEALBOT_INDEX": ""}, toml='index = "toml"').index == Path("toml")


@pytest.mark.parametrize(
    "sources",
    [
        {"flags": {"index": ""}},
        {"toml": 'index = ""'},
        {"flags": {"articles": ("a", "")}},
        {"environment": {"DEALBOT_ARTICLES": "a::b"}},
        {"toml": "articles = []"},
    ],
)
def test_empty_path_is_refused_and_not_taken_for_the_working_folder(
    sources: dict[str, Any],
) -> None:
    assert "The setting " in refusal(**sources)


def test_unknown_variable_is_named_with_those_there_are() -> None:
    message = refusal(environment={"DEALBOT_INDEKS": "x"})
    assert "DEALBOT_INDEKS" in message
    assert "index" in message.replace("DEALBOT_INDEKS", "")


def test_unknown_variable_is_named_even_where_it_is_empty() -> None:
    assert "DEALBOT_INDEKS" in refusal(environment={"DEALBOT_INDEKS": ""})


def test_other_programs_variables_are_left_alone() -> None:
    assert load(environment={"_DEALBOT_COMPLETE": "x", "XDEALBOT_Y": "x", "PATH": ":"}) == load()


def test_unknown_key_is_named_with_its_file() -> None:
    message = refusal(toml="deadline = 3")
    assert "dealbot.toml" in message
    assert "key deadline," in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_waiting", "many"),
        ("max_waiting", "0"),
        ("max_waiting", "2.5"),
        ("deadline_s", "-1"),
        ("deadline_s", "nan"),
        ("max_article_mb", "inf"),
        ("max_article_mb", "0"),
        ("llm_tokens_per_day", "-1"),
        ("llm_price_input", "nan"),
        ("llm_cost_per_day", "inf"),
    ],
)
def test_bad_value_is_told_with_setting_flag_and_variable(name: str, value: str) -> None:
    message = refusal(environment={f"DEALBOT_{name.upper()}": value})
    assert f"The setting {name} " in message
    assert f"--{name.replace('_', '-')}" in message
    assert f"DEALBOT_{name.upper()}" in message
    assert repr(value) in message


@pytest.mark.parametrize("toml", ["index = [1]", "articles = 3", "max_waiting = {}"])
def test_value_of_another_type_in_the_file_names_the_setting(toml: str) -> None:
    assert f"The setting {toml.split()[0]} " in refusal(toml=toml)


def test_broken_file_is_named() -> None:
    assert "dealbot.toml cannot be read" in refusal(toml="index = ")


def test_file_in_another_encoding_is_named() -> None:
    Path("dealbot.toml").write_bytes('index = "caf\xe9"'.encode("latin-1"))
    assert "dealbot.toml cannot be read" in refusal()


def test_folder_in_the_place_of_the_file_is_named() -> None:
    Path("dealbot.toml").mkdir()
    assert "dealbot.toml cannot be read" in refusal()


def _options(command: click.Command) -> set[str]:
    # Not `get_params`: the help option that it makes stays on the command for later tests.
    own = {name for parameter in command.params for name in parameter.opts}
    if not isinstance(command, click.Group):
        return own
    context = click.Context(command)
    names = command.list_commands(context)
    return own.union(*(_options(c) for n in names if (c := command.get_command(context, n))))


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_has_a_flag_on_some_command(name: str) -> None:
    assert f"--{name.replace('_', '-')}" in _options(cli)


def test_the_address_of_redis_is_shown_nobody_for_it_may_hold_a_password() -> None:
    settings = load(environment={"DEALBOT_REDIS_URL": "redis://:hunter2@localhost:6379/0"})
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value().endswith("localhost:6379/0")
    assert "hunter2" not in f"{settings} {settings!r} {settings.model_dump()}"


@pytest.mark.parametrize("wrong", ["http://:hunter2@localhost", "hunter2", "redis+hunter2://x"])
def test_not_even_where_it_is_wrong(wrong: str) -> None:
    told = refusal(environment={"DEALBOT_REDIS_URL": wrong})
    assert "DEALBOT_REDIS_URL" in told
    assert "redis://, rediss:// or unix://" in told
    assert "hunter2" not in told


def test_not_even_where_its_port_is_wrong() -> None:
    told = refusal(environment={"DEALBOT_REDIS_URL": "redis://:hunter2@localhost:port/0"})
    assert "hunter2" not in told


def test_a_cap_on_the_cost_needs_a_price() -> None:
    told = refusal(environment={"DEALBOT_LLM_COST_PER_DAY": "5"})
    assert "The setting llm_cost_per_day " in told
    assert "set llm_price_input and llm_price_output" in told
    for name in ("input", "output"):
        priced = {"DEALBOT_LLM_COST_PER_DAY": "5", f"DEALBOT_LLM_PRICE_{name.upper()}": "0.5"}
        assert load(environment=priced).llm_cost_per_day == 5
    assert load(environment={"DEALBOT_LLM_COST_PER_DAY": "0"}).llm_cost_per_day == 0
    assert "llm_price_input " in refusal(
        environment={"DEALBOT_LLM_COST_PER_DAY": "5", "DEALBOT_LLM_PRICE_INPUT": "cheap"}
    )
