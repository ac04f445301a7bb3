"""What can be filled into which text, with its type."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0, examples=[1_200], description="how many")]
Id = Annotated[str, Field(examples=["7qkx3mzr5avd"], description="what names it")]
Time = Annotated[str, Field(examples=["40 seconds"], description="how long, in words")]


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


class Counted(Variables):
    count: Count


class TooMuch(Variables):
    count: Count
    most: int = Field(ge=0, examples=[1_000], description="how many are taken")


class Character(Variables):
    code: str = Field(examples=["U+0007"], description="the character, as Unicode numbers it")


class Later(Variables):
    wait: Time


class Limited(Variables):
    limit: str = Field(examples=["10 requests a minute"], description="measures.limit")
    wait: Time


class Limit(Variables):
    requests: str = Field(examples=["10 requests"], description="how many, in words")
    time: str = Field(examples=["a minute"], description="measures.every_*, or a time in words")


class Reference(Variables):
    reference: Id


class Channels(Variables):
    channels: str = Field(examples=["#news #deals"], description="their names, which lead there")


class Lacking(Variables):
    channel: str = Field(examples=["#news"], description="its name, which leads there")
    permissions: str = Field(examples=["Embed Links"], description="as Discord calls them")


_OF: dict[str, type[Variables]] = {
    "discord_waiting": Waiting,
    "measures.days": Counted,
    "measures.hours": Counted,
    "measures.limit": Limit,
    "measures.minutes": Counted,
    "measures.months": Counted,
    "measures.requests": Counted,
    "measures.seconds": Counted,
    "measures.span_limit": Limit,
    "measures.years": Counted,
    "refusals.bug": Reference,
    "refusals.busy": Later,
    "refusals.limit_all": Limited,
    "refusals.limit_channel": Limited,
    "refusals.limit_server": Limited,
    "refusals.limit_user": Limited,
    "refusals.other_channels": Channels,
    "refusals.permission_missing": Lacking,
    "refusals.question_long": TooMuch,
    "refusals.question_not_text": Character,
    "refusals.text_long": TooMuch,
    "refusals.text_not_text": Character,
    "refusals.text_sentences": TooMuch,
}


def variables_of(name: str) -> type[Variables]:
    """Of the text `name`."""
    return _OF.get(name, Variables)
