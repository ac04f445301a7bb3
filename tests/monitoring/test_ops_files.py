"""The files for operating the bot: they name existing metrics and options, and restrict what can be
restricted."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.cli import cli
from bot.config.flags import PREFIX
from bot.config.settings import Settings
from bot.domain import errors
from bot.monitoring.degradations import Degradations
from bot.monitoring.gateway import Gateway
from bot.monitoring.gauges import Gauges, Watched
from bot.monitoring.metrics import Metrics
from bot.monitoring.observer import reason_of
from bot.serving.service import AnswerService
from index.errors import ExpectedError
from index.generations.live import LiveIndex

ROOT = Path(__file__).parents[2]
OPS = ROOT / "ops"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
ALERTS = [
    rule
    for group in yaml.safe_load((OPS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((OPS / "dashboard.json").read_text())
QUERIES = [rule["expr"] for rule in ALERTS] + [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
]
_NOT_OURS = {"up"}
_WORDS = {"by", "without", "le"}


@pytest.fixture
async def exposed(three_generations: Path, encoder_home: Path) -> dict[str, set[str]]:
    """Return each metric that the bot exposes, with the labels of its samples."""
    metrics, degraded = Metrics(), Degradations()
    live = LiveIndex(three_generations, encoder_home)
    metrics.refused(errors.QuestionError(""))
    metrics.rebuilt(None)
    async with AnswerService(live, max_waiting=1, deadline_s=1) as service:
        watched = Watched(service, live, degraded, Gateway(degraded))
        metrics.registry.register(Gauges(watched))
        page = metrics.page().decode()
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def names_in(query: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each metric of a query, with the labels that select it."""
    for name, selected in re.findall(r"\b([a-z_]{2,})\b(?:\{([^}]*)\})?(?!\s*\()", query):
        if name.startswith(("dealbot_", "process_", "python_")) or selected:
            yield name, set(re.findall(r"(\w+)\s*=", selected))


@pytest.mark.parametrize("query", QUERIES)
async def test_every_query_is_of_metrics_that_there_are(
    query: str, exposed: dict[str, set[str]]
) -> None:
    named = list(names_in(query))
    assert named
    for name, labels in named:
        if name not in _NOT_OURS:
            assert name in exposed
            assert labels <= exposed[name] | {"job"}
    grouped = {label for labels in re.findall(r"by \(([^)]*)\)", query) for label in labels.split()}
    assert grouped <= set().union(*(exposed.get(name, set()) for name, _ in named))


def test_the_reasons_in_alerts_are_those_of_failures() -> None:
    kinds = [e for e in vars(errors).values() if isinstance(e, type) and e is not ExpectedError]
    reasons = {reason_of(kind) for kind in kinds if issubclass(kind, Exception)} | {"bug"}
    named = re.findall(r'reason=~?"([^"]*)"', " ".join(QUERIES))
    assert named
    assert {reason for each in named for reason in each.split("|")} <= reasons


def test_every_variable_is_a_setting() -> None:
    given = [*COMPOSE["services"]["bot"]["environment"], *_variables(OPS / "bot.env.example")]
    given += [name for line in _unit("Environment") for name in re.findall(r"(\w+)=", line)]
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert {name for name in given if name.startswith(PREFIX)} <= settings
    assert "DISCORD_TOKEN" in given
    assert "DISCORD_TOKEN_FILE" in given


def _variables(file: Path) -> list[str]:
    return re.findall(r"^(\w+)=", file.read_text(), re.MULTILINE)


def _unit(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", (OPS / "dealbot.service").read_text(), re.MULTILINE)


def test_the_settings_of_the_files_are_accepted() -> None:
    environment = COMPOSE["services"]["bot"]["environment"]
    settings = Settings.load({}, {**environment, "DEALBOT_ADMIN_USERS": ""})
    assert settings.metrics_port == 9464


def test_the_commands_are_the_programs() -> None:
    (start,) = _unit("ExecStart")
    for command in (COMPOSE["services"]["bot"]["command"][0], start.split()[1]):
        assert cli.get_command(click.Context(cli), command) is not None


def test_the_bots_health_is_asked_for_where_it_serves_it() -> None:
    bot = COMPOSE["services"]["bot"]
    port = bot["environment"]["DEALBOT_METRICS_PORT"]
    assert f"http://127.0.0.1:{port}/healthz" in bot["healthcheck"]["test"][-1]
    compile(bot["healthcheck"]["test"][-1], "healthcheck", "exec")
    config = yaml.safe_load((OPS / "prometheus.yml").read_text())
    [scrape] = config["scrape_configs"]
    assert scrape["static_configs"] == [{"targets": [f"bot:{port}"]}]
    assert all((OPS / file).exists() for file in config["rule_files"])


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_service_is_closed(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["healthcheck"]["test"]
    assert "privileged" not in service
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+[\w-]*", service["image"]), "pinned"
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_redis_is_reached_by_the_bot_alone_and_files_that_are_mounted_are_there() -> None:
    services = COMPOSE["services"]
    assert COMPOSE["networks"]["cache"]["internal"]
    assert services["redis"]["networks"] == ["cache"]
    assert [name for name in services if "cache" in services[name].get("networks", [])] == [
        "bot",
        "redis",
    ]
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).exists()


def test_no_token_is_in_the_files_or_taken_into_the_image() -> None:
    assert "DISCORD_TOKEN" not in COMPOSE["services"]["bot"]["environment"]
    assert (OPS / "bot.env.example").read_text().count("DISCORD_TOKEN=\n") == 1
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/" + COMPOSE["services"]["bot"]["env_file"] in ignored
    assert (ROOT / ".dockerignore").read_text().startswith("*\n")


def test_the_unit_ends_and_restarts_the_bot_as_the_bot_expects() -> None:
    from bot.commands import run

    assert _unit("RestartPreventExitStatus") == [str(run._REFUSED)]
    assert _unit("Restart") == ["on-failure"]
    assert int(_unit("TimeoutStopSec")[0]) > 10
    for key in ("NoNewPrivileges", "PrivateTmp", "MemoryDenyWriteExecute", "RestrictNamespaces"):
        assert _unit(key) == ["yes"]
    assert _unit("ProtectSystem") == ["strict"]
    assert _unit("CapabilityBoundingSet") == [""]
    assert _unit("User") == ["dealbot"]


def test_what_answers_lives_where_no_page_of_memory_turns_from_data_to_code(
    three_generations: Path, encoder_home: Path
) -> None:
    """The systemd unit sets MemoryDenyWriteExecute."""
    program = """
import ctypes, sys
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
if ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0):
    sys.exit(77)
import bot.discord.runner, bot.monitoring.http
from bot.cli import main
main()
"""
    where = ["--index", str(three_generations), "--encoders", str(encoder_home)]
    done = subprocess.run(
        [sys.executable, "-c", program, "ask", "When did the harbour close?", *where],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode == 77:
        pytest.skip("this kernel cannot refuse it (Linux 6.3 can)")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The harbour closed in June." in done.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = (OPS / "dealbot.service").read_text()
    (start,) = _unit("ExecStart")
    installed = tmp_path / "dealbot.service"
    installed.write_text(unit.replace(start, f"{sys.executable} run"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(installed)], capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if "dealbot.service" in line]
    assert (done.returncode, told) == (0, [])
