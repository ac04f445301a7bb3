"""Settings: a flag, an environment variable DEALBOT_* or a key in dealbot.toml, in this order."""

import math
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from bot.config.values import HttpUrl, Ids, Limit, Place, RedisUrl
from bot.domain.errors import SettingsError
from bot.monitoring.logs import LogFormat, LogLevel
from index.encoder.encoder import default_home
from index.files.holds import KEPT_GENERATIONS
from index.models import DenseType

FILE = Path("dealbot.toml")
PREFIX = "DEALBOT_"
_SECRETS = {"redis_url", "llm_api_key", "llm_base_url"}  # may hold a password: never shown


class Settings(BaseModel):
    """All settings with their defaults. The field's name is the key in dealbot.toml, in capitals
    after DEALBOT_ the variable, with dashes the flag; the description is the flag's help."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    articles: tuple[Place, ...] = Field(
        (Path("articles"),),
        min_length=1,
        description="Files or folders with the articles to index.",
    )
    index: Place = Field(Path("data/index"), description="Folder of the index.")
    encoders: Place = Field(
        default_factory=default_home, description="Folder of the adopted encoders."
    )
    max_article_mb: float = Field(
        10.0, gt=0, le=1000, description="An article larger than this is refused, in megabytes."
    )
    dense_type: DenseType = Field(
        DenseType.AUTO,
        description="How vectors are searched: exact, compressed, or auto by their number.",
    )
    keep_generations: int = Field(
        KEPT_GENERATIONS, gt=0, description="Generations of the index that a build leaves."
    )
    max_waiting: int = Field(
        256, gt=0, description="Questions that may wait for an answer before more are refused."
    )
    max_wait_s: float = Field(
        2.0,
        gt=0,
        description="Seconds that a question may be expected to wait, else it is refused.",
    )
    deadline_s: float = Field(
        20.0, gt=0, description="Seconds after which an answer that has not come is given up."
    )
    golden: Place | None = Field(
        None,
        description="File with one question a line (JSON) that a rebuilt index has to answer.",
    )
    store: Place = Field(
        Path("data/dealbot.sqlite"), description="File that keeps receipts, votes and settings."
    )
    keep_days: int = Field(
        90, gt=0, description="Days for which the bot keeps answers, and questions if it does."
    )
    keep_questions: bool = Field(
        False, description="Whether the bot keeps what people type, for as long as the answers."
    )
    limit_per_user: Limit = Field("10/minute", description="How much one person may ask.")
    limit_per_channel: Limit = Field("30/minute", description="How much is answered in a channel.")
    limit_per_server: Limit = Field("90/minute", description="How much is answered in a server.")
    limit_overall: Limit = Field("300/minute", description="How much is answered in all.")
    redis_url: RedisUrl | None = Field(
        None,
        description="Redis in which several bots share limits and answers, such as "
        "redis://localhost:6379/0. One with a password belongs in the variable: others see flags.",
    )
    admin_users: Ids = Field((), description="Discord ids of people who may rebuild the index.")
    admin_roles: Ids = Field((), description="Discord ids of roles that may rebuild the index.")
    log_level: LogLevel = Field(
        LogLevel.WARNING, description="What `run` logs: debug, info, warning or error."
    )
    log_format: LogFormat = Field(LogFormat.TEXT, description="How `run` logs: text or json.")
    log_questions: bool = Field(
        False, description="Whether the log has what was asked (at the level info)."
    )
    prompts: Place | None = Field(
        None, description="Folder with texts that take the place of the bot's own: NAME.txt."
    )
    llm_model: str = Field(
        "", description="Name of the model that may write answers; without it all are quotes."
    )
    llm_base_url: HttpUrl = Field(
        "https://api.openai.com/v1",
        description="Endpoint that has the model and speaks OpenAI's chat completions.",
    )
    llm_api_key: SecretStr | None = Field(
        None, description="Its key. It belongs in the variable: others see flags."
    )
    llm_timeout_s: float = Field(
        8.0, gt=0, description="Seconds that the model has for an answer; then it is of quotes."
    )
    llm_at_once: int = Field(
        4, gt=0, description="Answers that the model may be writing at the same time."
    )
    llm_rewrites: bool = Field(
        True, description="Whether the model rewrites a question that leans on the one before."
    )
    llm_tokens_per_user_per_day: int = Field(
        50_000,
        ge=0,
        description="Tokens that a model may read and write for a person on a day; 0: any number.",
    )
    llm_tokens_per_day: int = Field(
        2_000_000, ge=0, description="Tokens that it may read and write on a day in all; 0: any."
    )
    llm_price_input: float = Field(
        0.0, ge=0, le=10_000, description="What a million tokens cost that the model reads."
    )
    llm_price_output: float = Field(
        0.0, ge=0, le=10_000, description="What a million tokens cost that it writes."
    )
    llm_cost_per_day: float = Field(
        0.0,
        ge=0,
        le=1_000_000_000,
        description="What the model may cost on a day, by these prices; 0: any amount.",
    )
    metrics_host: str = Field(
        "127.0.0.1", min_length=1, description="Where `run` serves /metrics, /healthz and /readyz."
    )
    metrics_port: int = Field(
        9464, ge=0, le=65_535, description="At which port it serves them; 0 is not at all."
    )
    history: Place = Field(
        Path("data/repl-history"), description="File that keeps what was typed in the REPL."
    )

    @field_validator("articles", mode="before")
    @classmethod
    def _one_or_several(cls, articles: object) -> object:
        """Several paths in one string, a variable say, are written as in PATH."""
        return tuple(articles.split(os.pathsep)) if isinstance(articles, str) else articles

    @field_validator("llm_cost_per_day")
    @classmethod
    def _has_a_price(cls, cost: float, info: ValidationInfo) -> float:
        # A price that is wrong itself is missing here, and is told first.
        prices = (info.data.get(f"llm_price_{of}", math.inf) for of in ("input", "output"))
        if cost and not any(prices):
            raise ValueError("it is counted by llm_price_input and llm_price_output: set them, too")
        return cost

    @property
    def max_article_bytes(self) -> int:
        return int(self.max_article_mb * 1_000_000)

    @classmethod
    def load(cls, flags: Mapping[str, Any], environment: Mapping[str, str]) -> Self:
        """`flags` that are None were not given. Raises SettingsError naming what is wrong."""
        values = _from_file(FILE) | _from_environment(environment)
        values |= {name: value for name, value in flags.items() if value not in (None, ())}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            given = "what it is" if name in _SECRETS else repr(first["input"])
            raise SettingsError(
                f"The setting {name} (flag --{name.replace('_', '-')}, variable "
                f"{PREFIX}{name.upper()}) cannot be {given}: {first['msg']}"
            ) from error


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    for key in values:
        _check_known(key, f"{path} has the key {key}")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, value in environment.items():
        if variable.startswith(PREFIX):
            name = variable.removeprefix(PREFIX).lower()
            _check_known(name, f"The environment has the variable {variable}")
            if value:  # an empty variable is one that is not set
                values[name] = value
    return values


def _check_known(name: str, found: str) -> None:
    if name not in Settings.model_fields:
        known = ", ".join(sorted(Settings.model_fields))
        raise SettingsError(f"{found}, which is no setting. There are: {known}")
