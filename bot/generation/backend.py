"""Client of a language model's endpoint. It uses OpenAI's chat completions API, as nearly all
endpoints do."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel, SecretStr
from tenacity import AsyncRetrying, RetryCallState, stop_after_attempt, wait_exponential_jitter

from bot.domain.models import Trouble
from bot.generation.bounded_transport import BoundedTransport, UnboundedResponseError
from bot.generation.budget import Usage
from bot.generation.dialect import Dialect
from bot.generation.errors import GenerationError
from bot.generation.retries import RetryBudget

_CONNECT_S = 3.0
_ATTEMPTS = 3
_LONGEST_PAUSE_S = 2.0  # longest Retry-After to wait for; the asker has the quotes by then
_DIALECTS = 6  # attempts; more than there are options to drop
_MOST_CHARS = 20_000  # per draft; about ten times the longest that is requested
_DETAIL = 300

_log = logging.getLogger(__name__)


class Backend:
    """Client of one endpoint. It remembers which request options the endpoint refuses. Use as an
    async context manager, within one event loop."""

    def __init__(self, base_url: str, model: str, key: SecretStr | None, timeout_s: float) -> None:
        self.model, self._key = model, key
        self._dialect = Dialect()
        self._retries = RetryBudget()
        # A redirect would send the question to another URL, and within the host the key, too.
        http = httpx2.AsyncClient(
            transport=BoundedTransport(), follow_redirects=False, trust_env=False
        )
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=key.get_secret_value() if key else "none",  # the client requires a key
            timeout=httpx2.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s)),
            max_retries=0,  # RetryBudget limits our own retries
            http_client=http,
        )

    async def __aenter__(self) -> "Backend":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def stream(
        self,
        messages: Sequence[ChatCompletionMessageParam],
        schema: type[BaseModel],
        most_tokens: int,
        usage: Usage,
    ) -> AsyncGenerator[str, None]:
        """Yield the pieces of text as the model writes them.

        `schema` describes the JSON to write, of at most `most_tokens` tokens. Set the token counts
        of `usage` when the endpoint reports them, and to zero if the request cost nothing. The
        caller must close the generator. Raises GenerationError with the trouble: the endpoint is
        unreachable, slow, limited, failed, refused the request, or sent no usable text."""
        length = 0
        try:
            chunks = await self._opened(messages, schema, most_tokens)
            async with aclosing(chunks):
                async for chunk in chunks:
                    if chunk.usage:
                        usage.input_tokens = chunk.usage.prompt_tokens
                        usage.output_tokens = chunk.usage.completion_tokens
                    piece = (chunk.choices[0].delta.content or "") if chunk.choices else ""
                    length += len(piece)
                    if length > _MOST_CHARS:
                        raise GenerationError(Trouble.GARBLED, "its answer is too long")
                    if piece:
                        yield piece
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            if _cost_nothing(error):
                usage.input_tokens = usage.output_tokens = 0
            raise self._troubled(error) from error
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            # Chunks are not validated: one that does not follow the API may raise any of these.
            raise self._told(Trouble.GARBLED, error) from error

    async def _opened(
        self,
        messages: Sequence[ChatCompletionMessageParam],
        schema: type[BaseModel],
        most_tokens: int,
    ) -> Any:
        """Open the stream of chunks. Retry transient failures while the retry budget allows. If the
        endpoint refuses a request option, drop it and try again."""
        self._retries.earn()
        for _ in range(_DIALECTS):
            options = self._dialect.options(schema, most_tokens)
            try:
                return await self._persistently(messages, options)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                other = self._dialect.without(str(error))
                if other is None:
                    raise
                _log.info("the endpoint refused a request; trying %s", other)
                self._dialect = other
        raise GenerationError(Trouble.REFUSED, "the endpoint accepts no form of request")

    async def _persistently(
        self, messages: Sequence[ChatCompletionMessageParam], options: dict[str, Any]
    ) -> Any:
        trying = AsyncRetrying(
            stop=stop_after_attempt(_ATTEMPTS), wait=_pause, retry=self._again, reraise=True
        )

        async def once() -> Any:
            return await self._client.chat.completions.create(
                model=self.model, messages=list(messages), stream=True, **options
            )

        return await trying(once)

    def _again(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if error is None or isinstance(error, openai.APITimeoutError) or _is_unbounded(error):
            return False  # after a timeout the asker has waited long enough
        passes = isinstance(
            error, openai.APIConnectionError | openai.InternalServerError | openai.RateLimitError
        )
        return passes and _asked_pause(error) <= _LONGEST_PAUSE_S and self._retries.spend()

    def _troubled(self, error: Exception) -> GenerationError:
        if _is_unbounded(error):
            return self._told(Trouble.GARBLED, error)
        if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
            return self._told(Trouble.SLOW, error)
        if isinstance(error, openai.RateLimitError):
            return self._told(Trouble.LIMITED, error)
        if isinstance(error, openai.InternalServerError):
            return self._told(Trouble.FAILED, error)
        if isinstance(error, openai.APIStatusError):
            return self._told(Trouble.REFUSED, error)
        if isinstance(error, openai.APIConnectionError | httpx2.HTTPError):
            return self._told(Trouble.UNREACHABLE, error)
        return self._told(Trouble.GARBLED, error)

    def _told(self, reason: Trouble, error: Exception) -> GenerationError:
        """Convert the error to a GenerationError. Remove the key from its text, because some
        endpoints repeat the key that they refuse."""
        cause = f" ({error.__cause__})" if error.__cause__ else ""
        detail = f"{type(error).__name__}: {error}{cause}"
        if self._key:
            detail = detail.replace(self._key.get_secret_value(), "(the key)")
        return GenerationError(reason, detail[:_DETAIL])


def _is_unbounded(error: BaseException) -> bool:
    return isinstance(error.__cause__ or error, UnboundedResponseError)


def _cost_nothing(error: Exception) -> bool:
    """Return whether the endpoint generated nothing: it was unreachable or sent an error status."""
    never_left = isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
    return never_left or isinstance(error, openai.APIStatusError)


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return max(
        wait_exponential_jitter(multiplier=0.1, max=1.0, jitter=0.2)(state), _asked_pause(error)
    )


def _asked_pause(error: BaseException | None) -> float:
    """Return the seconds in the Retry-After header, or 0 without one. A date counts as one second
    more than the longest pause, so no retry follows."""
    if not isinstance(error, openai.APIStatusError):
        return 0.0
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", 0)))
    except ValueError:  # a date: too long to wait for
        return _LONGEST_PAUSE_S + 1
