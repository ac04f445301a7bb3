"""Language models for tests: a scripted endpoint and a small real model.

Both speak OpenAI's chat completions on the loopback address. The scripted one::

    async with ScriptedEndpoint() as endpoint:
        endpoint.plays(fails(500), says("The bridge closes."))   # the first request, the second
        endpoint.always(stalls("The bridge", after=2))           # all others
        ...                                                      # talk to endpoint.url
        assert endpoint.requests[0].key == "secret"
        await endpoint.left(3)                                   # three clients hung up

`tests/llm/acts.py` lists its acts. Slow acts wait until the client disconnects or the test calls
`endpoint.release()`.

The real one is the session fixture `smollm` (tests/llm/smollm.py): SmolLM2 with 135 million
parameters, fluent, and too small to stay with what it is given.
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
