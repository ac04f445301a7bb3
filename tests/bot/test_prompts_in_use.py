"""Uses of the texts, read from the source: every text is used, with all its variables."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

from bot.domain.errors import (
    DeadlineError,
    LimitedError,
    NotAllowedError,
    QuestionError,
    Refusal,
    ServiceBusyError,
    ServiceClosedError,
    UnreadableSettingsError,
)
from bot.terminal.repl_commands import CommandError
from bot.wording.errors import text_of
from prompts import Prompts

BOT = Path(__file__).parents[2] / "bot"
# Modules whose errors only the bot's operators see.
_OPERATORS = {"commands", "discord/commands/config.py", "terminal/replay.py"}
_TO_ASKERS = {
    each.__name__
    for each in (
        QuestionError,
        ServiceBusyError,
        ServiceClosedError,
        DeadlineError,
        LimitedError,
        NotAllowedError,
        UnreadableSettingsError,
        CommandError,
    )
}


def nodes(but: Collection[str] = ()) -> Iterator[ast.AST]:
    for path in sorted(BOT.rglob("*.py")):
        place = path.relative_to(BOT)
        if place.as_posix() not in but and place.parts[0] not in but:
            yield from ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path)))


def calls() -> Iterator[tuple[ast.expr, set[str | None]]]:
    """Yield the name argument of each call of `text`, and its variables."""
    for node in nodes(but={"store"}):  # where `text` is SQLAlchemy's
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"text", "prompt_text"}
        ):
            yield node.args[0], {keyword.arg for keyword in node.keywords}


def beginning(name: ast.expr) -> str | None:
    """Return the constant start of a name built by an f-string; None for other names."""
    if isinstance(name, ast.JoinedStr) and isinstance(name.values[0], ast.Constant):
        return str(name.values[0].value)
    return None


def test_whoever_says_a_text_gives_it_its_variables() -> None:
    texts = Prompts.load()
    said = [(str(name.value), given) for name, given in calls() if isinstance(name, ast.Constant)]
    assert len(said) > 30
    for name, given in said:
        assert given == set(texts[name].variables), name
    for expression, given in calls():
        some = [each for each in texts.names if each.startswith(beginning(expression) or "")]
        assert None in given or any(given == set(texts[each].variables) for each in some), given


def test_whoever_refuses_gives_the_code_its_variables() -> None:
    texts, refused = Prompts.load(), set()
    for node in nodes():
        if (
            isinstance(node, ast.Call)
            and node.args
            and isinstance(code := node.args[0], ast.Attribute)
            and isinstance(code.value, ast.Name)
            and code.value.id == "Refusal"
            and isinstance(node.func, ast.Name)
            and node.func.id.endswith("Error")
        ):
            given = {keyword.arg for keyword in node.keywords}
            assert given == set(texts[text_of(Refusal[code.attr])].variables), code.attr
            refused.add(Refusal[code.attr])
    limits = {each for each in Refusal if each.startswith("limit_")} - refused
    assert set(Refusal) - refused == limits | {Refusal.BUG}


def test_every_text_is_said_somewhere() -> None:
    constants = {node.value for node in nodes() if isinstance(node, ast.Constant)}
    constants |= set(map(text_of, Refusal))
    begun = tuple(b for name, _ in calls() if (b := beginning(name)) and b != "refusals.")
    unused = [n for n in Prompts.load().names if n not in constants and not n.startswith(begun)]
    assert unused == []


def test_no_failure_that_an_asker_sees_has_words_of_its_own() -> None:
    raised = [
        node
        for node in nodes(but=_OPERATORS)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _TO_ASKERS
        and node.args  # an error without a message is not shown
    ]
    assert len(raised) > 30
    for node in raised:
        said = ast.unparse(node.args[0])
        assert said.startswith(("text(", "prompt_text(", "Refusal.", "window.reached")), said
