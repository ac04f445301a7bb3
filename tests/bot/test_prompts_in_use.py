"""Every text is said somewhere, with its variables: read from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from prompts import Prompts
from prompts.variables import variables_of

BOT = Path(__file__).parents[2] / "bot"


def nodes() -> Iterator[ast.AST]:
    for path in sorted(BOT.rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path)))


def calls() -> Iterator[tuple[ast.expr, set[str | None]]]:
    """The name that each call of `text` gives, and its variables."""
    for node in nodes():
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"text", "prompt_text"}
        ):
            yield node.args[0], {keyword.arg for keyword in node.keywords}


def beginning(name: ast.expr) -> str | None:
    """Of a name that is put together, what is there already."""
    if isinstance(name, ast.JoinedStr) and isinstance(name.values[0], ast.Constant):
        return str(name.values[0].value)
    return None


def test_whoever_says_a_text_gives_it_its_variables() -> None:
    names = Prompts.load().names
    said = [(name.value, given) for name, given in calls() if isinstance(name, ast.Constant)]
    assert len(said) > 30
    for name, given in said:
        assert name in names
        assert given == variables_of(name).model_fields.keys(), name
    for name, given in calls():
        if begins := beginning(name):
            some = [each for each in names if each.startswith(begins)]
            assert any(given == variables_of(each).model_fields.keys() for each in some), begins


def test_every_text_is_said_somewhere() -> None:
    constants = {node.value for node in nodes() if isinstance(node, ast.Constant)}
    begun = tuple(filter(None, (beginning(name) for name, _ in calls())))
    unused = [n for n in Prompts.load().names if n not in constants and not n.startswith(begun)]
    assert unused == []
