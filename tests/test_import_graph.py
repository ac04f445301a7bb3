"""The import graph: allowed imports, read from the source and seen in a process that answers."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "index", "prompts")
ADOPTION = {
    "index/encoder/adoption.py",
    "index/encoder/exported_program.py",
    "index/encoder/original_model.py",
}
# to answer from an index in a folder
NOT_NEEDED = {
    "bot.answering.overview.overview",
    "discord",
    "psycopg",
    "psycopg_pool",
    "requests",
    "sqlalchemy",
    "trafilatura",
}
ADOPTION_TOOLS = {"torch", "transformers", "sentence_transformers", "onnx", "onnxscript"}
TEXTS = ("prompts", "bot.wording")
MODULES = sorted(
    path.relative_to(ROOT) for name in PACKAGES for path in (ROOT / name).rglob("*.py")
)


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), str(module))


def imports(module: Path) -> Iterator[tuple[str, str]]:
    return imports_in(parsed(module), str(module))


def imports_in(tree: ast.Module, module: str) -> Iterator[tuple[str, str]]:
    """Yield every import anywhere in a module: the imported module, and the name taken from it
    (may be empty)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            yield from ((node.module or "", alias.name) for alias in node.names)


def imported_packages(module: Path) -> set[str]:
    return {name.partition(".")[0] for name, _ in imports(module)}


def importers_of(*packages: str) -> set[str]:
    """Return the paths of the modules that import any of these packages."""
    return {module.as_posix() for module in MODULES if imported_packages(module) & set(packages)}


def within(folder: str) -> set[str]:
    return {module.as_posix() for module in MODULES if module.is_relative_to(folder)}


def test_the_walk_sees_the_modules() -> None:
    assert {"bot/cli.py", "index/building/build.py", "bot/answering/pipeline.py"} <= set(
        map(Path.as_posix, MODULES)
    )
    assert "index/stores/dense.py" in importers_of("faiss")


def package_of(module: str, packages: set[str]) -> str:
    """Return the package of a module. A module beside sub-packages counts as a package of its
    own."""
    package = module.rpartition(".")[0]
    has_packages = any(other.startswith(f"{package}.") for other in packages)
    return module if module in packages or has_packages else package


def package_imports(sources: dict[str, ast.Module], packages: set[str]) -> dict[str, set[str]]:
    """Return, for each package, the packages that it imports."""
    arrows: dict[str, set[str]] = {}
    for module, tree in sources.items():
        package = package_of(module, packages)
        for name, taken in imports_in(tree, module):
            imported = f"{name}.{taken}" if f"{name}.{taken}" in sources else name
            if imported in sources and (other := package_of(imported, packages)) != package:
                arrows.setdefault(package, set()).add(other)
    return arrows


def own_sources() -> dict[str, ast.Module]:
    """Return the modules by their dotted names; a package's name stands for its `__init__`."""
    named = {m: m.as_posix().removesuffix(".py").removesuffix("/__init__") for m in MODULES}
    return {name.replace("/", "."): parsed(module) for module, name in named.items()}


def own_packages() -> set[str]:
    return {m.parent.as_posix().replace("/", ".") for m in MODULES if m.name == "__init__.py"}


def test_no_package_imports_one_that_imports_it() -> None:
    sorter = TopologicalSorter(package_imports(own_sources(), own_packages()))
    sorter.prepare()  # raises CycleError, which names the packages


def test_a_cycle_of_packages_is_seen() -> None:
    """Ranking imports the domain, so a domain that imports ranking closes a cycle."""
    sources = own_sources()
    sources["bot.domain.models"] = ast.parse("from bot.answering.ranking.pool import Pool")
    with pytest.raises(CycleError):
        TopologicalSorter(package_imports(sources, own_packages())).prepare()


def test_no_core_package_imports_a_surface() -> None:
    surfaces = ("bot.discord", "bot.terminal", "bot.commands")
    core = within("bot") - {m for s in surfaces for m in within(s.replace(".", "/"))}
    core -= within("bot/cli.py") | within("bot/__main__.py")
    importers = {
        module.as_posix()
        for module in MODULES
        for name, _ in imports(module)
        if name.startswith(surfaces)
    }
    assert importers & core == set()


def test_the_index_never_imports_the_bot() -> None:
    assert importers_of("bot") & within("index") == set()
    assert importers_of("bot", "index") & within("prompts") == set()


def test_the_core_has_no_texts() -> None:
    """It carries codes and data; `bot/wording` and the surfaces choose the words."""
    core = ("domain", "answering", "serving", "requests", "store")
    wording = {m.as_posix() for m in MODULES for name, _ in imports(m) if name.startswith(TEXTS)}
    assert wording & {m for name in core for m in within(f"bot/{name}")} == set()


def test_only_adoption_imports_the_tools_of_adoption() -> None:
    assert importers_of(*ADOPTION_TOOLS) == ADOPTION
    assert {
        module.as_posix() for module in MODULES if "index.encoder.adoption" in dict(imports(module))
    } == {"bot/commands/actions/model.py"}


def test_only_the_discord_package_imports_discord() -> None:
    assert importers_of("discord") <= within("bot/discord")


def test_only_the_index_on_a_server_imports_its_client() -> None:
    own = within("index/postgres") | {"bot/store/server.py", "bot/cluster/database.py"}
    assert importers_of("psycopg", "psycopg_pool") <= own
    importers = {
        module.as_posix()
        for module in MODULES
        for name, _ in imports(module)
        if name.startswith("index.postgres")
    }
    assert importers - within("index/postgres") == {"index/places.py", "bot/store/server.py"}


def test_only_a_bot_that_is_watched_imports_what_counts() -> None:
    assert importers_of("prometheus_client") <= within("bot/monitoring")
    counting = {f"bot.monitoring.{name}" for name in ("metrics", "gauges", "http")}
    importers = {m.as_posix() for m in MODULES if counting & set(dict(imports(m)))}
    assert importers <= within("bot/monitoring") | {"bot/commands/run.py"}


ARCHIVES = "index/articles/documents/archives.py"
BODIES = "bot/sources/fetching/bodies.py"


def test_bounded_modules_open_archives_and_nothing_unpickles() -> None:
    """Everywhere else no input can be a decompression bomb. lxml reads HTML and XML, without
    entities."""
    archives = importers_of("zipfile", "tarfile", "gzip", "bz2", "lzma", "zstandard", "xml")
    assert archives == {ARCHIVES, BODIES}
    assert importers_of("pickle", "marshal", "shelve", "dill", "joblib") == set()
    # The vector cache computes its checksums with it.
    assert importers_of("zlib") == {ARCHIVES, BODIES, "index/stores/vector_cache.py"}


def test_answering_knows_no_terminal_and_no_event_loop() -> None:
    surfaces = importers_of("asyncio", "click", "rich", "prompt_toolkit", "discord")
    assert surfaces & within("bot/answering") == set()
    assert surfaces & within("index") == set()


def reads_environment(module: Path) -> bool:
    named = {("os", name) for name in ("environ", "environb", "getenv")}
    return bool(named & set(imports(module))) or any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in named
        for node in ast.walk(parsed(module))
    )


def test_only_the_command_line_reads_the_environment() -> None:
    readers = {module.as_posix() for module in MODULES if reads_environment(module)}
    assert "bot/commands/options.py" in readers
    # Adoption uses the environment to keep huggingface_hub off the network. onnxruntime reads it on
    # import, to disable its telemetry.
    assert readers <= within("bot/commands") | {"bot/cli.py", "index/encoder/onnx.py"} | ADOPTION


@pytest.mark.parametrize("module", MODULES, ids=Path.as_posix)
def test_a_modules_private_names_are_its_own(module: Path) -> None:
    own = {alias for name, alias in imports(module) if name.split(".")[0] in PACKAGES}
    assert [name for name in own if name.startswith("_")] == []
    modules = {
        alias.asname or alias.name
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES
        for alias in node.names
    }
    reached = [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
    ]
    assert reached == []


_LOADED = """
import sys
from bot.cli import main
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
sys.exit(", ".join(sorted(set(sys.modules) & set(%r))) or None)
"""


@pytest.mark.parametrize(("options", "unneeded"), [((), set()), (("--json",), {"rich"})])
def test_answering_a_question_loads_none_of_the_tools_of_adoption(
    options: tuple[str, ...], unneeded: set[str], three_generations: Path, encoder_home: Path
) -> None:
    program = _LOADED % sorted(ADOPTION_TOOLS | NOT_NEEDED | unneeded)
    arguments = ["ask", "When did the harbour close?", "--index", str(three_generations), *options]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments, "--encoders", str(encoder_home)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "The harbour closed in June." in done.stdout
