"""Settings: a flag, an environment variable DEALBOT_* or a key in dealbot.toml, in this order."""

import math
import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.cluster.shards import ShardRange
from bot.config.flags import PREFIX
from bot.config.values import (
    DatabaseUrl,
    HttpUrl,
    Ids,
    Limit,
    Names,
    Place,
    RedisUrl,
    Schedule,
    Shards,
)
from bot.domain.errors import SettingsError
from bot.monitoring.logs import LogFormat, LogLevel
from index.encoder.encoder import default_home
from index.files.folder_locks import KEPT_GENERATIONS
from index.models import BUILDS, DATABASE_URLS, DenseType

if TYPE_CHECKING:
    from index.places import Index

FILE = Path("dealbot.toml")
# They may contain a password: never shown.
_SECRETS = {"database_url", "redis_url", "llm_api_key", "llm_base_url"}


class Settings(BaseModel):
    """All settings with their defaults.

    A field's name is its key in dealbot.toml. DEALBOT_ and the name in capitals is the environment
    variable; the name with dashes is the flag. The description is the flag's help."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    articles: tuple[Place, ...] = Field(
        (Path("articles"),),
        min_length=1,
        description="Files or folders with the articles to index.",
    )
    index: Place = Field(
        Path("data/index"),
        description="Folder of the index, or URL of a PostgreSQL database: postgresql://...",
    )
    encoders: Place = Field(
        default_factory=default_home, description="Folder of the adopted encoders."
    )
    sources: Place = Field(
        Path("data/sources"), description="Folder of the sources that are read again by themselves."
    )
    update_every: Schedule = Field(
        "off",
        description="How often `run` reads the sources again, such as 15m or 1h; off: never.",
    )
    sources_allow_private: bool = Field(
        False,
        description="Whether sources may be on private addresses, such as a server of your own.",
    )
    max_article_mb: float = Field(
        10.0, gt=0, le=1000, description="Largest article in megabytes; a larger one is refused."
    )
    dense_type: DenseType = Field(
        DenseType.AUTO,
        description="How to search vectors: exact, compressed, or auto (by their number).",
    )
    keep_generations: int = Field(
        KEPT_GENERATIONS, gt=0, description="Number of index generations that a build keeps."
    )
    max_waiting: int = Field(
        256, gt=0, description="Number of questions that may wait; more are refused."
    )
    max_wait_s: float = Field(
        2.0,
        gt=0,
        description="Longest expected wait in seconds; with a longer one, a question is refused.",
    )
    deadline_s: float = Field(
        20.0, gt=0, description="Seconds after which the bot gives up on an answer."
    )
    stop_within_s: float = Field(
        10.0,
        ge=1,
        description="Seconds from SIGTERM to the end of `run`, as the supervisor allows; Docker "
        "allows 10.",
    )
    golden: Place | None = Field(
        None,
        description="File with one JSON question per line that a rebuilt index must answer.",
    )
    store: Place = Field(
        Path("data/dealbot.sqlite"), description="File that keeps receipts, votes and settings."
    )
    database_url: DatabaseUrl | None = Field(
        None,
        description="PostgreSQL database that keeps the store in place of a file, such as "
        "postgresql://dealbot@localhost/bot; several bots may share it. Set a password only in the "
        "variable: others can see flags.",
    )
    shards: Shards | None = Field(
        None,
        description="Shards that this process serves, such as 0-3/16; not set: all. It needs "
        "database_url.",
    )
    keep_days: int = Field(
        90,
        gt=0,
        description="Days for which the bot keeps answers, and questions with keep_questions.",
    )
    keep_questions: bool = Field(
        False, description="Whether the bot keeps what users type, as long as it keeps the answers."
    )
    limit_per_user: Limit = Field(
        "10/minute", description="Most requests from one user, such as 10/minute."
    )
    limit_per_channel: Limit = Field("30/minute", description="Most requests in one channel.")
    limit_per_server: Limit = Field("90/minute", description="Most requests in one server.")
    limit_overall: Limit = Field("300/minute", description="Most requests overall.")
    watches_per_user: int = Field(
        5, ge=0, le=20, description="Most questions that one user may watch; 0: none."
    )
    watches_per_server: int = Field(
        50, ge=0, description="Most questions that the users of one server may watch."
    )
    redis_url: RedisUrl | None = Field(
        None,
        description="Redis in which several bots share limits and answers, such as "
        "redis://localhost:6379/0. Set a password only in the variable: others can see flags.",
    )
    admin_users: Ids = Field(
        (), description="Discord ids of users who may rebuild the index, separated by commas."
    )
    admin_roles: Ids = Field(
        (), description="Discord ids of roles that may rebuild the index, separated by commas."
    )
    log_level: LogLevel = Field(
        LogLevel.WARNING, description="Log level of `run`: debug, info, warning or error."
    )
    log_format: LogFormat = Field(LogFormat.TEXT, description="Log format of `run`: text or json.")
    log_questions: bool = Field(
        False, description="Whether the log contains the questions (at level info)."
    )
    prompts: Place | None = Field(
        None, description="Folder with your own texts (NAME.txt, NAME.toml) in place of the bot's."
    )
    llm_model: str = Field(
        "", description="Model that may write answers; if not set, answers are quotes only."
    )
    llm_base_url: HttpUrl = Field(
        "https://api.openai.com/v1",
        description="Endpoint of the model; it must support OpenAI's chat completions.",
    )
    llm_api_key: SecretStr | None = Field(
        None, description="Key of the endpoint. Set it in the variable: others can see flags."
    )
    llm_timeout_s: float = Field(
        8.0, gt=0, description="Seconds that the model has for an answer; then it is quotes only."
    )
    llm_at_once: int = Field(
        4, gt=0, description="Number of answers that the model may write at the same time."
    )
    llm_rewrites: bool = Field(
        True, description="Whether the model rewrites a question that depends on earlier ones."
    )
    llm_tokens_per_user_per_day: int = Field(
        50_000,
        ge=0,
        description="Most tokens per user and day that the model reads and writes; 0: no limit.",
    )
    llm_tokens_per_day: int = Field(
        2_000_000,
        ge=0,
        description="Most tokens per day in all that the model reads and writes; 0: no limit.",
    )
    llm_price_input: float = Field(
        0.0, ge=0, le=10_000, description="Price of a million tokens that the model reads."
    )
    llm_price_output: float = Field(
        0.0, ge=0, le=10_000, description="Price of a million tokens that the model writes."
    )
    llm_cost_per_day: float = Field(
        0.0,
        ge=0,
        le=1_000_000_000,
        description="Most that the model may cost per day, by these prices; 0: no limit.",
    )
    metrics_host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="Address where `run` serves /metrics, /healthz and /readyz.",
    )
    metrics_port: int = Field(
        9464,
        ge=0,
        le=65_535,
        description="Port where `run` serves /metrics, /healthz and /readyz; 0: none.",
    )
    web_page: bool = Field(
        True,
        description="Whether `run` serves read-only pages beside /metrics, on this machine only.",
    )
    web_hosts: Names = Field(
        (),
        description="Other host names under which the pages may be read, separated by commas; "
        "needed if metrics_host is not this machine.",
    )
    insights_people: int = Field(
        2,
        ge=1,
        le=100,
        description="Number of people who must have asked a question before insights show it.",
    )
    history: Place = Field(
        Path("data/repl-history"), description="File with the history of the REPL's prompt."
    )

    # URL of the database if the index is on a server; `index` then keeps the files of builds.
    _index_url: SecretStr | None = PrivateAttr(None)

    @model_validator(mode="wrap")
    @classmethod
    def _server_or_folder(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Take the URL of a database out of the settings, because it may contain a password."""
        place = values.get("index") if isinstance(values, dict) else None
        if not isinstance(place, str) or not place.startswith(DATABASE_URLS):
            return handler(values)
        settings = handler({**values, "index": BUILDS})
        settings._index_url = SecretStr(place)
        return settings

    @field_validator("articles", mode="before")
    @classmethod
    def _one_or_several(cls, articles: object) -> object:
        """Split a string with several paths at os.pathsep, as in PATH."""
        return tuple(articles.split(os.pathsep)) if isinstance(articles, str) else articles

    @field_validator("shards")
    @classmethod
    def _has_a_database(cls, shards: ShardRange | None, info: ValidationInfo) -> ShardRange | None:
        if shards and not info.data.get("database_url"):
            raise ValueError(
                "it needs a PostgreSQL that all processes share: set DEALBOT_DATABASE_URL"
            )
        return shards

    @field_validator("llm_cost_per_day")
    @classmethod
    def _has_a_price(cls, cost: float, info: ValidationInfo) -> float:
        # An invalid price is missing here; its own error is reported first.
        prices = (info.data.get(f"llm_price_{of}", math.inf) for of in ("input", "output"))
        if cost and not any(prices):
            raise ValueError("it needs a price: set llm_price_input and llm_price_output, too")
        return cost

    def open_index(self) -> "Index":
        """Return the index that the settings name. Raises IndexUnreachableError if its URL cannot
        be used."""
        from index.places import index_at  # imported on demand: it takes half a second

        url = self._index_url.get_secret_value() if self._index_url else None
        return index_at(self.index, url)

    @property
    def index_is_on_server(self) -> bool:
        return self._index_url is not None

    @property
    def store_place(self) -> Path | SecretStr:
        """Place of the store: the URL of a database if one is set, otherwise the file."""
        return self.database_url or self.store

    @property
    def max_article_bytes(self) -> int:
        return int(self.max_article_mb * 1_000_000)

    @classmethod
    def load(cls, flags: Mapping[str, Any], environment: Mapping[str, str]) -> Self:
        """Load the settings; flags that are None or empty count as not given.

        Raises SettingsError, which names the setting and what is wrong with it."""
        values = _from_file(FILE) | _from_environment(environment)
        flags = {name: value for name, value in flags.items() if value not in (None, ())}
        if "store" in flags:  # the flag names a file, so a URL from elsewhere does not count
            values.pop("database_url", None)
        values |= flags
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            given = "this value" if name in _SECRETS else repr(first["input"])
            raise SettingsError(
                f"The setting {name} (flag --{name.replace('_', '-')}, variable "
                f"{PREFIX}{name.upper()}) cannot be set to {given}: {first['msg']}"
            ) from error


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
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
            if value:  # an empty variable counts as not set
                values[name] = value
    return values


def _check_known(name: str, found: str) -> None:
    if name not in Settings.model_fields:
        known = sorted(Settings.model_fields)
        (near,) = get_close_matches(name, known, n=1, cutoff=0)
        raise SettingsError(
            f"{found}, which is not a setting: did you mean {near}? "
            f"The settings are: {', '.join(known)}"
        )
