"""/rebuild and /rollback: only the bot's operators may use them; the old generation answers
meanwhile."""

import asyncio
import json
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.discord import delivery as delivering
from bot.discord.client import DealbotClient
from bot.discord.runner import build_client
from bot.discord.runtime import Runtime
from index.building.build import BuildReport, build_index
from index.encoder.encoder import Encoder
from index.generations.generation import current_folder, published
from index.generations.live import LiveGeneration, LiveIndex
from index.generations.manifest import MANIFEST
from index.progress import NoProgress, Progress
from tests.damage import flip
from tests.discord.conftest import ANSWERED, ARTICLES, OpenRuntime, receipt_id, running
from tests.fake_discord import FakeDiscord, Guild, Invocation, User
from tests.hang_guard import HANG_S

PROGRESS = "PATCH /webhooks/*/messages/@original"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
async def at_office(
    opened_runtime: OpenRuntime, town_index: Path, articles: Path, tmp_path: Path, fake: FakeDiscord
) -> AsyncIterator[Runtime]:
    """Yield a runtime with an index of its own, the articles in the folder, and golden questions
    that pass."""
    index, golden = tmp_path / "index", tmp_path / "golden.jsonl"
    shutil.copytree(town_index, index)
    golden.write_text(json.dumps({"question": ANSWERED, "expect": "$12.5 million"}))
    async with opened_runtime(index=index, articles=(articles,), golden=golden) as runtime:
        yield runtime


@pytest.fixture
async def bot(at_office: Runtime, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    async with running(build_client(at_office), fake) as client:
        assert isinstance(client, DealbotClient)
        yield client


@pytest.fixture
def town(fake: FakeDiscord) -> Guild:
    return fake.guild("Tarn")


async def run(fake: FakeDiscord, town: Guild, name: str, by: User | None = None) -> Invocation:
    return await fake.slash(by or fake.world.developer, name, channel=town.general)


async def shows(fake: FakeDiscord, asked: Invocation, text: str) -> None:
    """Wait until the invocation shows the text; progress comes before it."""
    await fake.until(lambda: any(text in answer.text for answer in asked.answers), text)


async def refuses(fake: FakeDiscord, asked: Invocation, text: str) -> None:
    """Wait until the first message that the invocation shows contains the text."""
    await fake.until(lambda: text in asked.answers[0].text if asked.answers else False, "a refusal")


@contextmanager
def held_build(monkeypatch: pytest.MonkeyPatch, reached: asyncio.Event) -> Iterator[None]:
    """Make a build inside the block wait before its first step, and set `reached` when it waits."""
    loop, gate = asyncio.get_running_loop(), threading.Event()

    def building(*given: Any, **named: Any) -> BuildReport:
        loop.call_soon_threadsafe(reached.set)
        assert gate.wait(HANG_S)
        return build_index(*given, **named)

    monkeypatch.setattr("index.building.build.build_index", building)
    try:
        yield
    finally:
        gate.set()


async def audited(bot: DealbotClient, guild: Guild | None) -> list[tuple[int, str, str]]:
    latest = await bot.runtime.store.audit.latest(guild.id if guild else None, 10)
    return [(entry.actor, entry.action, entry.outcome) for entry in latest]


async def test_a_damaged_generation_is_told_in_status_until_a_rebuild_replaces_it(
    opened_runtime: OpenRuntime,
    town_index: Path,
    articles: Path,
    encoder: Encoder,
    tmp_path: Path,
    fake: FakeDiscord,
    town: Guild,
) -> None:
    index = Path(shutil.copytree(town_index, tmp_path / "index"))
    build_index([articles], index, encoder, NoProgress())
    flip(current_folder(index) / "texts.bin")
    async with (
        opened_runtime(index=index, articles=(articles,)) as runtime,
        running(build_client(runtime), fake),
    ):
        asked = await run(fake, town, "status")
        await shows(fake, asked, "**Degraded:** index, since ")
        await shows(fake, asked, f"answers come from generation {published(index)[0]}, because")
        await shows(fake, await run(fake, town, "rebuild"), "Rebuilt")
        asked = await run(fake, town, "status")
        await shows(fake, asked, published(index)[-1])
        assert not any("Degraded" in answer.text for answer in asked.answers)


async def test_the_owner_rebuilds_and_rolls_back(
    bot: DealbotClient, fake: FakeDiscord, town: Guild, articles: Path
) -> None:
    before = bot.runtime.live.current.generation.id
    (articles / "tram.txt").write_text("Tram strike\n\nTram drivers in Tarn went on strike.")
    (articles / "museum.txt").unlink()
    (articles / "ferry.md").write_text(ARTICLES["ferry.md"].replace("35", "36"))
    asked = await run(fake, town, "rebuild")
    await shows(fake, asked, "Rebuilt")
    [answer] = asked.answers
    assert asked.ephemeral
    for part in (
        "**Added** (1 article)\nTram strike",
        "**Changed** (1 article)\nFerry line gets two boats",
        "**Removed** (1 article)\nmuseum",
        "added, 2 removed",
        "Golden questions answered: 1 of 1",
    ):
        assert part in answer.text
    after = bot.runtime.live.current.generation.id
    assert after != before
    assert after in answer.text

    back = await run(fake, town, "rollback")
    assert before in (await back.final()).text
    assert bot.runtime.live.current.generation.id == before
    owner = fake.world.developer.id
    assert await audited(bot, town) == [
        (owner, "rollback", f"generation {before}"),
        (owner, "rebuild", f"generation {after}"),
    ]


@pytest.mark.parametrize("name", ["rebuild", "rollback"])
async def test_others_may_not(
    bot: DealbotClient, fake: FakeDiscord, town: Guild, name: str
) -> None:
    """A server's admins may not either if the bot is in another server too."""
    fake.guild("Elsewhere")
    await fake.gateway.caught_up()
    before = bot.runtime.live.current.generation.id
    for user in (fake.user("Ann"), town.owner):
        asked = await run(fake, town, name, user)
        assert "Only those who run the bot" in (await asked.final()).text
        assert asked.ephemeral
    assert bot.runtime.live.current.generation.id == before
    assert await audited(bot, town) == []


async def test_whom_the_settings_name_may(
    opened_runtime: OpenRuntime, fake: FakeDiscord, town: Guild
) -> None:
    fake.guild("Elsewhere")
    ann, ben = fake.user("Ann"), fake.user("Ben")
    keepers = fake.role(town, "Keepers")
    fake.join(town, ben, keepers)
    named = {"admin_users": (ann.id,), "admin_roles": (keepers.id,)}
    async with opened_runtime(**named) as runtime, running(build_client(runtime), fake):
        for user in (ann, ben):  # there is only one generation, so this changes nothing
            asked = await run(fake, town, "rollback", user)
            assert "Only those who run" not in (await asked.final()).text
        assert len(await runtime.store.audit.latest(town.id, 10)) == 2


async def test_the_admins_of_its_only_server_may(
    dealbot: DealbotClient, fake: FakeDiscord, town: Guild
) -> None:
    await fake.gateway.caught_up()
    asked = await run(fake, town, "rollback", town.owner)
    failed = (await asked.final()).text
    assert "Only those who run" not in failed
    [(actor, action, outcome)] = await audited(dealbot, town)
    assert (actor, action) == (town.owner.id, "rollback")
    assert outcome.startswith("failed: ")
    asked = await run(fake, town, "rollback", fake.user("Ann"))
    assert "Manage Server" in (await asked.final()).text


async def test_a_golden_question_that_fails_changes_nothing(
    bot: DealbotClient, fake: FakeDiscord, town: Guild, articles: Path
) -> None:
    before = bot.runtime.live.current.generation.id
    (articles / "harbour.md").unlink()
    asked = await run(fake, town, "rebuild")
    await shows(fake, asked, "repair")
    assert ANSWERED in asked.answers[0].text
    assert bot.runtime.live.current.generation.id == before
    [(_, action, outcome)] = await audited(bot, town)
    assert action == "rebuild"
    assert outcome.startswith("failed: ")
    assert ANSWERED in outcome


@pytest.mark.parametrize("name", ["rebuild", "rollback"])
async def test_what_was_published_but_cannot_be_opened(
    bot: DealbotClient,
    fake: FakeDiscord,
    town: Guild,
    articles: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """The pointer names the generation that answers, so that a restart finds it."""
    (articles / "tram.txt").write_text("Tram drivers in Tarn went on strike.")
    if name == "rollback":
        await shows(fake, await run(fake, town, "rebuild"), "Rebuilt")
    before, index = bot.runtime.live.current.generation.id, bot.runtime.settings.index
    really_reload = LiveIndex.reload

    def reload(live: LiveIndex) -> LiveGeneration:
        (current_folder(index) / MANIFEST).write_text("{}")
        return really_reload(live)

    monkeypatch.setattr(LiveIndex, "reload", reload)
    asked = await run(fake, town, name)
    await shows(fake, asked, "the previous one stays in use")
    assert bot.runtime.live.current.generation.id == before
    assert current_folder(index).name == before


async def test_the_reference_of_a_bug_is_the_same_everywhere(
    bot: DealbotClient,
    fake: FakeDiscord,
    town: Guild,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("index.building.build.build_index", broken)
    asked = await run(fake, town, "rebuild")
    await shows(fake, asked, "went wrong")
    [logged] = [record.getMessage() for record in caplog.records if record.exc_info]
    reference = logged.removeprefix("bug ")
    assert reference in asked.answers[0].text
    [(_, _, outcome)] = await audited(bot, town)
    assert reference in outcome


async def test_meanwhile_the_old_generation_answers_and_a_second_is_told(
    bot: DealbotClient, fake: FakeDiscord, town: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, reached = bot.runtime.live.current.generation.id, asyncio.Event()
    with held_build(monkeypatch, reached):
        first = await run(fake, town, "rebuild")
        await asyncio.wait_for(reached.wait(), HANG_S)
        question = {"question": ANSWERED}
        asked = await fake.slash(fake.user("Ann"), "ask", question, channel=town.general)
        answer = await asked.final()
        assert "$12.5 million" in answer.text
        receipt = await bot.runtime.store.receipts.get(receipt_id(answer))
        assert receipt is not None
        assert receipt.answer.generation == before
        for name in ("rebuild", "rollback"):
            second = await run(fake, town, name)
            await refuses(fake, second, "already running")
    await shows(fake, first, "Rebuilt")
    outcomes = [outcome for _, _, outcome in await audited(bot, town)]
    assert [outcome.startswith("failed") for outcome in outcomes] == [False, True, True]


async def test_progress_is_shown_once_a_second_at_most(
    bot: DealbotClient, fake: FakeDiscord, town: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build reports progress more often; nothing comes after the final report."""
    loop, edits = asyncio.get_running_loop(), list[tuple[float, str]]()
    building, go_on = asyncio.Event(), threading.Event()

    def telling(
        sources: list[Path], index: Path, encoder: Encoder, progress: Progress, *options: Any
    ) -> BuildReport:
        for number in range(30):
            progress.start(f"Stage {number}", 100)
            progress.advance(number)
            if number == 10:
                loop.call_soon_threadsafe(building.set)
                assert go_on.wait(HANG_S)
            threading.Event().wait(0.05)  # more often than edits are allowed
        return build_index(sources, index, encoder, progress, *options)

    monkeypatch.setattr("index.building.build.build_index", telling)
    asked = await run(fake, town, "rebuild")

    def seen() -> bool:
        text = asked.answers[0].text if asked.answers else ""
        if text and (not edits or edits[-1][1] != text):
            edits.append((loop.time(), text))
        return "Rebuilt" in text

    async with asyncio.TaskGroup() as group:
        group.create_task(fake.until(seen, "the end"))
        await asyncio.wait_for(building.wait(), HANG_S)
        await fake.until(lambda: seen() or "Stage 10" in edits[-1][1], "progress")
        go_on.set()
    shown = [text for _, text in edits]
    assert any("Stage 10" in text and "10 of 100" in text for text in shown)
    # The final report is not delayed.
    moments = [moment for moment, _ in edits[:-1]]
    assert all(later - earlier > 0.9 for earlier, later in pairwise(moments))
    assert 3 <= len(edits) <= 8
    finished = asked.answers[0].edits
    await bot.runtime.requests.close(5)
    assert asked.answers[0].edits == finished


async def test_progress_that_cannot_be_shown_stops_nothing(
    bot: DealbotClient, fake: FakeDiscord, town: Guild
) -> None:
    fault = fake.faults.drop(PROGRESS, times=3)
    asked = await run(fake, town, "rebuild")
    await shows(fake, asked, "Rebuilt")
    assert fault.met >= 1


async def test_a_build_that_outlives_its_token_is_told_by_direct_message(
    bot: DealbotClient, fake: FakeDiscord, town: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, owner = asyncio.Event(), fake.world.developer
    with held_build(monkeypatch, reached):
        asked = await run(fake, town, "rebuild")
        await asyncio.wait_for(reached.wait(), HANG_S)
        await asked.final()  # the progress: no edit is on its way while the build waits
        monkeypatch.setattr(delivering, "_TOKEN_LIFE", timedelta())
        fake.clock.advance(901)
        fake.faults.fail("POST /channels/*/messages", 503, after=True)
    message = await fake.next_message(fake.dm(owner))
    assert "Rebuilt" in message.text
    await bot.runtime.requests.close(5)
    assert [m for m in fake.messages(fake.dm(owner)) if m.author is fake.world.bot] == [message]
    assert "Rebuilt" not in asked.answers[0].text
    [(_, _, outcome)] = await audited(bot, town)
    assert outcome.startswith("generation ")


async def test_an_admin_who_takes_no_messages(
    bot: DealbotClient, fake: FakeDiscord, town: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()
    fake.world.developer.takes_messages = False
    with held_build(monkeypatch, reached):
        asked = await run(fake, town, "rebuild")
        await asyncio.wait_for(reached.wait(), HANG_S)
        await asked.final()  # the progress: no edit is on its way while the build waits
        monkeypatch.setattr(delivering, "_TOKEN_LIFE", timedelta())
        fake.clock.advance(901)
    await bot.runtime.requests.close(10)
    [(_, _, outcome)] = await audited(bot, town)
    assert outcome.startswith("generation ")


async def test_a_bot_that_ends_stops_the_build_and_says_so(
    bot: DealbotClient, fake: FakeDiscord, town: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, reached = bot.runtime.live.current.generation.id, asyncio.Event()
    with held_build(monkeypatch, reached):
        asked = await run(fake, town, "rebuild")
        await asyncio.wait_for(reached.wait(), HANG_S)
        bot.runtime.closing.set()
    await shows(fake, asked, "restarting")
    assert bot.runtime.live.current.generation.id == before
