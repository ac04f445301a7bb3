"""Request options that an endpoint accepts. Its only sign of a wrong one is a 400 or 422."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel


class Form(StrEnum):
    """Form of JSON output to request: by a schema, as any JSON object, or not requested at all."""

    SCHEMA = "schema"
    JSON = "json"
    NONE = "none"


_LESSER = {Form.SCHEMA: Form.JSON, Form.JSON: Form.NONE}


@dataclass(frozen=True, slots=True)
class Dialect:
    """Options of a request. The first dialect uses every option; `without` drops refused ones."""

    form: Form = Form.SCHEMA
    limit: str = "max_tokens"  # newer OpenAI models call it max_completion_tokens
    temperature: bool = True
    usage: bool = True

    def options(self, schema: type[BaseModel], most_tokens: int) -> dict[str, Any]:
        """Build the keyword arguments of a request, except its messages."""
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
        """Choose the dialect to try after a refusal. Drop the option that `complaint` names, else
        request a weaker form of JSON. Return None if there is nothing left to drop."""
        if self.limit == "max_tokens" and "max_completion_tokens" in complaint:
            return replace(self, limit="max_completion_tokens")
        if self.temperature and "temperature" in complaint:
            return replace(self, temperature=False)
        if self.usage and "stream_options" in complaint:
            return replace(self, usage=False)
        if self.form in _LESSER:
            return replace(self, form=_LESSER[self.form])
        return None
