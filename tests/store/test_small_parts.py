"""Settings, audit log, facts, hashes and signatures."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.errors import StoreError
from bot.store import AuditEntry, ServerSettings, Store, StorePlace
from bot.store.signatures import Signer
from bot.wording.errors import worded_errors
from tests.store.conftest import GUILD, NOON
from tests.store.outside import execute

SIGNER = Signer(b"k" * 32)


# --- settings --------------------------------------------------------------------------------


async def test_settings_are_each_servers_own_and_replaced_as_a_whole(store: Store) -> None:
    assert store.settings.get(GUILD) == ServerSettings()
    given = ServerSettings(
        channels=(GUILD + 1, 2),
        roles=(3,),
        admin_roles=(4,),
        admin_users=(5, 6),
        private=True,
        per_user_per_minute=7,
    )
    await store.settings.change(GUILD, lambda _: given)
    assert store.settings.get(GUILD) == given
    assert store.settings.get(GUILD + 1) == ServerSettings()
    await store.settings.change(GUILD, lambda _: ServerSettings(private=True))
    assert store.settings.get(GUILD) == ServerSettings(private=True)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_is_no_setting(limit: int) -> None:
    with pytest.raises(ValidationError):
        ServerSettings(per_user_per_minute=limit)


async def test_settings_of_another_version_never_open_what_was_closed(place: StorePlace) -> None:
    async with Store.open(place):
        pass
    for guild, settings in (
        (GUILD, '{"channels": [1], "tone": "kind"}'),
        (GUILD + 1, '{"channels": "none of your business"}'),
    ):
        execute(place, "INSERT INTO settings VALUES (?, ?)", guild, settings)
    async with Store.open(place) as store:
        assert store.settings.get(GUILD) == ServerSettings(channels=(1,))
        with pytest.raises(StoreError, match="an admin has to set them again"), worded_errors():
            store.settings.get(GUILD + 1)
        await store.settings.change(GUILD + 1, lambda now: now)
        assert store.settings.get(GUILD + 1) == ServerSettings()


async def test_what_two_change_at_once_is_both_kept(store: Store, place: StorePlace) -> None:
    await asyncio.gather(
        store.settings.change(GUILD, lambda now: now.model_copy(update={"private": True})),
        store.settings.change(GUILD, lambda now: now.model_copy(update={"roles": (3,)})),
    )
    both = ServerSettings(private=True, roles=(3,))
    assert store.settings.get(GUILD) == both
    async with Store.open(place, exclusive=False) as other:  # stored, not from memory
        assert other.settings.get(GUILD) == both


async def test_a_change_that_is_turned_down_changes_nothing(store: Store) -> None:
    def turn_down(_: ServerSettings) -> ServerSettings:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await store.settings.change(GUILD, turn_down)
    assert store.settings.get(GUILD) == ServerSettings()


async def test_a_change_that_was_cancelled_is_kept_all_the_same(
    store: Store, place: StorePlace
) -> None:
    changing = asyncio.create_task(
        store.settings.change(GUILD, lambda _: ServerSettings(private=True))
    )
    await asyncio.sleep(0)
    changing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await changing
    again = await store.settings.change(GUILD, lambda now: now)  # runs after the cancelled change
    assert again == store.settings.get(GUILD) == ServerSettings(private=True)
    async with Store.open(place, exclusive=False) as other:
        assert other.settings.get(GUILD) == again


# --- audit log -------------------------------------------------------------------------------


def entry(number: int, guild: int | None = GUILD) -> AuditEntry:
    when = NOON + timedelta(seconds=number)
    return AuditEntry(when, guild, 7, "config", f"channels: {number}\ud800", "done")


async def test_the_audit_log_is_each_servers_own_and_newest_first(store: Store) -> None:
    for number in range(5):
        await store.audit.record(entry(number))
    await store.audit.record(entry(5, guild=GUILD + 1))
    await store.audit.record(entry(6, guild=None))
    latest = await store.audit.latest(GUILD, 3)
    assert [entry.when - NOON for entry in latest] == [timedelta(seconds=n) for n in (4, 3, 2)]
    assert latest[0] == AuditEntry(latest[0].when, GUILD, 7, "config", "channels: 4?", "done")
    assert len(await store.audit.latest(GUILD, 100)) == 5
    assert [entry.guild for entry in await store.audit.latest(None, 100)] == [None]


async def test_a_damaged_entry_hides_none_of_the_others(
    store: Store, place: StorePlace, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        await store.audit.record(entry(number))
    execute(place, "UPDATE audit SET happened = 'yesterday' WHERE id = 2")
    latest = await store.audit.latest(GUILD, 100)
    assert [entry.when - NOON for entry in latest] == [timedelta(seconds=n) for n in (2, 0)]
    assert "entry 2 of the audit log cannot be read" in caplog.text


async def test_old_entries_of_the_audit_log_can_be_forgotten(store: Store) -> None:
    for number in range(5):
        await store.audit.record(entry(number))
    assert await store.audit.prune(NOON + timedelta(seconds=3)) == 3
    assert len(await store.audit.latest(GUILD, 100)) == 2


# --- facts -----------------------------------------------------------------------------------


async def test_a_fact_is_kept_until_it_is_replaced(store: Store) -> None:
    assert await store.values.get("synced") is None
    await store.values.set("synced", "one")
    await store.values.set("synced", "two")
    await store.values.set("other", "three")
    assert await store.values.get("synced") == "two"


# --- hashes and signatures -------------------------------------------------------------------


async def test_a_person_is_known_again_in_the_same_store_only(store: Store, tmp_path: Path) -> None:
    assert store.asker(42) == store.asker(42)
    assert store.asker(42) != store.asker(43)
    assert len(store.asker(42)) == 32
    async with Store.open(tmp_path / "other.sqlite3") as other:
        assert other.asker(42) != store.asker(42)
        assert not other.signer.verify("more", store.signer.sign("more"))


@example(payload="half a pair \ud800", other="\udfff")
@given(payload=st.text(), other=st.text())
def test_a_tag_fits_its_payload_alone(payload: str, other: str) -> None:
    tag = SIGNER.sign(payload)
    assert len(tag) == 12
    assert SIGNER.verify(payload, tag)
    assert SIGNER.verify(other, tag) == (other == payload)
    assert not SIGNER.verify(payload, other)
    assert not SIGNER.verify(payload, tag[:-1])
    assert not Signer(b"other").verify(payload, tag)
