"""Language models for tests: an endpoint that does what a test tells it, and a small real one.

Both speak OpenAI's chat completions on the loopback address. The scripted one::

    async with ScriptedEndpoint() as endpoint:
        endpoint.plays(fails(500), says("The bridge closes."))   # the first request, the second
        endpoint.always(stalls("The bridge", after=2))           # all others
        ...                                                      # talk to endpoint.url
        assert endpoint.requests[0].key == "secret"
        await endpoint.left(3)                                   # three clients hung up

What it can do stands in `tests/llm/acts.py`. What is slow waits until the client goes or
`endpoint.release()` is called.

The real one is the session's fixture `smollm` (tests/llm/smollm.py): SmolLM2 with 135 million
parameters, fluent, and too small to keep to what it is given.
"""

from tests.llm.acts import (
    cuts,
    dribbles,
    ends_early,
    fails,
    hangs,
    never_ends,
    refuses_schemas,
    says,
    sends,
    stalls,
    streams,
)
from tests.llm.endpoint import Received, ScriptedEndpoint

__all__ = [
    "Received",
    "ScriptedEndpoint",
    "cuts",
    "dribbles",
    "ends_early",
    "fails",
    "hangs",
    "never_ends",
    "refuses_schemas",
    "says",
    "sends",
    "stalls",
    "streams",
]
