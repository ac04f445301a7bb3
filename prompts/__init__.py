"""The words that people get from the program: one text a file, so that they can be changed."""

from functools import cache
from importlib.resources import files


@cache
def text(name: str) -> str:
    """The text of `<name>.txt` without its final line break."""
    return files("prompts").joinpath(f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")
