"""The compose file for several bots: its settings exist, its shards are whole, and it is closed."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from bot.cli import cli
from bot.config.flags import PREFIX
from bot.config.settings import Settings

OPS = Path(__file__).parents[2] / "ops"
COMPOSE: dict[str, Any] = yaml.safe_load((OPS / "compose.several.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, each in SERVICES.items() if "build" in each]
BOTS = [name for name in OURS if SERVICES[name]["command"] == ["run"]]


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    settings = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    given = {each for each in SERVICES[name]["environment"] if each.startswith(PREFIX)}
    assert given <= settings


@pytest.mark.parametrize("name", OURS)
def test_the_settings_and_the_command_are_accepted(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert Settings.load({}, environment).open_index().name == environment["DEALBOT_INDEX"]
    command = SERVICES[name]["command"][0]
    assert cli.get_command(click.Context(cli), command) is not None


def test_every_shard_is_served_by_one_bot() -> None:
    served = list[int]()
    counts = set[int]()
    for name in BOTS:
        first, last, count = re.split("[-/]", SERVICES[name]["environment"]["DEALBOT_SHARDS"])
        served += range(int(first), int(last) + 1)
        counts.add(int(count))
    [count] = counts
    assert sorted(served) == list(range(count))


def mounted(name: str) -> dict[str, str]:
    """Return what a service mounts, by the path in its container."""
    parts = (volume.split(":") for volume in SERVICES[name]["volumes"])
    return {target: source for source, target, *_ in parts}


def test_the_bots_rebuild_from_the_articles_of_the_builder() -> None:
    assert {mounted(name)["/srv/dealbot/articles"] for name in OURS} == {"../articles"}


def test_a_bot_keeps_files_of_its_own_and_runs_until_its_answers_are_sent() -> None:
    data = [mounted(name)["/srv/dealbot/data"] for name in BOTS]
    assert len(set(data)) == len(BOTS)
    for name in BOTS:
        seconds = SERVICES[name]["stop_grace_period"]
        assert int(seconds.removesuffix("s")) > Settings().stop_within_s


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_closed(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert "privileged" not in service
    assert "ports" not in service
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+[\w-]*", service["image"]), "pinned"
    assert ("build" in service.get("profiles", [])) != ("test" in service["healthcheck"])


def test_the_databases_are_reached_by_ours_alone() -> None:
    assert COMPOSE["networks"]["backend"]["internal"]
    for name, service in SERVICES.items():
        assert service["networks"] == (["default"] if name in OURS else []) + ["backend"]


def test_no_password_is_in_the_files_or_committed() -> None:
    ignored = (OPS.parent / ".gitignore").read_text().splitlines()
    for name, service in SERVICES.items():
        files = service.get("env_file", [])
        for file in [files] if isinstance(files, str) else files:
            assert f"/ops/{file}" in ignored
            assert (OPS / f"{file}.example").exists()
        given = service.get("environment", {})
        assert not any("PASSWORD" in each or "TOKEN" in each for each in given), name
    example = (OPS / "postgres.env.example").read_text()
    assert re.findall(r"^(\w+)=$", example, re.MULTILINE) == ["POSTGRES_PASSWORD", "PGPASSWORD"]


def test_what_is_mounted_is_there_and_the_image_has_the_client_of_the_server() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (OPS / source).exists()
    for name in OURS:
        built = SERVICES[name]["build"]
        assert (OPS / built["context"] / "Dockerfile").exists()
        assert "postgres" in built["args"]["EXTRAS"].split(",")
        assert "ARG EXTRAS\n" in (OPS.parent / "Dockerfile").read_text()
