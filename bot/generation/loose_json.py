"""Lenient parser for JSON as models write it: inside other text, truncated, or malformed."""

from typing import Any

import json_repair
from pydantic_core import from_json


def read_json(text: str) -> Any:
    """Parse the first object or list in the text, as far as it goes; None if there is none."""
    begins = [at for at in (text.find("{"), text.find("[")) if at >= 0]
    if not begins:
        return None
    text = text[min(begins) :]
    try:
        return from_json(text, allow_partial=True)
    except ValueError:  # text follows the JSON, or it is malformed
        return json_repair.loads(text, skip_json_loads=True)
