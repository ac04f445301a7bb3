"""What an endpoint understands of a request. They differ, and say so with a 400 only."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel


class Form(StrEnum):
    """How the endpoint is told that the answer is to be JSON."""

    SCHEMA = "schema"
    JSON = "json"
    NONE = "none"


_LESSER = {Form.SCHEMA: Form.JSON, Form.JSON: Form.NONE}


@dataclass(frozen=True, slots=True)
class Dialect:
    """Begins with all that is of use, and does without what is refused."""

    form: Form = Form.SCHEMA
    limit: str = "max_tokens"  # what newer models of OpenAI's call max_completion_tokens
    temperature: bool = True
    usage: bool = True

    def options(self, schema: type[BaseModel], most_tokens: int) -> dict[str, Any]:
        """Of a request, beside its messages."""
        options: dict[str, Any] = {self.limit: most_tokens}
        if self.temperature:
            options["temperature"] = 0.0
        if self.usage:
            options["stream_options"] = {"include_usage": True}
        if self.form is Form.SCHEMA:
            named = {"name": schema.__name__.lower(), "schema": schema.model_json_schema()}
            options["response_format"] = {
                "type": "json_schema",
                "json_schema": named | {"strict": True},
            }
        elif self.form is Form.JSON:
            options["response_format"] = {"type": "json_object"}
        return options

    def without(self, complaint: str) -> Self | None:
        """What to try after a 400: without what it names, else with less of a form. None where
        nothing is left to leave out."""
        if self.limit == "max_tokens" and "max_completion_tokens" in complaint:
            return replace(self, limit="max_completion_tokens")
        if self.temperature and "temperature" in complaint:
            return replace(self, temperature=False)
        if self.usage and "stream_options" in complaint:
            return replace(self, usage=False)
        if self.form in _LESSER:
            return replace(self, form=_LESSER[self.form])
        return None
