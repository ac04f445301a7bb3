"""The setting `shards`: ranges that are read, and those that are refused in one sentence."""

import pytest

from bot.cluster.shards import ShardRange
from bot.config.settings import Settings
from bot.domain.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "ids", "count"),
    [("0-3/16", [0, 1, 2, 3], 16), ("5/16", [5], 16), (" 0-0/1 ", [0], 1)],
)
def test_a_range(text: str, ids: list[int], count: int) -> None:
    shards = ShardRange.parse(text)
    assert (list(shards.ids), shards.count) == (ids, count)
    assert ShardRange.parse(str(shards)) == shards


@pytest.mark.parametrize(
    "text", ["", "3", "3-1/4", "0-4/4", "4/4", "0-1/0", "-1/4", "a/b", "0/4/4"]
)
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(ValueError, match=r"it must be a range|must ascend"):
        ShardRange.parse(text)


def test_shards_need_a_database() -> None:
    with pytest.raises(SettingsError, match="set DEALBOT_DATABASE_URL") as refused:
        Settings.load({}, {"DEALBOT_SHARDS": "0-3/16"})
    assert "\n" not in refused.value.user_message
    database = {"DEALBOT_DATABASE_URL": "postgresql://localhost/bots"}
    settings = Settings.load({}, {"DEALBOT_SHARDS": "0-3/16", **database})
    assert settings.shards == ShardRange(0, 3, 16)
