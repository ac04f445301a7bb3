"""Writing jobs: one text written for several askers, and how long it stays cached."""

import asyncio

import pytest

from bot.domain.models import Trouble
from bot.generation.errors import GenerationError
from bot.generation.jobs import Job, Jobs, Progress


class Author:
    """An author that counts its texts and fails with the given trouble."""

    def __init__(self, trouble: Trouble | None = None) -> None:
        self.written, self._trouble = 0, trouble

    async def write(self, job: Job[Progress]) -> None:
        self.written += 1
        if self._trouble:
            raise GenerationError(self._trouble)


async def ask(jobs: Jobs[Progress], author: Author, key: str = "a") -> Progress:
    job = jobs.job(key, author.write)
    await job.until()
    return job.progress


async def test_the_same_is_written_once() -> None:
    jobs, author = Jobs(Progress), Author()
    await asyncio.gather(*(ask(jobs, author) for _ in range(5)))
    await ask(jobs, author)
    assert author.written == 1
    await ask(jobs, author, "b")
    assert author.written == 2


@pytest.mark.parametrize(
    ("trouble", "times"), [(Trouble.SLOW, 2), (Trouble.BUDGET, 2), (Trouble.UNANSWERED, 1)]
)
async def test_what_may_go_better_is_tried_again(trouble: Trouble, times: int) -> None:
    jobs, author = Jobs(Progress), Author(trouble)
    for _ in range(2):
        assert (await ask(jobs, author)).trouble is trouble
    assert author.written == times


async def test_what_is_old_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, author = Jobs(Progress), Author()
    await ask(jobs, author)
    monkeypatch.setattr("bot.generation.jobs._KEPT_S", -1.0)
    await ask(jobs, author, "b")
    monkeypatch.undo()
    await ask(jobs, author)
    assert author.written == 3
