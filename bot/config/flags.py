"""The settings as flags: their names and descriptions, read without importing them.

`Settings` needs pydantic and more, which take 0.3 s. `--help` waits for none of that: it reads the
source of `Settings`.
"""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

PREFIX = "DEALBOT_"
_SOURCE = Path(__file__).with_name("settings.py")
_PATHS = "Place"  # the type of a setting that is a path


class FlagDescription(NamedTuple):
    """Description of a setting in the help of its flag."""

    description: str
    is_path: bool


@cache
def flag_descriptions() -> dict[str, FlagDescription]:
    """Return the description of each setting by its name, in the order of `Settings`."""
    module = ast.parse(_SOURCE.read_text(encoding="utf-8"))
    classes = (each for each in module.body if isinstance(each, ast.ClassDef))
    body = next(each.body for each in classes if each.name == "Settings")
    return {
        field.target.id: FlagDescription(_description(field), _PATHS in ast.dump(field.annotation))
        for field in body
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and not field.target.id.startswith("_")
    }


def _description(field: ast.AnnAssign) -> str:
    """Return the description that a field is defined with."""
    assert isinstance(field.value, ast.Call)
    given = {keyword.arg: keyword.value for keyword in field.value.keywords}
    return str(ast.literal_eval(given["description"]))
