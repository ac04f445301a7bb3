"""JSON as models write it: with words around it, broken off, or only nearly right."""

from typing import Any

import json_repair
from pydantic_core import from_json


def read_json(text: str) -> Any:
    """What the first object or list holds, as far as it goes; None where there is none."""
    begins = [at for at in (text.find("{"), text.find("[")) if at >= 0]
    if not begins:
        return None
    text = text[min(begins) :]
    try:
        return from_json(text, allow_partial=True)
    except ValueError:  # something stands behind it, or it is only nearly JSON
        return json_repair.loads(text, skip_json_loads=True)
