"""The language rules of CONTRIBUTING.md, as far as a program can check them."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("bot", "index", "prompts", "training", "benchmarks", "tests")
BANNED = re.compile(
    r"\b(?:whoever|whatever it is|somebody|nobody|who is told|is told|are told|tells? of|of which|"
    r"what is there of|what comes of|what becomes of|all the same|is of no use|"
    r"from which .{0,20} on)\b",
    re.IGNORECASE,
)
FRAGMENT = re.compile(r"(?:Of|What|Who|Whom|Whose|Which|Whether|So that|As|By|From)\b")
# Documented classes that a language model reads as the description of a JSON schema.
READ_BY_MODELS = {"bot/generation/rewriter.py"}
_QUOTED = re.compile(r"\"[^\"]*\"|`[^`]*`|“[^”]*”")


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, documented) and (text := ast.get_docstring(node)):
            yield getattr(node, "lineno", 1), text


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@pytest.mark.parametrize("folder", FOLDERS)
def test_docstrings_and_comments_have_no_banned_phrase(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {match.group()}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, text in (*docstrings(path), *comments(path))
        if (match := BANNED.search(_QUOTED.sub("", text)))
    ]
    assert found == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_docstrings_are_no_fragments(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text[:60]}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.relative_to(ROOT).as_posix() not in READ_BY_MODELS
        for line, text in docstrings(path)
        if FRAGMENT.match(text)
    ]
    assert found == []


def test_pages_and_texts_have_no_banned_phrase() -> None:
    """The threat model is left out: it names tests."""
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    paths += [p for p in (ROOT / "prompts").iterdir() if p.suffix in {".txt", ".toml"}]
    skipped = {"threat-model.md", "llm_system.txt", "evaluation.md"}
    found = [
        f"{path.name}: {match.group()}"
        for path in paths
        if path.name not in skipped and not path.name.startswith("llm_")
        for match in BANNED.finditer(_QUOTED.sub("", path.read_text("utf-8")))
    ]
    assert found == []
