"""Every regular expression of the program on texts made to slow it down: its time must stay linear
in the length."""

import ast
import importlib
import re
import time
from collections.abc import Iterator
from functools import cache
from itertools import permutations
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]  # without stubs
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from tests.test_import_graph import ADOPTION, MODULES, parsed

_USES = {"search", "match", "fullmatch", "sub", "split", "findall", "finditer"}
_SHORT, _LONG = 1_000, 4_000  # characters
_TOO_SHORT_TO_TELL_S = 0.01
_MOST = 10  # ratio of times; 4 is linear and 16 quadratic
_CHARACTERS_TRIED, _CHARACTERS_PAIRED = 24, 10
_OF_CATEGORY = {
    kinds.CATEGORY_DIGIT: "1",
    kinds.CATEGORY_SPACE: " ",
    kinds.CATEGORY_WORD: "a",
    kinds.CATEGORY_NOT_DIGIT: "a",
    kinds.CATEGORY_NOT_SPACE: "x",
    kinds.CATEGORY_NOT_WORD: "-",
}

Pattern = re.Pattern[Any]


def _patterns() -> Iterator[tuple[str, str, Pattern]]:
    """Yield each pattern with its location and one way it is used there."""
    for module in MODULES:
        if module.as_posix() in ADOPTION | {"bot/__main__.py"}:
            continue  # neither reads input of others
        tree = parsed(module)
        loaded = importlib.import_module(".".join(module.with_suffix("").parts))
        for name, held in vars(loaded).items():
            for pattern in _held(held, loaded.__name__):
                ways = _ways(tree, name, vars(loaded))
                yield from ((f"{module}:{name}", way, pattern) for way in sorted(ways))
        yield from _written_inline(module, tree)


def _ways(tree: ast.Module, name: str, known: dict[str, object]) -> set[str]:
    """Return how a pattern of this name is used. Patterns in a collection are used by a local
    name."""
    used = {
        (called.value.id, called.attr)
        for called in _calls(tree)
        if isinstance(called.value, ast.Name) and called.attr in _USES
    }
    by_name = {way for of, way in used if of == name}
    return by_name or {way for of, way in used if of not in known} or {"search"}


def _calls(tree: ast.Module) -> list[ast.Attribute]:
    found = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [function for function in found if isinstance(function, ast.Attribute)]


def _held(value: object, module: str) -> list[Pattern]:
    """Return the patterns in a module's value: itself, those in a collection, or those of a class
    of the module."""
    if isinstance(value, re.Pattern):
        return [value]
    if isinstance(value, type) and value.__module__ == module:
        return [held for held in vars(value).values() if isinstance(held, re.Pattern)]
    if isinstance(value, dict):
        value = tuple(value.values())
    many = value if isinstance(value, tuple | list) else ()
    return [found for one in many for found in _held(one, module)]


def _written_inline(module: Path, tree: ast.Module) -> Iterator[tuple[str, str, Pattern]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=way),
                args=[ast.Constant(value=str() | bytes() as written), *_],
            ) if way in _USES:
                yield f"{module}:{node.lineno}", way, re.compile(written)


PATTERNS = list(_patterns())


def _characters(parts: Any) -> set[str]:
    """Return some of the characters that the parts of a parsed pattern match."""
    found: set[str] = set()
    for kind, of in parts:
        if kind is kinds.LITERAL:
            found.add(chr(of))
        elif kind in (kinds.ANY, kinds.NOT_LITERAL):
            found |= {"a", "-"}
        elif kind is kinds.IN:
            found |= _of_set(of)
        else:
            found |= {char for inner in _inside(kind, of) for char in _characters(inner)}
    return found


def _of_set(parts: Any) -> set[str]:
    found = {
        chr(of) if kind is kinds.LITERAL else chr(of[0]) if kind is kinds.RANGE else ""
        for kind, of in parts
        if kind in (kinds.LITERAL, kinds.RANGE)
    } | {_OF_CATEGORY[of] for kind, of in parts if kind is kinds.CATEGORY}
    return {*"a1 -\n"} - found if parts[0][0] is kinds.NEGATE else set(sorted(found)[:4])


def _inside(kind: object, of: Any) -> list[Any]:
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
        return [of[2]]
    if kind is kinds.SUBPATTERN:
        return [of[3]]
    if kind is kinds.BRANCH:
        return list(of[1])
    if kind in (kinds.ASSERT, kinds.ASSERT_NOT):
        return [of[1]]
    return [of] if kind is kinds.ATOMIC_GROUP else []


def _units(pattern: Pattern) -> list[str]:
    """Return the units of texts that may slow the pattern down: its own characters, and pairs of
    them."""
    written = pattern.pattern
    text = written if isinstance(written, str) else written.decode("latin-1")
    flags = pattern.flags if isinstance(written, str) else pattern.flags | re.ASCII
    found = sorted(_characters(parser.parse(text, flags)))[:_CHARACTERS_TRIED]
    return [*found, *map("".join, permutations(found[:_CHARACTERS_PAIRED], 2))]


def _time(pattern: Pattern, way: str, unit: str, length: int) -> float:
    """Return the least of three processor times in seconds. The text ends in a character that no
    pattern matches, so that the engine tries everything."""
    text = unit * (length // len(unit)) + "\0"
    subject = text if isinstance(pattern.pattern, str) else text.encode()
    given = ("", subject) if way == "sub" else (subject,)
    times = []
    for _ in range(3):
        started = time.thread_time()
        found = getattr(pattern, way)(*given)
        if way == "finditer":
            list(found)
        times.append(time.thread_time() - started)
    return min(times)


@cache
def _slowest(pattern: Pattern, way: str) -> tuple[float, str]:
    """Return the worst ratio of the long text's time to the short one's, with its unit; 0 if every
    time is too short to measure."""
    worst = (0.0, "")
    for unit in _units(pattern):
        long = _time(pattern, way, unit, _LONG)
        if long > _TOO_SHORT_TO_TELL_S:
            worst = max(worst, (long / _time(pattern, way, unit, _SHORT), unit))
    return worst


@pytest.mark.parametrize(
    ("where", "way", "pattern"), PATTERNS, ids=[f"{where}.{way}" for where, way, _ in PATTERNS]
)
def test_no_text_makes_it_explode(where: str, way: str, pattern: Pattern) -> None:
    growth, unit = _slowest(pattern, way)
    assert growth < _MOST, (where, way, unit)


def test_the_search_sees_an_explosion_and_all_patterns() -> None:
    assert _slowest(re.compile(r"\s+x"), "search")[0] > _MOST
    assert _slowest(re.compile(r"(?:a|b)*c"), "search")[0] > _MOST
    places = {where.partition(":")[0] for where, _, _ in PATTERNS}
    compiling = {
        module.as_posix()
        for module in MODULES
        if any(isinstance(c.value, ast.Name) and c.value.id == "re" for c in _calls(parsed(module)))
    }
    # The pattern in messages.py is built from an id of digits.
    assert compiling - places <= ADOPTION | {"bot/discord/messages.py"}
