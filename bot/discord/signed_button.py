"""Buttons that survive a restart: their id describes the action and is signed by the bot."""

import re
from collections.abc import Mapping
from typing import Any, Self

import discord

from bot.store.signatures import Signer

TAG = r"(?P<tag>[A-Za-z0-9_-]{12})"


class SignedButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template="a^"):
    """Button with a signed id. A forged id makes a button with `genuine` False, which the
    subclass's `callback` must refuse."""

    genuine = True

    def __init__(self, signer: Signer, payload: str, **look: Any) -> None:
        super().__init__(discord.ui.Button(custom_id=f"{payload}:{signer.sign(payload)}", **look))

    @classmethod
    def read(cls, signer: Signer, fields: Mapping[str, str]) -> Self:
        """Build the button from the fields of the template, without the tag."""
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
        button = cls.read(signer, match.groupdict())
        button.genuine = signer.verify(match[0].rpartition(":")[0], match["tag"])
        return button
