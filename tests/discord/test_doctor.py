"""`dealbot doctor --discord` against the fake Discord."""

import os
import subprocess
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.discord.invite import PERMISSIONS, UnreachableError, identify_bot, invite_link
from bot.domain.errors import TokenError
from tests.fake_discord import FakeDiscord
from tests.hang_guard import HANG_S


def test_the_link_asks_for_what_is_needed_and_nothing_else() -> None:
    link = urlsplit(invite_link(123))
    asked = parse_qs(link.query)
    assert (link.scheme, link.hostname) == ("https", "discord.com")
    assert asked["client_id"] == ["123"]
    assert asked["scope"] == ["bot applications.commands"]
    assert discord.Permissions(int(asked["permissions"][0])) == PERMISSIONS
    assert not PERMISSIONS.administrator
    assert not PERMISSIONS.mention_everyone


async def test_a_good_token_is_told_with_its_bot_and_the_link(fake: FakeDiscord) -> None:
    told = await identify_bot(fake.token)
    assert "the token belongs to" in told.words
    assert "client_id=" in told.words
    assert fake.token not in told.words


async def test_a_clock_that_is_off_discords_is_seen(
    fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(hours=1)

    right = (await identify_bot(fake.token)).clock_ahead_s
    monkeypatch.setattr("bot.discord.invite.datetime", Late)
    wrong = (await identify_bot(fake.token)).clock_ahead_s
    assert right is not None
    assert wrong is not None
    assert wrong - right == pytest.approx(3600, abs=60)


async def test_a_bad_token_is_told(fake: FakeDiscord) -> None:
    with pytest.raises(TokenError) as told:
        await identify_bot("not.the.token")
    assert "not.the.token" not in told.value.user_message


async def test_a_discord_that_fails_is_told(fake: FakeDiscord) -> None:
    fake.faults.fail("GET /users/@me", 403, times=9)
    with pytest.raises(UnreachableError, match="cannot be reached"):
        await identify_bot(fake.token)


def test_a_missing_token_is_a_finding_among_the_others(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if "DISCORD_TOKEN" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "doctor", "--discord"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_S,
    )
    assert done.returncode == 1
    assert "problem: discord: DISCORD_TOKEN is not set" in " ".join(done.stdout.split())
