"""Buttons and menus that survive a restart: their id describes the action and is signed by the
bot."""

import re
from collections.abc import Mapping
from typing import Any, Self, TypeVar

import discord

from bot.store.signatures import Signer

TAG = r"(?P<tag>[A-Za-z0-9_-]{12})"

_Item = TypeVar("_Item", bound=discord.ui.Item[Any])


class SignedItem(discord.ui.DynamicItem[_Item], template="a^"):
    """Component with a signed id. A forged id makes an item with `genuine` False, which the
    subclass's `callback` must refuse."""

    genuine = True

    @classmethod
    def read(cls, signer: Signer, fields: Mapping[str, str]) -> Self:
        """Build the item from the fields of the template, without the tag."""
        raise NotImplementedError

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        signer = interaction.client.runtime.store.signer
        read = cls.read(signer, match.groupdict())
        read.genuine = signer.verify(match[0].rpartition(":")[0], match["tag"])
        return read


class SignedButton(SignedItem[discord.ui.Button[Any]], template="a^"):
    """Button with a signed id."""

    def __init__(self, signer: Signer, payload: str, **look: Any) -> None:
        super().__init__(discord.ui.Button(custom_id=signed_id(signer, payload), **look))


class SignedMenu(SignedItem[discord.ui.Select[Any]], template="a^"):
    """Menu with a signed id. What a person picks in it is not signed."""

    def __init__(self, signer: Signer, payload: str, **look: Any) -> None:
        super().__init__(discord.ui.Select(custom_id=signed_id(signer, payload), **look))


def signed_id(signer: Signer, payload: str) -> str:
    """Return the custom id of a payload: the payload with its signature."""
    return f"{payload}:{signer.sign(payload)}"
