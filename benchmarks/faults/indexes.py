"""Interrupted builds, rebuilds and rollbacks."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.faults.operations import Found, Operation
from benchmarks.indexes import QUIET
from bot.answering.pipeline import QuestionAnswerer
from bot.config.settings import Settings
from bot.domain.models import Question
from bot.rebuild.rebuilder import Rebuilder
from index.building.build import BuildOptions, build_index
from index.encoder.encoder import Encoder
from index.errors import IndexDamagedError, IndexMissingError
from index.files.publication import read_pointer
from index.generations.generation import GENERATIONS, POINTER, open_current, published, roll_back
from index.generations.integrity import find_damage
from index.generations.live import LiveGeneration, LiveIndex
from index.generations.verified import VERIFIED

MONTHS = ("March", "April", "May", "June", "July")
_QUESTION = Question(question="When did the harbour of Tarn open?")
_KEPT = 3
_BESIDE = {POINTER, GENERATIONS, VERIFIED, ".build.lock", "vectors"}


class Editions:
    """Editions of the same few articles, each with another month, so that an answer shows its
    edition."""

    def __init__(self, folder: Path, encoders: Path, encoder: Encoder) -> None:
        self._folder, self.encoders, self.encoder = folder, encoders, encoder
        for number, month in enumerate(MONTHS):
            edition = self.articles(number)
            edition.mkdir(parents=True)
            opened = f"The harbour of Tarn opened in {month}. Ships came from many countries."
            (edition / "harbour.txt").write_text(opened)
            (edition / "market.txt").write_text("Fish is sold at dawn. The price rose by 5%.")
        # Enough sentences that the next build drops the vectors that it no longer needs.
        more = " ".join(f"Ship {number} brought salt." for number in range(30))
        (self.articles(2) / "ships.txt").write_text(more)

    def articles(self, edition: int) -> Path:
        return self._folder / str(edition)

    def build(self, index: Path, edition: int, *, full: bool = False) -> None:
        build_index([self.articles(edition)], index, self.encoder, QUIET, BuildOptions(full=full))

    def answered_from(self, index: Path) -> int:
        """Return the edition that the current generation answers from. Raises ValueError for any
        other answer."""
        said = best_quote(index, self.encoder, _QUESTION)
        for edition, month in enumerate(MONTHS):
            if said == f"The harbour of Tarn opened in {month}.":
                return edition
        raise ValueError(f"it answers {said!r}")


class IndexOperation:
    """Operation on an index. `made` are the editions built before `act`; the last of them answers
    then. `right` is the edition that answers after `act`."""

    def __init__(
        self,
        name: str,
        editions: Editions,
        act: Callable[[Path], None],
        *,
        made: tuple[int, ...],
        right: int,
    ) -> None:
        self.name, self._editions, self._act = name, editions, act
        self._made, self._right = made, right

    def prepare(self, folder: Path) -> None:
        for edition in self._made:
            self._editions.build(folder / "index", edition)

    def act(self, folder: Path) -> None:
        self._act(folder / "index")

    def examine(self, folder: Path, *, power_cut: bool) -> Found:
        index, problems = folder / "index", []
        state = "before"
        try:
            edition = self._editions.answered_from(index)
            if edition == self._right:
                state = "after"
            elif edition not in self._made[-1:]:
                problems.append(f"edition {edition} answers")
        except (IndexMissingError, IndexDamagedError) as error:
            # During a first build the generation may exist before CURRENT does; the error says so.
            if self._made:
                problems.append(f"lost: {error.user_message}")
        except Exception as error:  # any error is a finding
            problems.append(f"lost: {error!r}")
        problems += [f"torn: {problem}" for problem in damage(index)]
        problems += after_next_build(self._next_build(index), index, self._editions.encoder)
        return Found(state, tuple(problems))

    def _next_build(self, index: Path) -> Iterator[str]:
        last = len(MONTHS) - 1
        self._editions.build(index, last)
        if self._editions.answered_from(index) != last:
            yield "the next build does not answer"


def best_quote(index: Path, encoder: Encoder, question: Question) -> str:
    """Return the first quote of the current generation's answer; empty for an abstention. Raises
    ValueError if another generation was opened."""
    before = read_pointer(index / POINTER)
    generation = open_current(index)
    if generation.id not in (before, read_pointer(index / POINTER)):  # a build may end in between
        raise ValueError(f"{generation.id} answers, which is not the current one")
    live, answerer = LiveGeneration(generation, encoder), QuestionAnswerer()
    answer = answerer.answer(live, answerer.encode(live, [question])[0]).answer
    return answer.citations[0].quote if answer.citations else ""


def damage(index: Path) -> Iterator[str]:
    """Yield the damage in any of the published generations."""
    for generation in published(index):
        yield from find_damage(index / GENERATIONS / generation)


def after_next_build(build: Iterator[str], index: Path, encoder: Encoder) -> Iterator[str]:
    """Run the next build, an iterator of its own problems, and yield all problems: it must succeed,
    clean up, and leave no damage."""
    try:
        yield from build
    except Exception as error:  # any error is a finding
        yield f"the next build fails: {error!r}"
    yield from (f"the next build leaves {name}" for name in leftovers(index, encoder))
    yield from (f"after the next build: {problem}" for problem in damage(index))


def leftovers(index: Path, encoder: Encoder) -> Iterator[str]:
    """Yield the names of files that no finished build leaves behind."""
    yield from (each.name for each in index.iterdir() if each.name not in _BESIDE)
    generations = [each.name for each in (index / GENERATIONS).iterdir()]
    if len(generations) > _KEPT or set(generations) != set(published(index)):
        yield f"the generations {generations}"
    known = {f"{encoder.id}/{name}" for name in ("keys.bin", "vectors.bin")}
    vectors = index / "vectors"
    found = {str(path.relative_to(vectors)) for path in vectors.rglob("*") if path.is_file()}
    yield from sorted(found - known)


def index_operations(editions: Editions) -> list[Operation]:
    """Return the operations: a first build, a build that also removes an old generation, a full
    build, an admin's rebuild, and a rollback."""

    def rebuild(index: Path) -> None:
        places = {"index": index, "encoders": editions.encoders}
        settings = Settings(articles=(editions.articles(3),), **places)
        live = LiveIndex(index, editions.encoders)
        asyncio.run(Rebuilder(live, settings).rebuild(QUIET))

    def go_back(index: Path) -> None:
        roll_back(index)

    build, three = partial(editions.build, edition=3), (0, 1, 2)
    return [
        IndexOperation("first build", editions, build, made=(), right=3),
        IndexOperation("build", editions, build, made=three, right=3),
        IndexOperation("full build", editions, partial(build, full=True), made=three, right=3),
        IndexOperation("rebuild", editions, rebuild, made=three, right=3),
        IndexOperation("rollback", editions, go_back, made=three, right=1),
    ]
