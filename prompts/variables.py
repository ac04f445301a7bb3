"""What can be filled into which text, with its type."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Variables(BaseModel):
    """Those of one text; most have none. Every field has an example, which shows how the text
    will look."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def example(cls) -> Self:
        """With the examples as values."""
        fields = cls.model_fields.items()
        return cls(**{name: (field.examples or [None])[0] for name, field in fields})


class Waiting(Variables):
    before: int = Field(gt=0, examples=[1_200], description="how many questions come first")


_OF = {"discord_waiting": Waiting}


def variables_of(name: str) -> type[Variables]:
    """Of the text `name`."""
    return _OF.get(name, Variables)
